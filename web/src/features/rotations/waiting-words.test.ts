import { expect, test } from 'vitest'
import { exampleAt as at, exampleRun } from './testing/examples.ts'
import { waitingWords } from './waiting-words.ts'

const hour = 3_600_000
const agentId = '01890000-0000-4000-8000-000000000005'
const open = { state: 'requested', to: null, preparedAt: null, activatedAt: null }

function words(agent: unknown, now: number, more: Record<string, unknown> = {}) {
  const waiting = { nextTryAt: at + 5 * hour, givesUpAt: at + 24 * hour, failures: 0, agent, policy: null }
  return waitingWords(exampleRun({ ...open, waiting, ...more }), now)
}

test('an offline agent is the reason, with since when and when the next try is', () => {
  expect(words({ id: agentId, connected: false, lastSeenAt: at + hour }, at + 4 * hour)).toEqual({
    reason: 'Agent offline for 3 h.',
    next: 'Next try in 1 h; gives up in 20 h',
    isStuck: true,
  })
  expect(words({ id: agentId, connected: false, lastSeenAt: null }, at)?.reason).toBe('Agent offline, never connected.')
  expect(words(null, at)).toMatchObject({ reason: 'The agent that held the certificate is gone.', isStuck: true })
})

test('a connected agent is waited for, and is a matter of concern after a minute', () => {
  const agent = { id: agentId, connected: true, lastSeenAt: at }
  expect(words(agent, at + 5_000)).toMatchObject({ isStuck: false })
  expect(words(agent, at + 600_000)).toMatchObject({
    reason: 'The connected agent has not asked for a certificate yet: 10 min.',
    isStuck: true,
  })
  const prepared = { state: 'prepared', preparedAt: at + 300 }
  expect(words(agent, at + 5_000, prepared)?.reason).toMatch(/has not confirmed the certificate yet\.$/)
})

test('an overlap only waits for its end, and a rotation that ended for nothing', () => {
  expect(waitingWords(exampleRun(), at + 60_000)).toMatchObject({
    next: 'Old one retires in 23 h',
    isStuck: false,
  })
  expect(waitingWords(exampleRun({ waiting: null, state: 'completed' }), at)).toBeUndefined()
})
