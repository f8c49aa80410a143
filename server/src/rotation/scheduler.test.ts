import { dayMs, hourMs, secondMs } from '@signet/shared/vocabulary/time'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  auditTrail,
  contextOf,
  given,
  identityEnabling,
  identityOn,
  newestRun,
  openSlotOf,
  openStack,
  rowsOf,
  type Stack,
} from '../../test/stack.ts'
import type { ChangeRecorder, Transactor } from '../platform/transaction.ts'
import { usabilityAt } from '../principals/index.ts'
import { RotationScheduler } from './scheduler.ts'

let stack: Stack

beforeEach(async () => {
  stack = await openStack()
})

afterEach(() => stack.close())

const untilDue = async (principalId: Parameters<typeof openSlotOf>[1]) =>
  given((await openSlotOf(stack, principalId)).rotate_after) - stack.clock.now()

describe('what is due', () => {
  it('opens a run for a slot whose time has come, and none before', async () => {
    const { principalId } = await identityOn(stack)
    await stack.rotation.scheduler.turn()
    stack.clock.advance((await untilDue(principalId)) - 1)
    await stack.rotation.scheduler.turn()
    expect((await newestRun(stack, principalId)).trigger).toBe('enable')
    stack.clock.advance(1)
    await stack.rotation.scheduler.turn()
    expect(await newestRun(stack, principalId)).toMatchObject({ trigger: 'schedule', state: 'requested' })
  })

  it('opens one run however many schedulers turn at once (SEC-144)', async () => {
    const { principalId } = await identityOn(stack)
    await stack.rotation.scheduler.turn()
    stack.clock.advance(await untilDue(principalId))
    await Promise.all(Array.from({ length: 5 }, () => stack.scheduler().turn()))
    const runs = await rowsOf(stack, 'rotation_runs')
    expect(runs.filter((run) => run.trigger === 'schedule')).toHaveLength(1)
  })

  it('leaves a slot alone whose identity was turned off', async () => {
    const { instance, principalId } = await identityOn(stack)
    const wait = await untilDue(principalId)
    await stack.identities.turnOff(contextOf(), instance.id)
    stack.clock.advance(wait)
    await stack.rotation.scheduler.turn()
    expect(await rowsOf(stack, 'rotation_runs')).toHaveLength(1)
  })

  it('runs by the clock once started, and not after it is stopped', async () => {
    const { principalId } = await identityOn(stack)
    const scheduler = stack.scheduler()
    scheduler.start()
    stack.clock.advance(secondMs)
    await scheduler.stop()
    expect((await newestRun(stack, principalId)).state).toBe('completed')
    await stack.rotation.rollover.rotateNow(contextOf(), principalId)
    const { attempt } = await newestRun(stack, principalId)
    stack.clock.advance(hourMs)
    expect((await newestRun(stack, principalId)).attempt).toBe(attempt)
  })

  it('works off more runs than one claim takes in a single turn', async () => {
    const { agent, slotId } = await identityOn(stack)
    for (let index = 0; index < 17; index += 1) await identityOn(stack, `app-${index}`)
    await agent.roll(slotId)
    await stack.rotation.scheduler.turn()
    const open = (await rowsOf(stack, 'rotation_runs')).filter((run) => run.finished_at === null)
    expect(open.map((run) => run.trigger)).toEqual(['reenroll'])
  })
})

describe('a lease', () => {
  it('is given to one of two schedulers (SEC-144)', async () => {
    await identityEnabling(stack)
    const claim = (owner: string) =>
      stack.database.transact((tx) =>
        stack.store.claim(tx, { owner, now: stack.clock.now(), leaseMs: 30_000, limit: 16 }),
      )
    const [one, other] = await Promise.all([claim('one'), claim('other')])
    expect(given(one).length + given(other).length).toBe(1)
  })

  it('comes back when its holder is dead (SEC-143)', async () => {
    const { principalId } = await identityOn(stack)
    await stack.database.transact((tx) =>
      stack.store.claim(tx, { owner: 'dead', now: stack.clock.now(), leaseMs: 30_000, limit: 16 }),
    )
    await stack.rotation.scheduler.turn()
    expect((await newestRun(stack, principalId)).state).toBe('activated')
    stack.clock.advance(30_000)
    await stack.rotation.scheduler.turn()
    expect(await newestRun(stack, principalId)).toMatchObject({ state: 'completed', fence: 2 })
  })

  it('that was lost lets its late holder do nothing (SEC-144)', async () => {
    const { principalId } = await identityOn(stack)
    const stalled = gatedAfterClaim(stack.database)
    const late = new RotationScheduler({
      ...stack,
      ...stack.rotation,
      sweep: stack.sweep(stack.clock),
      database: stalled.database,
    }).turn()
    await stalled.claimed
    stack.clock.advance(30_000)
    await stack.scheduler().turn()
    const before = { trail: await auditTrail(stack), runs: await rowsOf(stack, 'rotation_runs') }
    expect(await newestRun(stack, principalId)).toMatchObject({ state: 'completed', fence: 2 })
    stalled.release()
    await late
    expect(await auditTrail(stack)).toEqual(before.trail)
    expect(await rowsOf(stack, 'rotation_runs')).toEqual(before.runs)
  })

  it('is taken for urgent lanes first', async () => {
    const slow = await identityOn(stack)
    await stack.rotation.scheduler.turn()
    stack.clock.advance(await untilDue(slow.principalId))
    const slot = await openSlotOf(stack, slow.principalId)
    await stack.database.transact((tx) => stack.rotation.rollover.request(tx, contextOf('system'), slot, 'schedule'))
    const urgent = await identityEnabling(stack, 'web-02')
    const [first] = await stack.database.transact((tx) =>
      stack.store.claim(tx, { owner: 'one', now: stack.clock.now(), leaseMs: 30_000, limit: 1 }),
    )
    expect(given(first).slot_id).toBe(urgent.slotId)
  })
})

describe('an agent that does not come', () => {
  it('is reminded with growing pauses', async () => {
    const { principalId } = await identityEnabling(stack)
    await stack.rotation.scheduler.turn()
    const run = await newestRun(stack, principalId)
    expect(run).toMatchObject({ state: 'requested', attempt: 1, lease_owner: null })
    expect(run.due_at - stack.clock.now()).toBeLessThanOrEqual(30 * secondMs)
  })

  it('fails the run after 24 hours and leaves the old certificate untouched', async () => {
    const { principalId, first } = await identityOn(stack)
    await stack.rotation.scheduler.turn()
    await stack.rotation.rollover.rotateNow(contextOf(), principalId)
    const before = await stack.registry.credentials.require(first.id)
    // 24 h deadline, up to 6 h until the run is looked at again, up to 6 h until the next one is opened
    await turnHourly(38)
    const runs = await rowsOf(stack, 'rotation_runs')
    const failed = given(runs.find((run) => run.trigger === 'manual'))
    expect(failed).toMatchObject({ state: 'failed', error_code: 'agent_offline' })
    expect(await stack.registry.credentials.require(first.id)).toEqual(before)
    expect(usabilityAt(before, stack.clock.now())).toBe('usable')
    expect(await newestRun(stack, principalId)).toMatchObject({ trigger: 'schedule', state: 'requested' })
  })

  it('finds a fresh run when it comes after the failure, and the failed one stays as it ended', async () => {
    const { agent, principalId, slotId } = await identityOn(stack)
    await stack.rotation.scheduler.turn()
    const [manual] = await stack.rotation.rollover.rotateNow(contextOf(), principalId)
    const prepared = await agent.request(slotId)
    // 24 h deadline, up to 6 h until the run is looked at again, up to 6 h until the next one is opened
    await turnHourly(38)
    expect((await stack.store.run(given(manual).id))?.state).toBe('failed')
    expect((await openSlotOf(stack, principalId)).prepared_credential_id).toBeNull()
    await expect(agent.acknowledge(slotId, prepared.x5tS256)).rejects.toMatchObject({ code: 'conflict' })
    const next = await agent.roll(slotId)
    expect(next.state).toBe('active')
    expect((await stack.store.run(given(manual).id))?.state).toBe('failed')
    stack.clock.advance(2 * dayMs)
    await stack.rotation.scheduler.turn()
    const states = (await rowsOf(stack, 'credentials')).map((row) => row.state).sort()
    expect(states).toEqual(['active', 'retired', 'retired'])
  })
})

async function turnHourly(hours: number): Promise<void> {
  for (let hour = 0; hour < hours; hour += 1) {
    stack.clock.advance(hourMs)
    await stack.rotation.scheduler.turn()
  }
}

/** The real database, which holds its caller up after the first transaction: a process that stalls with a lease. */
function gatedAfterClaim(database: Transactor & ChangeRecorder) {
  const gate = Promise.withResolvers<void>()
  const claimed = Promise.withResolvers<void>()
  let calls = 0
  const gated: Transactor & ChangeRecorder = {
    async transact(work) {
      calls += 1
      if (calls === 2) await gate.promise
      const result = await database.transact(work)
      if (calls === 1) claimed.resolve()
      return result
    },
    changed: (tx, change) => database.changed(tx, change),
  }
  return { database: gated, claimed: claimed.promise, release: gate.resolve }
}
