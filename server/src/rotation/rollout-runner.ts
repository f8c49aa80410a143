import { ActorKind } from '@signet/shared/vocabulary/audit-events'
import { rolloutTitle } from '@signet/shared/vocabulary/rollout-states'
import { secondMs } from '@signet/shared/vocabulary/time'
import { z } from 'zod'
import type { AuditLog } from '../audit/index.ts'
import type { Clock, Timer } from '../platform/clock.ts'
import type { Steadiness } from '../platform/clock-watch.ts'
import { newGuid, randomShare } from '../platform/identifiers.ts'
import type { Logger } from '../platform/log.ts'
import { PeriodicTask } from '../platform/periodic.ts'
import { inPortions } from '../platform/portions.ts'
import { systemContext } from '../platform/request-context.ts'
import { SignetError } from '../platform/signet-error.ts'
import type { Change, ChangeRecorder, Transactor, Tx } from '../platform/transaction.ts'
import type { CredentialRollover } from './credential-rollover.ts'
import { backoffMs } from './reminders.ts'
import type { RolloutActs } from './rollout-acts.ts'
import { type AgentStanding, endOfItem, type ItemEnd } from './rollout-rules.ts'
import type { RolloutNeighbours } from './rollout-selection.ts'
import type { ClaimedRollout, FollowedItem, RolloutItemRow, RolloutRow, RolloutStore } from './rollout-store.ts'
import { limitOf } from './rollout-view.ts'
import type { RotationStore, RunRow } from './rotation-store.ts'

const turnMs = secondMs
const leaseMs = 30 * secondMs
const mostPerClaim = 4
/** What agents report within this time is looked at together: a turn costs as much as a rotation. */
const noticedMs = 250
/** Agents asked in one turn, after which what they did is looked at: all of a wave at once would keep clients waiting. */
const askedAtOnce = 32
/** Looked at together. */
const agentsAtOnce = 200
/** Later than any clock: what is paused and has nothing under way is never due. */
const never = 8_640_000_000_000_000

export interface RolloutRunnerParts {
  readonly store: RotationStore
  readonly rollouts: RolloutStore
  readonly rollover: Pick<CredentialRollover, 'fail' | 'rollBack'>
  readonly rolloutActs: Pick<RolloutActs, 'begin'>
  readonly database: Transactor & ChangeRecorder
  /** Removes one that was never begun: whoever started it is gone. */
  readonly discard: (rolloutId: string) => Promise<void>
  readonly neighbours: Pick<RolloutNeighbours, 'agents'>
  readonly audit: AuditLog
  readonly clock: Clock
  readonly steadiness: Steadiness
  readonly log: Logger
}

const Undo = z.object({
  actor: z.object({ kind: ActorKind, id: z.string().nullable(), label: z.string() }),
  correlationId: z.string(),
  ip: z.string().nullable(),
  reason: z.string(),
})

/**
 * Carries rollouts out. Everything it knows is in rows and every step is one transaction that names the fence of its
 * lease, so a process may die at any point and any number of them may run: no credential is rotated twice for it, none
 * is forgotten, and a wave that was opened by half is opened to its end (SEC-143, SEC-144).
 */
export class RolloutRunner {
  readonly #parts: RolloutRunnerParts
  readonly #owner = newGuid()
  #task: PeriodicTask | undefined
  #soon: Timer | undefined

  constructor(parts: RolloutRunnerParts) {
    this.#parts = parts
  }

  start(): void {
    const { clock, log } = this.#parts
    this.#task ??= new PeriodicTask({ name: 'rollouts', intervalMs: turnMs, clock, log, run: () => this.turn() })
  }

  async stop(): Promise<void> {
    this.#soon?.cancel()
    await this.#task?.stop()
  }

  /** Brings the next turn forward to now. */
  poke(): void {
    this.#task?.poke()
  }

  /** Called with the changes of one commit: a rotation that moves on, or an agent that reports, may end an item. */
  noticed(changes: readonly Change[]): void {
    if (changes.some(({ kind }) => kind === 'run' || kind === 'agent')) this.#lookSoon()
  }

  #lookSoon(): void {
    this.#soon ??= this.#parts.clock.after(noticedMs, () => {
      this.#soon = undefined
      this.poke()
    })
  }

  /** One step of every rollout that is due. */
  async turn(): Promise<void> {
    const { database, rollouts, clock } = this.#parts
    if (!(await rollouts.hasDue(clock.now()))) return
    const claims = await database.transact((tx) =>
      rollouts.claim(tx, { owner: this.#owner, now: clock.now(), leaseMs, limit: mostPerClaim }),
    )
    for (const claim of claims) {
      if (claim.state === 'starting') {
        await this.#parts.discard(claim.id)
        continue
      }
      await this.#follow(claim)
      await this.#putBack(claim)
      const wave = await this.#advance(claim)
      if (wave === undefined) continue
      await this.#ask(claim, wave)
      await database.transact((tx) => this.#release(tx, claim))
    }
  }

  /** Looks at what the agents have made of it. */
  async #follow(claim: ClaimedRollout): Promise<void> {
    const { rollouts, clock, steadiness } = this.#parts
    const items = await rollouts.followed(claim.id)
    if (items.length === 0) return
    const agents = await this.#agentsOf(items.filter(({ run_state: state }) => isUnderWay(state)))
    const now = steadiness.isSteady ? clock.now() : null
    const ends = items.flatMap((item): { item: FollowedItem; end: ItemEnd }[] => {
      const end = endOfItem(
        {
          slotId: item.drill_id === null ? item.slot_id : null,
          askedAt: item.asked_at ?? 0,
          deadlineAt: item.deadline_at ?? 0,
        },
        { state: item.run_state, error_code: item.run_error_code, error_detail: item.run_error_detail },
        agents.get(item.agent_id ?? ''),
        now,
      )
      return end ? [{ item, end }] : []
    })
    const failed = ends.filter(({ end }) => end.to === 'failed')
    await this.#settle(
      claim,
      ends.filter(({ end }) => end.to !== 'failed'),
    )
    await inPortions(failed, async ({ item, end }) => end.to !== 'failed' || this.#failOne(claim, item, end))
  }

  /** What went well, or was turned off, in one transaction: its own records are with its rotation. */
  async #settle(claim: ClaimedRollout, ends: readonly { item: FollowedItem; end: ItemEnd }[]): Promise<void> {
    if (ends.length === 0) return
    const { rollouts, database } = this.#parts
    await database.transact(async (tx) => {
      if (!(await rollouts.held(tx, claim))) return
      for (const { item, end } of ends) {
        await rollouts.moveItem(
          tx,
          item,
          end.to === 'skipped' ? { state: 'skipped', detail: end.detail } : { state: 'activated' },
        )
      }
      await database.changed(tx, { kind: 'rollout', id: claim.id })
    })
  }

  /** Fails one, and with it the rollout where that is one too many. @returns false when the claim was lost */
  #failOne(claim: ClaimedRollout, item: FollowedItem, end: Extract<ItemEnd, { to: 'failed' }>): Promise<boolean> {
    const { store, rollouts, database } = this.#parts
    return database.transact(async (tx) => {
      const row = await rollouts.held(tx, claim)
      if (!row) return false
      const run = item.run_id === null ? undefined : await store.run(item.run_id, tx)
      if (end.isRunOpen && run) {
        // It moved on since it was read: the next turn sees how.
        if (!isUnderWay(run.state)) return true
        // After an emergency there is no old certificate to keep: its run waits for the agent for as long as any.
        if (row.act === 'rotate') await this.#failRun(tx, row, run, { code: end.code, reason: end.detail })
      }
      await this.#countFailure(tx, row, item, { code: end.code, detail: end.detail })
      return true
    })
  }

  async #failRun(tx: Tx, row: RolloutRow, run: RunRow, failure: { code: string; reason: string }): Promise<void> {
    const { store, rollover, clock } = this.#parts
    const slot = await store.slot(run.slot_id, tx)
    const again = clock.now() + backoffMs({ attempt: (slot?.failures ?? 0) + 1, share: randomShare(), lane: run.lane })
    const retryAt = Math.max(again, slot?.rotate_after ?? 0)
    await rollover.fail(tx, systemContext('rollouts', row.correlation_id), run, retryAt, failure)
  }

  async #countFailure(
    tx: Tx,
    row: RolloutRow,
    item: Pick<RolloutItemRow, 'rollout_id' | 'position' | 'state'>,
    cause: { code: string; detail: string },
  ): Promise<void> {
    const { rollouts, database, clock, audit } = this.#parts
    if (!(await rollouts.moveItem(tx, item, { state: 'failed', error_code: cause.code, detail: cause.detail }))) return
    const now = clock.now()
    const failed = row.failed + 1
    const limit = limitOf(row)
    const isHalt = row.state === 'running' && failed - row.excused > limit
    const halted = `${failed - row.excused} of ${row.total} have failed; more than ${limit} halt it.`
    await rollouts.update(tx, row, {
      failed,
      updated_at: now,
      ...(isHalt && { state: 'halted', halt_reason: halted, next_wave_at: null }),
    })
    if (isHalt) {
      await audit.append(tx, systemContext('rollouts', row.correlation_id), {
        action: 'rollout.halted',
        outcome: 'failed',
        target: targetOf(row),
        reason: halted,
        after: { wave: row.wave, failed },
      })
    }
    await database.changed(tx, { kind: 'rollout', id: row.id })
  }

  /** Old credentials back to use, in the name of whoever wished it. */
  async #putBack(claim: ClaimedRollout): Promise<void> {
    const { rollouts, store, rollover, database } = this.#parts
    const returning = await rollouts.itemsIn(claim.id, 'returning', askedAtOnce)
    await inPortions(returning, (item) =>
      this.#attempt(claim, item, async (tx, row) => {
        const { reason, ...context } = Undo.parse(JSON.parse(row.undo ?? 'null'))
        const run = item.run_id === null ? undefined : await store.run(item.run_id, tx)
        if (!run) throw new SignetError('internal', 'An item is put back that has no rotation.')
        await rollover.rollBack(tx, context, run, reason)
        await rollouts.moveItem(tx, item, { state: 'rolled_back' })
        await database.changed(tx, { kind: 'rollout', id: row.id })
      }),
    )
    if (returning.length === askedAtOnce) this.#lookSoon()
  }

  /** Gives the rollout back unless there is something to ask agents. @returns the wave that they are to be asked for */
  #advance(claim: ClaimedRollout): Promise<number | undefined> {
    return this.#parts.database.transact(async (tx) => {
      const row = await this.#parts.rollouts.held(tx, claim)
      const wave = row && (await this.#nextWave(tx, row))
      if (wave === undefined) await this.#release(tx, claim)
      return wave
    })
  }

  /** Opens the next wave when its time has come, or ends what has none. */
  async #nextWave(tx: Tx, row: RolloutRow): Promise<number | undefined> {
    const { rollouts, database, clock, audit, steadiness } = this.#parts
    if (row.state !== 'running' || !steadiness.isSteady) return undefined
    const { underway, openWave, nextWave } = await rollouts.left(tx, row.id)
    // The rest of the wave under way, or an earlier one that takes its turn again.
    if (nextWave !== null && nextWave <= row.wave && (openWave ?? nextWave) === nextWave) return nextWave
    if (underway > 0) return undefined
    const now = clock.now()
    if (nextWave === null) {
      await rollouts.update(tx, row, { state: 'completed', ended_at: now, next_wave_at: null, updated_at: now })
      await this.#recordEnd(tx, row)
      return undefined
    }
    const opensAt = row.wave === 0 ? now : (row.next_wave_at ?? now + row.pause_s * secondMs)
    if (now < opensAt) {
      if (row.next_wave_at === null) {
        await rollouts.update(tx, row, { next_wave_at: opensAt, updated_at: now })
        await database.changed(tx, { kind: 'rollout', id: row.id })
      }
      return undefined
    }
    await rollouts.update(tx, row, { wave: nextWave, next_wave_at: null, updated_at: now })
    const context = systemContext('rollouts', row.correlation_id)
    const after = { wave: nextWave, waves: row.waves }
    await audit.append(tx, context, { action: 'rollout.wave_started', target: targetOf(row), after })
    await database.changed(tx, { kind: 'rollout', id: row.id })
    return nextWave
  }

  async #recordEnd(tx: Tx, row: RolloutRow): Promise<void> {
    const { audit, database } = this.#parts
    await audit.append(tx, systemContext('rollouts', row.correlation_id), {
      action: 'rollout.completed',
      outcome: row.failed > 0 ? 'failed' : 'ok',
      target: targetOf(row),
      after: { credentials: row.total, failed: row.failed },
    })
    await database.changed(tx, { kind: 'rollout', id: row.id })
  }

  /** Asks the agents of a wave; one that is asked already for another reason is followed. */
  async #ask(claim: ClaimedRollout, wave: number): Promise<void> {
    const { rollouts, store, rolloutActs, database, clock } = this.#parts
    const waiting = await rollouts.itemsIn(claim.id, 'waiting', askedAtOnce, wave)
    await inPortions(waiting, (item) =>
      this.#attempt(claim, item, async (tx, row) => {
        if (row.state !== 'running') return
        const slot = item.slot_id === null ? undefined : await store.slot(item.slot_id, tx)
        if (slot?.state !== 'open') throw new SignetError('conflict', 'Its identity is off.')
        const lead = await rolloutActs.begin(tx, row, slot, item)
        const now = clock.now()
        await rollouts.moveItem(tx, item, {
          state: 'open',
          ...lead,
          asked_at: now,
          deadline_at: now + row.item_s * secondMs,
        })
        await database.changed(tx, { kind: 'rollout', id: row.id })
      }),
    )
    if (waiting.length === askedAtOnce) this.#lookSoon()
  }

  /** One step of one item; what refuses it is noted on it. @returns false when the claim was lost */
  async #attempt(
    claim: ClaimedRollout,
    item: RolloutItemRow,
    step: (tx: Tx, row: RolloutRow) => Promise<void>,
  ): Promise<boolean> {
    const { rollouts, database, log } = this.#parts
    const held = (work: (tx: Tx, row: RolloutRow) => Promise<void>) =>
      database.transact(async (tx) => {
        const row = await rollouts.held(tx, claim)
        if (row) await work(tx, row)
        return row !== undefined
      })
    try {
      return await held(step)
    } catch (error) {
      const { code, detail } = SignetError.from(error)
      const isRefusal = code === 'conflict' || code === 'not_found'
      if (!isRefusal) log.error({ err: error, rolloutId: claim.id }, 'item of a rollout failed')
      return held(async (tx, row) => {
        if (item.state === 'waiting' && !isRefusal) return this.#countFailure(tx, row, item, { code, detail })
        // What cannot be put back stays in use.
        const state = item.state === 'returning' ? 'activated' : 'skipped'
        await rollouts.moveItem(tx, item, { state, error_code: code, detail })
        await database.changed(tx, { kind: 'rollout', id: row.id })
      })
    }
  }

  /** Gives it back until something can have happened. */
  async #release(tx: Tx, claim: ClaimedRollout): Promise<void> {
    const { rollouts, clock } = this.#parts
    const row = await rollouts.held(tx, claim)
    if (!row) return
    const { underway } = await rollouts.left(tx, row.id)
    const now = clock.now()
    const isIdle = underway === 0 && (row.state === 'paused' || row.state === 'halted')
    const isOver = underway === 0 && row.ended_at !== null
    const dueAt = underway === 0 && row.next_wave_at !== null ? row.next_wave_at : now
    await rollouts.update(tx, row, {
      due_at: isIdle ? never : dueAt,
      lease_owner: null,
      ...(isOver && { finished_at: now }),
    })
  }

  async #agentsOf(items: readonly RolloutItemRow[]): Promise<ReadonlyMap<string, AgentStanding>> {
    const ids = [...new Set(items.flatMap((item) => item.agent_id ?? []))]
    const found = new Map<string, AgentStanding>()
    for (let start = 0; start < ids.length; start += agentsAtOnce) {
      const some = await this.#parts.neighbours.agents(ids.slice(start, start + agentsAtOnce))
      for (const [id, agent] of some) found.set(id, agent)
    }
    return found
  }
}

function isUnderWay(state: FollowedItem['run_state']): boolean {
  return state === 'requested' || state === 'prepared'
}

function targetOf(row: RolloutRow): { kind: string; id: string; label: string } {
  return { kind: 'rollout', id: row.id, label: rolloutTitle(row) }
}
