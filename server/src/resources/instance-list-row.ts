import type { InstanceSummary } from '@signet/shared/api/resources'
import { hourMs, minuteMs } from '@signet/shared/vocabulary/time'
import { neverMs } from './instance-filter.ts'
import { foldCase } from './resource-id.ts'

/** What `instance_list` holds of one instance. */
export interface InstanceListRow {
  readonly id: string
  readonly nameKey: string
  readonly kind: InstanceSummary['kind']
  readonly state: InstanceSummary['health']['state']
  readonly principalId: string | null
  readonly clientId: string | null
  readonly agent: 'connected' | 'silent' | 'none'
  readonly agentVersion: string
  readonly expiresAt: number
  readonly rotationAt: number
  readonly tokenHour: number
  readonly createdAt: number
  /** When the state may be another one although nobody changed anything. */
  readonly lookAt: number
}

const lateMs = 5 * minuteMs
const unsettledMs = 5 * minuteMs
const leastValidity = 0.2

export function listRowOf(summary: InstanceSummary, nowMs: number): InstanceListRow {
  const { identity, agent, credential, lastToken } = summary
  return {
    id: summary.id,
    nameKey: foldCase(summary.name),
    kind: summary.kind,
    state: summary.health.state,
    principalId: identity?.principalId ?? null,
    clientId: identity?.clientId ?? null,
    agent: agent === null ? 'none' : agent.connected ? 'connected' : 'silent',
    agentVersion: agent === null ? '' : foldCase(agent.version),
    expiresAt: credential?.notAfter ?? neverMs,
    rotationAt: summary.nextRotationAt ?? neverMs,
    tokenHour: hourOf(lastToken?.at ?? 0),
    createdAt: summary.createdAt,
    lookAt: lookAgainAt(summary, nowMs),
  }
}

export function hourOf(at: number): number {
  return Math.floor(at / hourMs) * hourMs
}

/** The next instant at which time alone may change the state. One that is in trouble or under way is looked at often. */
function lookAgainAt({ identityState, health, credential, agent }: InstanceSummary, nowMs: number): number {
  if (identityState === 'off') return neverMs
  const instants = [
    credential?.notAfter,
    credential === null ? undefined : lastPartFrom(credential) + 1,
    agent === null || agent.connected ? undefined : (agent.lastSeenAt ?? 0) + lateMs,
    health.state === 'on' || health.state === 'paused' ? undefined : nowMs + unsettledMs,
  ]
  return Math.min(neverMs, ...instants.filter((at) => at !== undefined && at > nowMs).map(Number))
}

function lastPartFrom({ notBefore, notAfter }: { notBefore: number; notAfter: number }): number {
  return notAfter - leastValidity * (notAfter - notBefore)
}
