import { RunId } from '@signet/shared/vocabulary/identifiers'
import { dayMs, hourMs, minuteMs } from '@signet/shared/vocabulary/time'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  auditTrail,
  contextOf,
  identityOn,
  newestRun,
  openSlotOf,
  openStack,
  rowsOf,
  type Stack,
} from '../../test/stack.ts'

let stack: Stack

beforeEach(async () => {
  stack = await openStack()
})

afterEach(() => stack.close())

/** In overlap: `first` is retiring, `second` is in use. */
async function rotated(overlapSeconds?: number) {
  const identity = await identityOn(stack)
  await stack.rotation.scheduler.turn()
  await stack.rotation.rollover.rotateNow(contextOf(), identity.principalId, 'test', overlapSeconds)
  const second = await identity.agent.roll(identity.slotId)
  return { ...identity, second, run: await newestRun(stack, identity.principalId) }
}

const certificate = (id: string) => stack.registry.credentials.require(id)
const runId = (run: { id: string }) => RunId.parse(run.id)
const acts = () => stack.rotation.acts

describe('a rotation in an emergency (SEC-89)', () => {
  it('revokes every certificate of the slot at once and asks for another before all others', async () => {
    const { first, second, run, principalId, slotId, agent } = await rotated()
    const [opened] = await acts().emergency(contextOf(), principalId, 'the disk was copied')
    expect(opened).toMatchObject({ trigger: 'emergency', lane: 0, state: 'requested', from_credential_id: second.id })
    expect((await certificate(first.id)).state).toBe('revoked')
    expect((await certificate(second.id)).state).toBe('revoked')
    expect((await stack.store.run(run.id))?.state).toBe('completed')
    expect(await openSlotOf(stack, principalId)).toMatchObject({
      active_credential_id: null,
      prepared_credential_id: null,
    })
    const third = await agent.roll(slotId)
    expect(third.state).toBe('active')
    await stack.rotation.scheduler.turn()
    expect((await newestRun(stack, principalId)).state).toBe('completed')
    expect((await stack.rotation.history.show(String(opened?.id))).steps[0]?.detail).toBe('the disk was copied')
  })

  it('makes agents drop the tokens of the identity: its version rises', async () => {
    const { principalId } = await identityOn(stack)
    const { version } = await stack.registry.require(principalId)
    await acts().emergency(contextOf(), principalId, 'leaked')
    expect((await stack.registry.require(principalId)).version).toBe(version + 1)
  })

  it('takes the place of a rotation that is under way, whose certificate is revoked too', async () => {
    const { principalId, slotId, agent } = await identityOn(stack)
    await stack.rotation.scheduler.turn()
    await stack.rotation.rollover.rotateNow(contextOf(), principalId)
    const prepared = await agent.request(slotId)
    const before = await newestRun(stack, principalId)
    await acts().emergency(contextOf(), principalId, 'leaked')
    expect((await stack.store.run(before.id))?.state).toBe('cancelled')
    expect((await certificate(prepared.id)).state).toBe('revoked')
    await expect(agent.acknowledge(slotId, prepared.x5tS256)).rejects.toMatchObject({ code: 'conflict' })
  })

  it('is whole when two operators ask for it at once: one run is open, and no certificate is left', async () => {
    const { principalId } = await identityOn(stack)
    await Promise.all([
      acts().emergency(contextOf(), principalId, 'leaked'),
      acts().emergency(contextOf('operator', 'Ben'), principalId, 'leaked, too'),
    ])
    const runs = await rowsOf(stack, 'rotation_runs')
    expect(runs.filter((run) => run.finished_at === null)).toHaveLength(1)
    expect((await rowsOf(stack, 'credentials')).every(({ state }) => state === 'revoked')).toBe(true)
  })

  it('is refused for an identity that is off', async () => {
    const { principalId, instance } = await identityOn(stack)
    await stack.identities.turnOff(contextOf(), instance.id)
    await expect(acts().emergency(contextOf(), principalId, 'leaked')).rejects.toMatchObject({ code: 'conflict' })
  })
})

describe('the overlap of a rotation by hand', () => {
  it.each([
    ['none', 0, 0],
    ['an hour', 3_600, hourMs],
    ['what the policy says', undefined, dayMs],
  ])('is %s', async (_title, seconds, ms) => {
    const { first } = await rotated(seconds)
    expect((await certificate(first.id)).usableUntil).toBe(stack.clock.now() + ms)
  })

  it('is that of the latest wish while the certificate is awaited', async () => {
    const { principalId, slotId, agent, first } = await identityOn(stack)
    await stack.rotation.scheduler.turn()
    const [once] = await stack.rotation.rollover.rotateNow(contextOf(), principalId)
    const [twice] = await stack.rotation.rollover.rotateNow(contextOf(), principalId, undefined, 0)
    expect(twice?.id).toBe(once?.id)
    await agent.roll(slotId)
    expect((await certificate(first.id)).usableUntil).toBe(stack.clock.now())
  })
})

describe('a certificate in overlap', () => {
  it('is retired now when somebody says so, which completes the rotation', async () => {
    const { first, run } = await rotated()
    await acts().retireNow(contextOf(), runId(run), 'all have moved')
    expect((await certificate(first.id)).state).toBe('retired')
    const shown = await stack.rotation.history.show(run.id)
    expect(shown.state).toBe('completed')
    expect(shown.steps.at(-1)).toMatchObject({
      toState: 'completed',
      detail: 'all have moved',
      actor: { label: 'Ada' },
    })
    await expect(acts().retireNow(contextOf(), runId(run))).rejects.toMatchObject({ code: 'conflict' })
  })

  it('is kept longer, and retires then by itself, on record each time', async () => {
    const { first, run } = await rotated()
    const until = stack.clock.now() + 3 * dayMs
    await acts().keepLonger(contextOf(), runId(run), until, 'a batch job')
    expect((await certificate(first.id)).usableUntil).toBe(until)
    await acts().keepLonger(contextOf(), runId(run), until, 'clicked twice')
    expect((await auditTrail(stack)).filter((action) => action === 'rotation.overlap_changed')).toHaveLength(1)
    stack.clock.advance(3 * dayMs - 1)
    await stack.rotation.scheduler.turn()
    expect((await certificate(first.id)).state).toBe('retiring')
    stack.clock.advance(1)
    await stack.rotation.scheduler.turn()
    expect((await certificate(first.id)).state).toBe('retired')
    expect((await stack.rotation.history.show(run.id)).steps.map(({ toState }) => toState)).toEqual([
      'requested',
      'prepared',
      'activated',
      'activated',
      'completed',
    ])
  })

  it('is kept for 30 days at the most, never past its own end, and not for shorter than it was', async () => {
    const { first, run } = await rotated()
    const keep = (until: number) => acts().keepLonger(contextOf(), runId(run), until)
    const now = stack.clock.now()
    await expect(keep(now + 30 * dayMs + 1)).rejects.toMatchObject({ code: 'invalid_request' })
    await expect(keep(now + minuteMs)).rejects.toMatchObject({ code: 'invalid_request' })
    await keep(now + 30 * dayMs)
    stack.clock.advance(29 * dayMs)
    await expect(keep(first.notAfter + 1)).rejects.toMatchObject({ code: 'invalid_request' })
  })

  it('is not revived once its overlap is over, even when the job that ends it is late', async () => {
    const { run } = await rotated()
    stack.clock.advance(dayMs)
    await expect(acts().keepLonger(contextOf(), runId(run), stack.clock.now() + dayMs)).rejects.toMatchObject({
      code: 'conflict',
    })
  })
})

describe('what an agent reports', () => {
  it('becomes a step of the run that waits for it, once for each error, with how long it took', async () => {
    const { principalId, slotId, agent } = await identityOn(stack)
    await stack.rotation.scheduler.turn()
    await stack.rotation.rollover.rotateNow(contextOf(), principalId)
    const error = { slotId, code: 'internal', detail: 'The disk is full.', durationMs: 1_200 }
    for (let times = 0; times < 3; times += 1) await acts().noteErrors(agent.context, agent.id, [error])
    const { steps } = await stack.rotation.history.show((await newestRun(stack, principalId)).id)
    expect(steps).toHaveLength(2)
    expect(steps[1]).toMatchObject({ outcome: 'error', errorCode: 'internal', detail: 'The disk is full.' })
    expect((steps[1]?.endedAt ?? 0) - (steps[1]?.startedAt ?? 0)).toBe(1_200)
    await agent.roll(slotId)
    const after = await stack.rotation.history.show((await newestRun(stack, principalId)).id)
    expect(after.steps.at(-1)).toMatchObject({ toState: 'activated', detail: expect.stringContaining('Acknowledged') })
  })

  it('is bounded, and says nothing of slots of other agents', async () => {
    const { principalId, slotId, agent } = await identityOn(stack)
    const other = await identityOn(stack, 'web-02')
    await stack.rotation.scheduler.turn()
    await stack.rotation.rollover.rotateNow(contextOf(), principalId)
    const error = (detail: string) => ({ slotId, code: 'internal', detail, durationMs: 1 })
    await acts().noteErrors(other.agent.context, other.agent.id, [error('not mine')])
    for (let count = 0; count < 60; count += 1) await acts().noteErrors(agent.context, agent.id, [error(`${count}`)])
    expect((await stack.store.attempts((await newestRun(stack, principalId)).id)).length).toBe(51)
  })
})
