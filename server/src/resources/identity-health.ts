import type { HealthFix, IdentityHealth } from '@signet/shared/api/resources'
import type { HealthState, IdentityState, RunState } from '@signet/shared/vocabulary/credential-states'
import { dayMs, hourMs, minuteMs } from '@signet/shared/vocabulary/time'
import { span, spanLeft } from '../platform/span.ts'
import { isLive } from './identity-acts.ts'

/** Everything that decides how an identity does. Instants are epoch milliseconds. */
export interface HealthFacts {
  readonly identityState: IdentityState
  readonly principalState: 'enabled' | 'suspended' | 'deleted' | null
  /** Until when the last principal can be restored; null when it cannot. */
  readonly restorableUntil: number | null
  readonly agent: {
    readonly connected: boolean
    readonly quarantined: boolean
    readonly lastSeenAt: number | null
  } | null
  /** The certificate in use. */
  readonly credential: { readonly notBefore: number; readonly notAfter: number } | null
  /** The rotation under way, if there is one. */
  readonly run: { readonly state: RunState; readonly since: number } | null
  /** The newest token request, when it was refused for its certificate. */
  readonly refusedAt: number | null
}

/** An agent that is away for less than this is restarting, not late. */
const lateMs = 5 * minuteMs
/** A rotation that nobody has picked up for this long is stuck. */
export const stuckMs = hourMs
const leastValidity = 0.2
/** One that is in trouble or under way is looked at this often. */
const unsettledMs = 5 * minuteMs
/** A refusal older than this says nothing about now. */
const refusalMs = dayMs

const fixes = {
  turnOn: { code: 'turn_on', label: 'Turn on', tab: 'identity' },
  restore: { code: 'restore', label: 'Restore', tab: 'identity' },
  resume: { code: 'resume', label: 'Resume', tab: 'identity' },
  enroll: { code: 'enroll_agent', label: 'Enroll the agent', tab: 'agent' },
  agent: { code: 'check_agent', label: 'Check the agent', tab: 'agent' },
  rotate: { code: 'rotate', label: 'Look at the certificates', tab: 'certificates' },
} as const satisfies Record<string, HealthFix>

/** The one state that is shown for an identity, why it is that one, and the one thing to do about it (dashboard §6). */
export function identityHealth(facts: HealthFacts, nowMs: number): IdentityHealth {
  if (!isLive(facts.identityState)) return offHealth(facts, nowMs)
  if (facts.principalState === 'suspended') {
    return health('paused', 'Paused: tokens are refused, certificates go on rotating.', fixes.resume)
  }
  if (facts.identityState === 'enabling') return enablingHealth(facts)
  const failures = failuresOf(facts, nowMs)
  const troubles = troublesOf(facts, nowMs)
  const fix = isAway(facts) ? fixes.agent : fixes.rotate
  if (failures.length > 0) return health('failing', sentence([...failures, ...troubles]), fix)
  if (troubles.length > 0) return health('degraded', sentence(troubles), fix)
  if (isAway(facts)) {
    return health('on', 'The agent is not connected; it serves what it has and cannot rotate until it is back.', fix)
  }
  if (isRolling(facts)) return health('rotating', 'A new certificate is on its way; the current one stays valid.', null)
  return health('on', 'Tokens are given out.', null)
}

interface Seen extends Pick<HealthFacts, 'identityState' | 'agent' | 'credential'> {
  readonly health: Pick<IdentityHealth, 'state'>
}

/** The next instant at which time alone may change the state; infinite when it cannot. */
export function healthMayChangeAt(
  { identityState, health: { state }, credential, agent }: Seen,
  nowMs: number,
): number {
  if (identityState === 'off') return Number.POSITIVE_INFINITY
  const instants = [
    credential?.notAfter,
    credential === null ? undefined : Math.floor(lastPartFrom(credential)) + 1,
    agent === null || agent.connected ? undefined : (agent.lastSeenAt ?? 0) + lateMs,
    state === 'on' || state === 'paused' ? undefined : nowMs + unsettledMs,
  ]
  return Math.min(...instants.filter((at) => at !== undefined && at > nowMs).map(Number))
}

/** After this instant little of its validity is left. */
function lastPartFrom({ notBefore, notAfter }: NonNullable<HealthFacts['credential']>): number {
  return notAfter - leastValidity * (notAfter - notBefore)
}

function offHealth({ identityState, restorableUntil, agent }: HealthFacts, nowMs: number): IdentityHealth {
  if (identityState === 'disabling') {
    return agent?.connected === false
      ? health(
          'disabling',
          'Tokens are refused already; the agent is away and removes what it held when it is back.',
          fixes.agent,
        )
      : health('disabling', 'Tokens are refused already; the agent is removing what it held.', null)
  }
  if (restorableUntil === null) return health('off', 'The identity is off.', fixes.turnOn)
  const left = spanLeft(restorableUntil - nowMs)
  return health('off', `The identity is off; its last principal can be restored for ${left}.`, fixes.restore)
}

function enablingHealth({ agent }: HealthFacts): IdentityHealth {
  if (!agent)
    return health('enabling', 'No agent is enrolled for this instance yet; enroll one to go on.', fixes.enroll)
  if (agent.quarantined) {
    return health('enabling', 'Its agent is quarantined, so no token is given out; enroll it again.', fixes.enroll)
  }
  if (!agent.connected) {
    return health('enabling', 'The agent is not connected; it goes on as soon as the agent is back.', fixes.agent)
  }
  return health('enabling', 'The agent is making its key and fetching its certificate.', null)
}

/** Why no token is given out. */
function failuresOf({ credential, refusedAt }: HealthFacts, nowMs: number): string[] {
  const failures: string[] = []
  if (!credential) failures.push('there is no certificate in use')
  else if (nowMs >= credential.notAfter)
    failures.push(`the certificate expired ${span(nowMs - credential.notAfter)} ago`)
  if (refusedAt !== null && nowMs - refusedAt < refusalMs) {
    failures.push(`its last token request was refused ${span(nowMs - refusedAt)} ago`)
  }
  return failures
}

/** What will end in a failure if nobody looks after it. */
function troublesOf({ agent, credential, run }: HealthFacts, nowMs: number): string[] {
  const troubles: string[] = []
  if (!agent) troubles.push('no agent is enrolled')
  else if (!agent.connected && agent.lastSeenAt === null) troubles.push('the agent was never seen')
  else if (!agent.connected && nowMs - (agent.lastSeenAt ?? 0) >= lateMs) {
    troubles.push(`the agent was last seen ${span(nowMs - (agent.lastSeenAt ?? 0))} ago`)
  }
  if (run && run.state !== 'activated' && nowMs - run.since >= stuckMs) {
    troubles.push(`a rotation waits for the agent since ${span(nowMs - run.since)}`)
  }
  if (credential && nowMs < credential.notAfter && nowMs > lastPartFrom(credential)) {
    troubles.push(`the certificate expires in ${span(credential.notAfter - nowMs)}`)
  }
  return troubles
}

function isAway({ agent }: HealthFacts): boolean {
  return agent?.connected !== true
}

function isRolling({ run }: HealthFacts): boolean {
  return run?.state === 'requested' || run?.state === 'prepared'
}

function health(state: HealthState, reason: string, fix: HealthFix | null): IdentityHealth {
  return { state, reason, fix }
}

function sentence(parts: readonly string[]): string {
  const text = parts.join('; ')
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`
}
