import { dayMs, hourMs, minuteMs } from '@signet/shared/vocabulary/time'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { contextOf, given, identityOn, newestRun, openSlotOf, openStack, type Stack } from '../../test/stack.ts'

let stack: Stack
beforeEach(async () => {
  stack = await openStack()
})
afterEach(() => stack.close())

/** An identity in the overlap of its second credential. */
async function inOverlap() {
  const { principalId, agent, slotId, first } = await identityOn(stack)
  await stack.rotation.scheduler.turn()
  await stack.rotation.rollover.rotateNow(contextOf(), principalId)
  await agent.roll(slotId)
  const stateOfFirst = async () => (await stack.registry.credentials.require(first.id)).state
  expect(await stateOfFirst()).toBe('retiring')
  return { principalId, stateOfFirst }
}

describe('a clock that jumps ahead', () => {
  it('retires no credential until it was steady for ten minutes (SEC-145)', async () => {
    const { principalId, stateOfFirst } = await inOverlap()
    stack.clock.step(2 * dayMs)
    await stack.rotation.scheduler.turn()
    expect(await stateOfFirst()).toBe('retiring')
    expect((await newestRun(stack, principalId)).state).toBe('activated')
    stack.clock.advance(10 * minuteMs)
    await stack.rotation.scheduler.turn()
    expect(await stateOfFirst()).toBe('retired')
    expect((await newestRun(stack, principalId)).state).toBe('completed')
  })

  it('and back has done no harm: what it would have retired is still in use (SEC-145)', async () => {
    const { stateOfFirst } = await inOverlap()
    stack.clock.step(200 * dayMs)
    await stack.rotation.scheduler.turn()
    stack.clock.step(-200 * dayMs)
    stack.clock.advance(11 * minuteMs)
    await stack.rotation.scheduler.turn()
    expect(await stateOfFirst()).toBe('retiring')
  })

  it('retires what is due as soon as somebody confirms the time (SEC-145)', async () => {
    const { stateOfFirst } = await inOverlap()
    stack.clock.step(2 * dayMs)
    await stack.rotation.scheduler.turn()
    stack.watch.confirm(given(stack.watch.waitingFor))
    stack.clock.advance(30_000)
    await stack.rotation.scheduler.turn()
    expect(await stateOfFirst()).toBe('retired')
  })

  it('opens what has become due at once (SEC-145)', async () => {
    const { principalId } = await identityOn(stack)
    await stack.rotation.scheduler.turn()
    stack.clock.step(given((await openSlotOf(stack, principalId)).rotate_after) - stack.clock.now())
    await stack.rotation.scheduler.turn()
    expect(await newestRun(stack, principalId)).toMatchObject({ trigger: 'schedule', state: 'requested' })
  })

  it('gives up no run that nobody has picked up yet (SEC-145)', async () => {
    const { principalId } = await identityOn(stack)
    await stack.rotation.scheduler.turn()
    await stack.rotation.rollover.rotateNow(contextOf(), principalId)
    await stack.rotation.scheduler.turn()
    stack.clock.step(25 * hourMs)
    await stack.rotation.scheduler.turn()
    expect((await newestRun(stack, principalId)).state).toBe('requested')
  })
})
