import { rotationFields } from '@signet/shared/query/rotation-fields'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { contextOf, identityEnabling, identityOn, openStack, type Stack } from '../../test/stack.ts'
import { sqlOf } from '../platform/database/database.ts'
import { requireTerms } from '../platform/query-text.ts'

let stack: Stack
beforeAll(async () => {
  stack = await openStack()
  await identityOn(stack, 'web-01')
  await stack.rotation.scheduler.turn()
  await identityEnabling(stack, 'slow-01')
})
afterAll(() => stack.close())

const found = async (filter: string) =>
  (await stack.rotation.history.page({ terms: requireTerms(filter, rotationFields) }, { limit: 10 })).items

it('a rotation that has ended is reviewed once, by whoever said so first, with one audit event; one under way is not', async () => {
  const runs = await found('')
  const runIds = runs.map(({ id }) => id)
  expect(runs.map(({ finishedAt }) => finishedAt === null).toSorted()).toEqual([false, true])
  const mark = (label: string) =>
    stack.rotation.reviews.mark(contextOf('operator', label), { runIds, reason: 'week 46' })
  expect(await mark('Grace')).toBe(1)
  stack.clock.advance(1_000)
  expect(await mark('Ada')).toBe(0)
  expect(await found('reviewed:yes')).toMatchObject([{ principalName: 'web-01', reviewed: { by: { label: 'Grace' } } }])
  expect(await found('reviewed:no')).toMatchObject([{ principalName: 'slow-01', reviewed: null }])
  const { items } = await stack.audit.page({ terms: [] }, { limit: 1 })
  expect(items[0]).toMatchObject({
    ...{ action: 'rotations.reviewed', actor: { label: 'Grace' }, reason: 'week 46' },
    after: { rotations: (await found('reviewed:yes')).map(({ id }) => id) },
  })
})

it('a review is never changed, nor deleted while its rotation is there', async () => {
  for (const statement of [sql`UPDATE rotation_reviews SET actor_label = 'Eve'`, sql`DELETE FROM rotation_reviews`]) {
    await expect(stack.database.transact(async (tx) => void (await statement.execute(sqlOf(tx))))).rejects.toThrow(
      /review is/,
    )
  }
})
