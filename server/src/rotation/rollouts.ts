import type { Page, PageQuery } from '@signet/shared/api/paging'
import type { Rollout, RolloutDetail, RolloutItem, RolloutPreview, RolloutWish } from '@signet/shared/api/rollouts'
import type { AuditAction } from '@signet/shared/vocabulary/audit-events'
import type { RolloutStage } from '@signet/shared/vocabulary/rollout-states'
import type { RequestContext } from '../platform/request-context.ts'
import { SignetError } from '../platform/signet-error.ts'
import type { Tx } from '../platform/transaction.ts'
import { RolloutLaunch, type RolloutsParts } from './rollout-launch.ts'
import { RolloutRecords } from './rollout-records.ts'
import type { RolloutRow, StageCount } from './rollout-store.ts'
import { toDetail, toItem, toRollout } from './rollout-view.ts'

/** Starting, steering and reading rollouts; carrying them out is the runner's. */
export class Rollouts {
  readonly #parts: RolloutsParts
  readonly #records: RolloutRecords
  readonly #launch: RolloutLaunch

  constructor(parts: RolloutsParts) {
    this.#parts = parts
    this.#records = new RolloutRecords(parts)
    this.#launch = new RolloutLaunch({ ...parts, records: this.#records })
  }

  /** A dry run by the rules that a start goes by. @throws SignetError `invalid_request` */
  preview(wish: RolloutWish): Promise<RolloutPreview> {
    return this.#launch.preview(wish)
  }

  /** @throws SignetError `invalid_request` | `conflict` when there is nothing to do */
  async start(context: RequestContext, wish: RolloutWish): Promise<RolloutDetail> {
    const id = await this.#launch.start(context, wish)
    this.#parts.changed()
    return this.show(id)
  }

  /** Removes one whose start was cut short. */
  discard(id: string): Promise<void> {
    return this.#launch.discard(id)
  }

  pause(context: RequestContext, id: string, reason: string | undefined): Promise<RolloutDetail> {
    const how = { action: 'rollout.paused', reason, from: ['running'] } as const
    return this.#steer(context, id, how, async () => ({ state: 'paused' }))
  }

  /**
   * @param retry whether what has failed or was rolled back takes its turn again
   * @throws SignetError `conflict`, also while old credentials are put back: what comes back later would be left out
   */
  resume(
    context: RequestContext,
    id: string,
    { retry, reason }: { retry: boolean; reason?: string | undefined },
  ): Promise<RolloutDetail> {
    const { rollouts } = this.#parts
    const how = { action: 'rollout.resumed', reason, from: ['paused', 'halted'], after: { retry } } as const
    return this.#steer(context, id, how, async (row, now, tx) => {
      const returning = await rollouts.countIn(tx, row.id, 'returning')
      if (returning > 0) {
        throw new SignetError('conflict', 'Old credentials are still being put back.', {
          fix: `Resume when the last ${returning} are back in use.`,
        })
      }
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
      await this.#records.record(tx, context, how.action, { ...row, reason: how.reason || null }, how.after)
    })
    this.#parts.changed()
    return this.show(id)
  }

  async #require(id: string, tx?: Tx): Promise<RolloutRow> {
    const row = await this.#parts.rollouts.rollout(id, tx)
    if (!row || row.state === 'starting') throw new SignetError('not_found', 'No such rollout.')
    return row
  }
}
