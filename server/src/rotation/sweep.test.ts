import { hourMs, secondMs } from '@signet/shared/vocabulary/time'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { contextOf, identityOn, openSlotOf, openStack, rowsOf, type Stack, tamper } from '../../test/stack.ts'
import { mostWaitingRuns, Sweep } from './sweep.ts'
import { SweepStore } from './sweep-store.ts'

let stack: Stack

beforeEach(async () => {
  stack = await openStack()
})

afterEach(() => stack.close())

/** Identities whose slots are all due, in the order given. */
async function due(...names: string[]) {
  const found = []
  for (const name of names) {
    const { principalId } = await identityOn(stack, name)
    found.push((await openSlotOf(stack, principalId)).id)
  }
  await stack.rotation.scheduler.turn()
  for (const [index, id] of found.entries()) {
    const rotateAfter = stack.clock.now() - hourMs + index
    await tamper(stack, `UPDATE credential_slots SET rotate_after = ${rotateAfter} WHERE id = '${id}'`)
  }
  return found
}

const sweepAt = (rate: number) =>
  new Sweep({
    ...stack,
    ...stack.rotation,
    sweepStore: new SweepStore(stack.database),
    steadiness: stack.watch,
    rate,
  })

const opened = async () =>
  (await rowsOf(stack, 'rotation_runs'))
    .filter(({ trigger }) => trigger === 'schedule' || trigger === 'expiring')
    .map((run) => run.slot_id)

describe('a sweep', () => {
  it('opens no more than its rate, after what was saved up, the longest due first', async () => {
    const slots = await due('one', 'two', 'three')
    const sweep = sweepAt(0.1)
    await sweep.run()
    expect(await opened()).toEqual(slots.slice(0, 1))
    stack.clock.advance(9 * secondMs)
    await sweep.run()
    expect(await opened()).toEqual(slots.slice(0, 1))
    stack.clock.advance(secondMs)
    await sweep.run()
    expect(await opened()).toEqual(slots.slice(0, 2))
  })

  it('opens first what has less than a fifth of its life left', async () => {
    const [first, second] = await due('one', 'two')
    const end = stack.clock.now() + hourMs
    await tamper(stack, 'DROP TRIGGER credentials_origin_no_update')
    await tamper(stack, `UPDATE credentials SET not_after = ${end} WHERE slot_id = '${second}'`)
    await tamper(stack, `UPDATE credentials SET not_before = ${end - 10 * hourMs} WHERE slot_id = '${second}'`)
    const sweep = sweepAt(0.1)
    await sweep.run()
    expect(await opened()).toEqual([second])
    stack.clock.advance(10 * secondMs)
    await sweep.run()
    expect(await opened()).toEqual([second, first])
  })

  it('takes tenants in turn, however much one of them has due', async () => {
    const [first, , , last] = await due('one', 'two', 'three', 'four')
    await tamper(
      stack,
      `UPDATE credential_slots SET tenant_id = 'ffffffff-0000-4000-8000-000000000000' WHERE id = '${last}'`,
    )
    await sweepAt(0.2).run()
    expect((await opened()).sort()).toEqual([first, last].sort())
  })

  it('leaves a run alone that somebody asked for', async () => {
    const [slotId] = await due('one')
    const slot = await stack.store.slot(slotId ?? '')
    if (slot) await stack.database.transact((tx) => stack.rotation.rollover.request(tx, contextOf(), slot, 'manual'))
    expect(await sweepAt(10).run()).toBe(0)
    expect(await opened()).toEqual([])
  })

  it.each([
    { slots: 0, most: 50 },
    { slots: 2_500, most: 50 },
    { slots: 100_000, most: 2_000 },
  ])('lets $most runs of a tenant with $slots slots wait', ({ slots, most }) => {
    expect(mostWaitingRuns(slots)).toBe(most)
  })
})
