import { describe, expect, it } from 'vitest'
import { newGuid } from '../platform/identifiers.ts'
import { type AgentStanding, endOfItem, haltsAfter } from './rollout-rules.ts'

describe('the limit', () => {
  it.each([
    [{ mostFailed: null, mostFailedShare: null }, 200, 0],
    [{ mostFailed: 3, mostFailedShare: null }, 200, 3],
    [{ mostFailed: null, mostFailedShare: 0.05 }, 200, 10],
    [{ mostFailed: null, mostFailedShare: 0.05 }, 19, 0],
    [{ mostFailed: 3, mostFailedShare: 0.5 }, 200, 3],
    [{ mostFailed: 30, mostFailedShare: 0.05 }, 200, 10],
    [{ mostFailed: 0, mostFailedShare: 1 }, 200, 0],
  ])('%j of %i is %i', (plan, total, limit) => {
    expect(haltsAfter(plan, total)).toBe(limit)
  })
})

describe('what has become of a credential', () => {
  const slotId = newGuid()
  const item = { slotId, askedAt: 1_000, deadlineAt: 301_000 }
  const run = (state: 'requested' | 'prepared' | 'activated' | 'completed' | 'failed' | 'cancelled') => ({
    state,
    error_code: null,
    error_detail: null,
  })
  const agent = (more: Partial<AgentStanding> = {}): AgentStanding => ({
    connected: true,
    lastSeenAt: 1_000,
    errors: [],
    ...more,
  })
  const error = (at: number, of: string | null = slotId) => ({ slotId: of, code: 'disk_full', detail: 'no room', at })

  it.each(['requested', 'prepared'] as const)('is open while its rotation is %s and there is time', (state) => {
    expect(endOfItem(item, run(state), agent(), 300_999)).toBeUndefined()
  })

  it.each(['activated', 'completed'] as const)('is well once its rotation is %s, even past the deadline', (state) => {
    expect(endOfItem(item, run(state), undefined, 999_999)).toEqual({ to: 'activated' })
  })

  it('is not a failure when the identity was turned off', () => {
    expect(endOfItem(item, run('cancelled'), agent(), 2_000)).toMatchObject({ to: 'skipped' })
  })

  it('is a failure at once when the agent reports one for it', () => {
    const end = endOfItem(item, run('requested'), agent({ errors: [error(2_000)] }), 2_000)
    expect(end).toMatchObject({
      to: 'failed',
      code: 'disk_full',
      detail: 'The agent reports: no room',
      isRunOpen: true,
    })
  })

  it('is not touched by what the agent reported before it was asked, or for another', () => {
    const errors = [error(999), error(2_000, newGuid()), error(2_000, null)]
    expect(endOfItem(item, run('requested'), agent({ errors }), 2_000)).toBeUndefined()
    expect(endOfItem(item, run('requested'), agent({ errors }), 301_000)).toMatchObject({ code: 'disk_full' })
  })

  it.each([
    ['the agent is away', agent({ connected: false }), 'requested', 'agent_offline', 'not connected within 300 s'],
    ['there is no agent', undefined, 'requested', 'agent_offline', 'no agent any more'],
    ['the agent is silent', agent(), 'requested', 'unavailable', 'asked for no certificate'],
    ['the agent does not confirm', agent(), 'prepared', 'unavailable', 'did not confirm'],
  ] as const)('names the cause when its time is over and %s', (_case, standing, state, code, words) => {
    const end = endOfItem(item, run(state), standing, 301_000)
    expect(end).toMatchObject({ to: 'failed', code, isRunOpen: true, detail: expect.stringContaining(words) })
  })

  it('does not fail by time while the clock is in doubt (SEC-145)', () => {
    expect(endOfItem(item, run('requested'), agent({ connected: false }), null)).toBeUndefined()
  })
})
