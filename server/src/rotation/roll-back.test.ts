import { dayMs, hourMs } from '@signet/shared/vocabulary/time'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { auditTrail, contextOf, identityOn, newestRun, openSlotOf, openStack, type Stack } from '../../test/stack.ts'
import { usabilityAt } from '../principals/index.ts'

let stack: Stack

beforeEach(async () => {
  stack = await openStack()
})

afterEach(() => stack.close())

async function rotated() {
  const identity = await identityOn(stack)
  await stack.rotation.scheduler.turn()
  await stack.rotation.rollover.rotateNow(contextOf(), identity.principalId)
  const second = await identity.agent.roll(identity.slotId)
  return { ...identity, second, run: await newestRun(stack, identity.principalId) }
}

const rollBack = (run: { id: string }, reason = 'it fails') =>
  stack.database.transact((tx) => stack.rotation.rollover.rollBack(tx, contextOf(), run, reason))
const certificate = (id: string) => stack.registry.credentials.require(id)

describe('a roll back', () => {
  it('puts the previous certificate to use again and revokes the new one, each on record (SEC-143)', async () => {
    const { first, second, run, principalId, agent } = await rotated()
    const before = await auditTrail(stack)
    await rollBack(run)
    expect(await certificate(first.id)).toMatchObject({ state: 'active', usableUntil: null })
    expect(usabilityAt(await certificate(first.id), stack.clock.now() + 2 * dayMs)).toBe('usable')
    expect((await certificate(second.id)).state).toBe('revoked')
    expect(await openSlotOf(stack, principalId)).toMatchObject({
      active_credential_id: first.id,
      prepared_credential_id: null,
    })
    const shown = await stack.rotation.history.show(run.id)
    expect(shown).toMatchObject({ state: 'rolled_back', finishedAt: stack.clock.now(), waiting: null })
    expect(shown.steps.at(-1)).toMatchObject({ toState: 'rolled_back', detail: 'it fails', actor: { label: 'Ada' } })
    expect((await auditTrail(stack)).slice(before.length)).toEqual([
      'credential.revoked',
      'credential.reinstated',
      'rotation.rolled_back',
    ])
    const [standing] = await stack.rotation.slots.ofAgent(agent.id)
    expect(standing?.desired).toMatchObject({ active: first.x5tS256, prepared: null, previous: null, run: null })
  })

  it('is not undone by the schedule at once, however overdue the previous certificate is', async () => {
    const { principalId, slotId, agent, first } = await identityOn(stack)
    stack.clock.advance(80 * dayMs)
    await stack.rotation.scheduler.turn()
    await agent.roll(slotId)
    await rollBack(await newestRun(stack, principalId))
    await stack.rotation.scheduler.turn()
    expect((await newestRun(stack, principalId)).state).toBe('rolled_back')
    const { rotate_after: due } = await openSlotOf(stack, principalId)
    expect(due).toBe(stack.clock.now() + dayMs)
    stack.clock.advance(dayMs)
    await stack.rotation.scheduler.turn()
    expect((await newestRun(stack, principalId)).state).toBe('requested')
    expect((await agent.roll(slotId)).id).not.toBe(first.id)
  })

  it('is refused when repeated, and changes nothing then', async () => {
    const { run } = await rotated()
    const both = await Promise.allSettled([rollBack(run), rollBack(run)])
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
    const before = await auditTrail(stack)
    await expect(rollBack(run)).rejects.toMatchObject({ code: 'conflict', fix: expect.stringContaining('Rotate') })
    expect(await auditTrail(stack)).toEqual(before)
  })

  it('is refused once the overlap is over, even when the job that ends it is late', async () => {
    const { run, first } = await rotated()
    stack.clock.advance(dayMs)
    await expect(rollBack(run)).rejects.toMatchObject({ code: 'conflict', detail: expect.stringContaining('overlap') })
    await stack.rotation.scheduler.turn()
    await expect(rollBack(run)).rejects.toMatchObject({ code: 'conflict' })
    expect((await certificate(first.id)).state).toBe('retired')
  })

  it('is refused for a first certificate, and for one that is not in use yet', async () => {
    const { principalId, slotId, agent } = await identityOn(stack)
    await expect(rollBack(await newestRun(stack, principalId))).rejects.toMatchObject({ code: 'conflict' })
    await stack.rotation.scheduler.turn()
    await stack.rotation.rollover.rotateNow(contextOf(), principalId)
    await expect(rollBack(await newestRun(stack, principalId))).rejects.toMatchObject({ code: 'conflict' })
    await agent.request(slotId)
    await expect(rollBack(await newestRun(stack, principalId))).rejects.toMatchObject({ code: 'conflict' })
  })

  it('leaves the identity fit to rotate again, and to roll back again', async () => {
    const { run, principalId, slotId, agent, first } = await rotated()
    await rollBack(run)
    stack.clock.advance(hourMs)
    await stack.rotation.rollover.rotateNow(contextOf(), principalId)
    const third = await agent.roll(slotId)
    expect(third.state).toBe('active')
    expect((await certificate(first.id)).state).toBe('retiring')
    await rollBack(await newestRun(stack, principalId))
    expect((await certificate(first.id)).state).toBe('active')
  })

  it('never brings the revoked certificate back, whoever acknowledges it', async () => {
    const { run, second, slotId, agent, first } = await rotated()
    await rollBack(run)
    await expect(agent.acknowledge(slotId, second.x5tS256)).rejects.toMatchObject({ code: 'conflict' })
    await stack.rotation.rollover.activateUsed(second.id)
    expect((await certificate(second.id)).state).toBe('revoked')
    expect((await certificate(first.id)).state).toBe('active')
  })
})
