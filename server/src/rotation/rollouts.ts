import type { Page, PageQuery } from '@signet/shared/api/paging'
import type {
  Rollout,
  RolloutDetail,
  RolloutItem,
  RolloutPreview,
  RolloutSkips,
  RolloutWish,
} from '@signet/shared/api/rollouts'
import type { AuditAction } from '@signet/shared/vocabulary/audit-events'
import type { RolloutStage } from '@signet/shared/vocabulary/rollout-states'
import type { AuditLog } from '../audit/index.ts'
import type { Clock } from '../platform/clock.ts'
import { SequentialIds } from '../platform/identifiers.ts'
import type { RequestContext } from '../platform/request-context.ts'
import { SignetError } from '../platform/signet-error.ts'
import type { ChangeRecorder, Transactor, Tx } from '../platform/transaction.ts'
import { haltsAfter } from './rollout-rules.ts'
import { type Candidate, type RolloutNeighbours, RolloutSelector } from './rollout-selection.ts'
import type { NewItem, RolloutRow, RolloutStore, StageCount } from './rollout-store.ts'
import { toDetail, toItem, toRollout } from './rollout-view.ts'
import type { RotationStore } from './rotation-store.ts'

const examplesOfEach = 5
const elsewhere = 'Another rollout has it in hand.'

export interface RolloutsParts {
  readonly store: RotationStore
  readonly rollouts: RolloutStore
  readonly database: Transactor & ChangeRecorder
  readonly neighbours: RolloutNeighbours
  readonly audit: AuditLog
  readonly clock: Clock
  readonly tenantId: string
  /** Wakes the runner. */
  readonly changed: () => void
}

/** Starting, steering and reading rollouts; carrying them out is the runner's. */
export class Rollouts {
  readonly #parts: RolloutsParts
  readonly #selector: RolloutSelector
  readonly #ids: SequentialIds

  constructor(parts: RolloutsParts) {
    this.#parts = parts
    this.#selector = new RolloutSelector(parts)
    this.#ids = new SequentialIds(parts.clock)
  }

  /** A dry run by the rules that a start goes by. @throws SignetError `invalid_request` */
  async preview({ selection, plan }: RolloutWish): Promise<RolloutPreview> {
    const { rollouts, neighbours } = this.#parts
    const found = await this.#selector.resolve(selection)
    const busy = await rollouts.busy(slotIdsOf(found))
    const { chosen, skipped } = split(found, busy)
    const agentIds = [...new Set(chosen.map(({ slot }) => slot.agent_id))]
    const agents = await neighbours.agents(agentIds)
    const waves = Math.ceil(chosen.length / plan.waveSize)
    return {
      credentials: chosen.length,
      identities: new Set(chosen.map(({ slot }) => slot.principal_id)).size,
      agents: agentIds.length,
      waves,
      offline: agentIds.filter((id) => agents.get(id)?.connected !== true).length,
      haltsAfter: haltsAfter(plan, chosen.length),
      pausesSeconds: Math.max(0, waves - 1) * plan.pauseSeconds,
      skipped: skipsOf(skipped),
    }
  }

  /** @throws SignetError `invalid_request` | `conflict` when there is nothing to rotate */
  async start(context: RequestContext, wish: RolloutWish): Promise<RolloutDetail> {
    const { rollouts, database } = this.#parts
    const found = await this.#selector.resolve(wish.selection)
    const id = await database.transact(async (tx) => {
      const { chosen, skipped } = split(found, await rollouts.busy(slotIdsOf(found), tx))
      if (chosen.length === 0) throw nothingToRotate(skipped)
      const row = this.#newRollout(context, wish, chosen.length)
      await rollouts.insert(tx, row, itemsOf(chosen, skipped, row.wave_size))
      const { list, q } = wish.selection
      await this.#record(tx, context, 'rollout.started', row, {
        list,
        ...(q === undefined ? { named: wish.selection.ids?.length ?? 0 } : { q }),
        credentials: chosen.length,
        skipped: skipped.length,
        waves: row.waves,
        ...wish.plan,
      })
      return row.id
    })
    this.#parts.changed()
    return this.show(id)
  }

  pause(context: RequestContext, id: string, reason: string | undefined): Promise<RolloutDetail> {
    const how = { action: 'rollout.paused', reason, from: ['running'] } as const
    return this.#steer(context, id, how, async () => ({ state: 'paused' }))
  }

  /** @param retry whether what has failed or was rolled back takes its turn again @throws SignetError `conflict` */
  resume(
    context: RequestContext,
    id: string,
    { retry, reason }: { retry: boolean; reason?: string | undefined },
  ): Promise<RolloutDetail> {
    const { rollouts } = this.#parts
    const how = { action: 'rollout.resumed', reason, from: ['paused', 'halted'], after: { retry } } as const
    return this.#steer(context, id, how, async (row, now, tx) => {
      if (retry) await rollouts.requeue(tx, row.id)
      const failed = await rollouts.countIn(tx, row.id, 'failed')
      const { nextWave } = await rollouts.left(tx, row.id)
      // Waves of before take their turn in order again, so that no more than one wave is ever under way.
      const isBack = retry && nextWave !== null && nextWave < row.wave
      return {
        state: 'running',
        halt_reason: null,
        failed,
        excused: failed,
        due_at: now,
        ...(isBack && { wave: nextWave, next_wave_at: null }),
      }
    })
  }

  /** What waits is left undone; what is under way is followed to its end. */
  cancel(context: RequestContext, id: string, reason: string | undefined): Promise<RolloutDetail> {
    const how = { action: 'rollout.cancelled', reason, from: ['running', 'paused', 'halted'] } as const
    return this.#steer(context, id, how, async (row, now, tx) => {
      await this.#parts.rollouts.cancelWaiting(tx, row.id)
      return { state: 'cancelled', ended_at: now, next_wave_at: null, due_at: now }
    })
  }

  /**
   * Puts the old credentials back, of one wave or of all, where they are still accepted. One that runs is paused.
   *
   * @throws SignetError `conflict` when there is none
   */
  rollBack(
    context: RequestContext,
    id: string,
    { wave, reason }: { wave?: number | undefined; reason?: string | undefined },
  ): Promise<RolloutDetail> {
    const from = ['running', 'paused', 'halted', 'completed', 'cancelled'] as const
    const after = wave === undefined ? {} : { wave }
    const how = { action: 'rollout.rollback_started', reason, from, after } as const
    return this.#steer(context, id, how, async (row, now, tx) => {
      const count = await this.#parts.rollouts.markReturning(tx, row.id, { now, wave })
      if (count === 0) {
        throw new SignetError('conflict', 'No credential of it can be put back.', {
          fix: 'Only those in use can be, as long as the old one is accepted beside them: rotate again instead.',
        })
      }
      const { actor, correlationId, ip } = context
      return {
        ...(row.state === 'running' && { state: 'paused' }),
        undo: JSON.stringify({ actor, correlationId, ip, reason: reason ?? '' }),
        finished_at: null,
        due_at: now,
      }
    })
  }

  async page(filter: PageQuery & { open?: boolean }): Promise<Page<Rollout>> {
    const { rollouts, clock, tenantId } = this.#parts
    const { items, nextCursor } = await rollouts.rollouts(tenantId, filter)
    const ids = items.map((row) => row.id)
    const [counts, reversible] = await Promise.all([rollouts.counts(ids), rollouts.reversible(ids, clock.now())])
    const own = (row: RolloutRow): StageCount[] => counts.filter(({ rolloutId }) => rolloutId === row.id)
    return { items: items.map((row) => toRollout(row, own(row), reversible.get(row.id) ?? 0)), nextCursor }
  }

  /** @throws SignetError `not_found` */
  async show(id: string): Promise<RolloutDetail> {
    const { rollouts, clock } = this.#parts
    const row = await this.#require(id)
    const [counts, reversible] = await Promise.all([rollouts.counts([id]), rollouts.reversible([id], clock.now())])
    return toDetail(row, counts, reversible.get(id) ?? 0)
  }

  /** @throws SignetError `not_found` */
  async items(
    id: string,
    filter: PageQuery & { wave?: number | undefined; stage?: RolloutStage | undefined },
  ): Promise<Page<RolloutItem>> {
    await this.#require(id)
    const { items, nextCursor } = await this.#parts.rollouts.items(id, filter)
    const agents = await this.#parts.neighbours.agents([...new Set(items.flatMap((row) => row.agent_id ?? []))])
    return { items: items.map((row) => toItem(row, agents)), nextCursor }
  }

  async #steer(
    context: RequestContext,
    id: string,
    how: {
      action: AuditAction
      reason: string | undefined
      from: readonly RolloutRow['state'][]
      after?: Record<string, unknown>
    },
    change: (row: RolloutRow, now: number, tx: Tx) => Promise<Partial<RolloutRow>>,
  ): Promise<RolloutDetail> {
    const { rollouts, database, clock } = this.#parts
    await database.transact(async (tx) => {
      const row = await this.#require(id, tx)
      if (!how.from.includes(row.state)) throw new SignetError('conflict', `The rollout is ${row.state}.`)
      const now = clock.now()
      await rollouts.update(tx, row, { ...(await change(row, now, tx)), updated_at: now })
      await this.#record(tx, context, how.action, { ...row, reason: how.reason || null }, how.after)
    })
    this.#parts.changed()
    return this.show(id)
  }

  async #record(
    tx: Tx,
    context: RequestContext,
    action: AuditAction,
    row: RolloutRow,
    after?: Record<string, unknown>,
  ): Promise<void> {
    await this.#parts.audit.append(
      tx,
      { ...context, correlationId: row.correlation_id },
      {
        action,
        target: { kind: 'rollout', id: row.id, label: `${row.total} credentials` },
        ...(row.reason !== null && { reason: row.reason }),
        ...(after && { after }),
      },
    )
    await this.#parts.database.changed(tx, { kind: 'rollout', id: row.id })
  }

  #newRollout(context: RequestContext, { selection, plan, reason }: RolloutWish, total: number): RolloutRow {
    const now = this.#parts.clock.now()
    return {
      id: this.#ids.next(),
      tenant_id: this.#parts.tenantId,
      state: 'running',
      list: selection.list,
      q: selection.q ?? null,
      wave_size: plan.waveSize,
      pause_s: plan.pauseSeconds,
      most_failed: plan.mostFailed,
      most_failed_share: plan.mostFailedShare,
      item_s: plan.itemSeconds,
      reason: reason || null,
      actor_kind: context.actor.kind,
      actor_id: context.actor.id,
      actor_label: context.actor.label,
      actor_ip: context.ip,
      correlation_id: context.correlationId,
      total,
      wave: 0,
      waves: Math.ceil(total / plan.waveSize),
      next_wave_at: null,
      failed: 0,
      excused: 0,
      halt_reason: null,
      undo: null,
      ended_at: null,
      due_at: now,
      lease_owner: null,
      fence: 0,
      finished_at: null,
      version: 1,
      created_at: now,
      updated_at: now,
    }
  }

  async #require(id: string, tx?: Tx): Promise<RolloutRow> {
    const row = await this.#parts.rollouts.rollout(id, tx)
    if (!row) throw new SignetError('not_found', 'No such rollout.')
    return row
  }
}

type Chosen = Candidate & { readonly slot: NonNullable<Candidate['slot']> }

function slotIdsOf(found: readonly Candidate[]): string[] {
  return found.flatMap(({ slot }) => slot?.id ?? [])
}

function split(found: readonly Candidate[], busy: ReadonlySet<string>): { chosen: Chosen[]; skipped: Candidate[] } {
  const chosen: Chosen[] = []
  const skipped: Candidate[] = []
  for (const candidate of found) {
    const { slot } = candidate
    if (slot === null) skipped.push(candidate)
    else if (busy.has(slot.id)) skipped.push({ ...candidate, reason: elsewhere })
    else chosen.push({ ...candidate, slot })
  }
  return { chosen, skipped }
}

function skipsOf(skipped: readonly Candidate[]): RolloutSkips[] {
  const byReason = new Map<string, { count: number; examples: string[] }>()
  for (const { name, instance, reason } of skipped) {
    const own = byReason.get(reason ?? '') ?? { count: 0, examples: [] }
    own.count += 1
    if (own.examples.length < examplesOfEach) own.examples.push(instance?.name ?? name)
    byReason.set(reason ?? '', own)
  }
  return [...byReason].map(([reason, { count, examples }]) => ({ reason, count, examples }))
}

/** What rotates, in waves, and after that what was skipped, as evidence that it was. */
function itemsOf(chosen: readonly Chosen[], skipped: readonly Candidate[], waveSize: number): NewItem[] {
  const itemOf = (candidate: Candidate, position: number) => ({
    position,
    slot_id: candidate.slot?.id ?? null,
    principal_id: candidate.slot?.principal_id ?? null,
    agent_id: candidate.slot?.agent_id ?? null,
    instance_id: candidate.instance?.id ?? null,
    instance_name: candidate.instance?.name ?? null,
    name: candidate.name,
    detail: candidate.reason,
  })
  return [
    ...chosen.map((each, index) => ({
      ...itemOf(each, index + 1),
      wave: Math.floor(index / waveSize) + 1,
      state: 'waiting' as const,
    })),
    ...skipped.map((each, index) => ({
      ...itemOf(each, chosen.length + index + 1),
      wave: 0,
      state: 'skipped' as const,
    })),
  ]
}

function nothingToRotate(skipped: readonly Candidate[]): SignetError {
  const [first] = skipped
  if (!first) {
    return new SignetError('conflict', 'Nothing matches, so there is nothing to rotate.', { fix: 'Choose others.' })
  }
  return new SignetError('conflict', `There is nothing to rotate. ${first.name}: ${first.reason ?? ''}`)
}
