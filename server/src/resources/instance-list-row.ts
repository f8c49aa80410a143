import type { InstanceSummary } from '@signet/shared/api/resources'
import { hourMs } from '@signet/shared/vocabulary/time'
import { healthMayChangeAt } from './identity-health.ts'
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
    lookAt: Math.min(neverMs, healthMayChangeAt(summary, nowMs)),
  }
}

export function hourOf(at: number): number {
  return Math.floor(at / hourMs) * hourMs
}
