import { dayMs, hourMs, minuteMs } from '@signet/shared/vocabulary/time'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type HealthFacts, healthMayChangeAt, identityHealth } from './identity-health.ts'

const now = 1_000 * dayMs
const well: HealthFacts = {
  identityState: 'on',
  principalState: 'enabled',
  restorableUntil: null,
  agent: { connected: true, quarantined: false, lastSeenAt: now },
  credential: { notBefore: now - 10 * dayMs, notAfter: now + 80 * dayMs },
  run: null,
  refusedAt: null,
}
const away = (ms: number) => ({ connected: false, quarantined: false, lastSeenAt: now - ms })
const runOf = (state: 'requested' | 'prepared' | 'activated', sinceMs: number) => ({ state, since: now - sinceMs })

const cases: [string, Partial<HealthFacts>, string, string, string | undefined][] = [
  ['never on', { identityState: 'off', principalState: null }, 'off', 'is off.', 'turn_on'],
  [
    'restorable a moment ago',
    { identityState: 'off', restorableUntil: now + 30 * dayMs - 5 },
    'off',
    'for 30 d',
    'restore',
  ],
  ['restorable', { identityState: 'off', restorableUntil: now + 3 * dayMs }, 'off', 'restored for 3 d', 'restore'],
  [
    'disabling',
    { identityState: 'disabling', principalState: 'deleted' },
    'disabling',
    'is removing what it held',
    undefined,
  ],
  [
    'disabling, agent away',
    { identityState: 'disabling', agent: away(0) },
    'disabling',
    'agent is away',
    'check_agent',
  ],
  ['enabling', { identityState: 'enabling', credential: null }, 'enabling', 'is making its key', undefined],
  [
    'enabling, no agent',
    { identityState: 'enabling', agent: null },
    'enabling',
    'No agent is enrolled',
    'enroll_agent',
  ],
  ['enabling, agent away', { identityState: 'enabling', agent: away(0) }, 'enabling', 'not connected', 'check_agent'],
  [
    'enabling, agent quarantined (SEC-42)',
    { identityState: 'enabling', agent: { ...away(0), quarantined: true } },
    'enabling',
    'is quarantined, so no token is given out',
    'enroll_agent',
  ],
  ['paused', { principalState: 'suspended' }, 'paused', 'tokens are refused', 'resume'],
  ['paused while enabling', { identityState: 'enabling', principalState: 'suspended' }, 'paused', 'Paused', 'resume'],
  [
    'paused and expired',
    { principalState: 'suspended', credential: { notBefore: 0, notAfter: now } },
    'paused',
    'Paused',
    'resume',
  ],
  ['well', {}, 'on', 'Tokens are given out.', undefined],
  ['overlapping', { run: runOf('activated', 5 * hourMs) }, 'on', 'Tokens are given out.', undefined],
  ['rotation asked for', { run: runOf('requested', minuteMs) }, 'rotating', 'stays valid', undefined],
  ['rotation prepared', { run: runOf('prepared', minuteMs) }, 'rotating', 'stays valid', undefined],
  [
    'rotation stuck',
    { run: runOf('requested', 2 * hourMs) },
    'degraded',
    'A rotation waits for the agent since 2 h.',
    'rotate',
  ],
  ['agent restarting', { agent: away(5 * minuteMs - 1) }, 'on', 'not connected', 'check_agent'],
  ['agent late', { agent: away(5 * minuteMs) }, 'degraded', 'The agent was last seen 5 min ago.', 'check_agent'],
  ['agent never seen', { agent: { ...away(0), lastSeenAt: null } }, 'degraded', 'never seen', 'check_agent'],
  ['no agent', { agent: null }, 'degraded', 'No agent is enrolled.', 'check_agent'],
  [
    'a fifth left',
    { credential: { notBefore: now - 80 * dayMs, notAfter: now + 20 * dayMs } },
    'on',
    'given out',
    undefined,
  ],
  [
    'less than a fifth left',
    { credential: { notBefore: now - 80 * dayMs - 1, notAfter: now + 20 * dayMs - 1 } },
    'degraded',
    'The certificate expires in 19 d.',
    'rotate',
  ],
  [
    'several troubles',
    { agent: away(3 * hourMs), credential: { notBefore: now - 88 * dayMs, notAfter: now + 2 * dayMs } },
    'degraded',
    'The agent was last seen 3 h ago; the certificate expires in 2 d.',
    'check_agent',
  ],
  [
    'expired',
    { credential: { notBefore: 0, notAfter: now } },
    'failing',
    'The certificate expired less than a minute ago.',
    'rotate',
  ],
  [
    'expired, agent away',
    { agent: away(dayMs), credential: { notBefore: 0, notAfter: now - 2 * hourMs } },
    'failing',
    'The certificate expired 2 h ago; the agent was last seen 1 d ago.',
    'check_agent',
  ],
  ['no certificate', { credential: null }, 'failing', 'There is no certificate in use.', 'rotate'],
  ['refused lately', { refusedAt: now - hourMs }, 'failing', 'Its last token request was refused 1 h ago.', 'rotate'],
  ['refused long ago', { refusedAt: now - dayMs }, 'on', 'Tokens are given out.', undefined],
]

describe('the state that is shown', () => {
  it.each(cases)('of an identity that is %s', (_name, facts, state, reason, fix) => {
    const health = identityHealth({ ...well, ...facts }, now)
    expect(health.state).toBe(state)
    expect(health.reason).toContain(reason)
    expect(health.fix?.code).toBe(fix)
  })
})

describe('the instant at which the state may change by itself', () => {
  it('is the first one at which that of a settled identity is another one', () => {
    const instant = (least: number, most: number) => fc.integer({ min: now + least, max: now + most })
    const settled = fc.record({
      principalState: fc.constantFrom('enabled' as const, 'suspended' as const),
      agent: fc.record({ connected: fc.boolean(), quarantined: fc.constant(false), lastSeenAt: instant(-hourMs, 0) }),
      credential: fc.record({ notBefore: instant(-90 * dayMs, 0), notAfter: instant(1, 90 * dayMs) }),
    })
    fc.assert(
      fc.property(settled, (given) => {
        const facts = { ...well, ...given }
        const health = identityHealth(facts, now)
        fc.pre(health.state === 'on' || health.state === 'paused')
        const at = healthMayChangeAt({ ...facts, health }, now)
        expect(identityHealth(facts, at - 1).state).toBe(health.state)
        if (health.state === 'on') expect(identityHealth(facts, at).state).not.toBe('on')
      }),
    )
  })
})
