import type { Rollout, RolloutDetail, RolloutItem, StageCounts } from '@signet/shared/api/rollouts'
import { ActorKind } from '@signet/shared/vocabulary/audit-events'
import { AgentId, DrillId, InstanceId, ObjectId, RolloutId, RunId, SlotId } from '@signet/shared/vocabulary/identifiers'
import { RolloutStage, RolloutState } from '@signet/shared/vocabulary/rollout-states'
import type { RequestContext } from '../platform/request-context.ts'
import { type AgentStanding, haltsAfter } from './rollout-rules.ts'
import type { RolloutItemRow, RolloutRow, StageCount } from './rollout-store.ts'

/** Credentials are rotated in the name of whoever started the rollout, under its correlation ID. */
export function contextOf(row: RolloutRow): RequestContext {
  return {
    actor: { kind: ActorKind.parse(row.actor_kind), id: row.actor_id, label: row.actor_label },
    correlationId: row.correlation_id,
    ip: row.actor_ip,
  }
}

export function limitOf(row: Pick<RolloutRow, 'most_failed' | 'most_failed_share' | 'total'>): number {
  return haltsAfter({ mostFailed: row.most_failed, mostFailedShare: row.most_failed_share }, row.total)
}

/** A rollout as the dashboard sees it. @param counts of its items, wave by wave */
export function toRollout(row: RolloutRow, counts: readonly StageCount[], reversible: number): Rollout {
  return {
    id: RolloutId.parse(row.id),
    act: row.act,
    state: RolloutState.parse(row.state),
    selection: { list: row.list, q: row.q },
    plan: {
      waveSize: row.wave_size,
      pauseSeconds: row.pause_s,
      mostFailed: row.most_failed,
      mostFailedShare: row.most_failed_share,
      itemSeconds: row.item_s,
    },
    reason: row.reason,
    actor: { kind: ActorKind.parse(row.actor_kind), id: row.actor_id, label: row.actor_label },
    correlationId: row.correlation_id,
    total: row.total,
    wave: row.wave,
    waves: row.waves,
    nextWaveAt: row.state === 'running' ? row.next_wave_at : null,
    haltsAfter: limitOf(row),
    haltReason: row.halt_reason,
    counts: summed(counts),
    reversible,
    startedAt: row.created_at,
    endedAt: row.ended_at,
  }
}

export function toDetail(row: RolloutRow, counts: readonly StageCount[], reversible: number): RolloutDetail {
  const waves = [...new Set(counts.map(({ wave }) => wave))].filter((wave) => wave > 0)
  return {
    ...toRollout(row, counts, reversible),
    byWave: waves.map((wave) => ({ wave, counts: summed(counts.filter((each) => each.wave === wave)) })),
  }
}

export function toItem(
  row: RolloutItemRow & { stage: string },
  agents: ReadonlyMap<string, AgentStanding>,
): RolloutItem {
  const agent = row.agent_id === null ? undefined : agents.get(row.agent_id)
  const agentId = row.agent_id === null ? null : AgentId.parse(row.agent_id)
  return {
    position: row.position,
    wave: row.wave,
    stage: RolloutStage.parse(row.stage),
    name: row.name,
    principalId: row.principal_id === null ? null : ObjectId.parse(row.principal_id),
    slotId: row.slot_id === null ? null : SlotId.parse(row.slot_id),
    runId: row.run_id === null ? null : RunId.parse(row.run_id),
    drillId: row.drill_id === null ? null : DrillId.parse(row.drill_id),
    instance:
      row.instance_id === null ? null : { id: InstanceId.parse(row.instance_id), name: row.instance_name ?? '' },
    agent: agent && agentId ? { id: agentId, connected: agent.connected, lastSeenAt: agent.lastSeenAt } : null,
    errorCode: row.error_code,
    detail: row.detail,
    askedAt: row.asked_at,
    deadlineAt: row.state === 'open' ? row.deadline_at : null,
  }
}

function summed(counts: readonly StageCount[]): StageCounts {
  const sums: StageCounts = {}
  for (const { stage, count } of counts) sums[stage] = (sums[stage] ?? 0) + count
  return sums
}
