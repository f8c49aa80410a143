import { sql } from 'kysely'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openStack, type Stack } from '../../../test/stack.ts'

let stack: Stack
beforeEach(async () => {
  stack = await openStack()
})
afterEach(() => stack.close())

describe('reports', () => {
  it('see the last commit, many questions at once, each its own answer', async () => {
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, n) => sql<{ n: number }>`SELECT ${n} AS n`.execute(stack.database.reports)),
    )
    expect(answers.map(({ rows }) => rows[0]?.n)).toEqual(Array.from({ length: 50 }, (_, n) => n))
    const { id } = await stack.resources.register(
      { actor: { kind: 'system', id: null, label: 't' }, correlationId: 'c', ip: null },
      { name: 'a', kind: 'vm' },
    )
    expect(await stack.database.reports.selectFrom('service_instances').select('id').execute()).toEqual([{ id }])
  })

  it('cannot write', async () => {
    await expect(sql`DELETE FROM service_instances RETURNING id`.execute(stack.database.reports)).rejects.toThrow(
      /readonly/,
    )
  })

  it('tell of a faulty statement, and go on', async () => {
    await expect(sql`SELECT x FROM nowhere`.execute(stack.database.reports)).rejects.toThrow(/nowhere/)
    expect((await sql`SELECT 1 AS one`.execute(stack.database.reports)).rows).toEqual([{ one: 1 }])
  })

  it('that are under way are answered before the handle closes', async () => {
    const asked = sql`SELECT 1 AS one`.execute(stack.database.reports)
    await new Promise((resolve) => setImmediate(resolve))
    await stack.database.reports.destroy()
    expect((await asked).rows).toEqual([{ one: 1 }])
  })
})
