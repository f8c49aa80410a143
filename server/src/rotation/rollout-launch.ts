import { setImmediate } from 'node:timers/promises'
import type { RolloutBlast, RolloutPreview, RolloutSkips, RolloutWish } from '@signet/shared/api/rollouts'
import { minuteMs } from '@signet/shared/vocabulary/time'
import type { AuditLog } from '../audit/index.ts'
import type { Clock } from '../platform/clock.ts'
import { SequentialIds } from '../platform/identifiers.ts'
import type { RequestContext } from '../platform/request-context.ts'
import { SignetError } from '../platform/signet-error.ts'
import type { ChangeRecorder, Transactor } from '../platform/transaction.ts'
import type { RolloutRecords } from './rollout-records.ts'
import { haltsAfter } from './rollout-rules.ts'
import { type Candidate, type RolloutNeighbours, RolloutSelector } from './rollout-selection.ts'
import type { NewItem, RolloutRow, RolloutStore } from './rollout-store.ts'
import type { RotationStore } from './rotation-store.ts'

const examplesOfEach = 5
const elsewhere = 'Another rollout has it in hand.'
const takenOver = 'An emergency has it in hand.'
/** Items written in one transaction: others take their turn after some milliseconds. */
const writtenAtOnce = 200
/** Agents asked about in one question. */
const askedAtOnce = 100
/** What is not written whole by then never will be: whoever wrote it is gone. */
const longestLaunchMs = 10 * minuteMs

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

type Chosen = Candidate & { readonly slot: NonNullable<Candidate['slot']> }

/** Finds what a rollout is about, says it in numbers, and writes it down. */
export class RolloutLaunch {
  readonly #parts: RolloutsParts & { readonly records: RolloutRecords }
  readonly #selector: RolloutSelector
  readonly #ids: SequentialIds

  constructor(parts: RolloutsParts & { readonly records: RolloutRecords }) {
    this.#parts = parts
    this.#selector = new RolloutSelector(parts)
    this.#ids = new SequentialIds(parts.clock)
  }

  /** A dry run by the rules that a start goes by. @throws SignetError `invalid_request` */
  async preview(wish: RolloutWish): Promise<RolloutPreview> {
    const { chosen, skipped } = await this.#find(wish)
    const { plan } = wish
    const agentIds = [...new Set(chosen.map(({ slot }) => slot.agent_id))]
    const waves = Math.ceil(chosen.length / plan.waveSize)
    return {
      credentials: chosen.length,
      identities: principalIdsOf(chosen).length,
      agents: agentIds.length,
      waves,
      offline: await this.#offline(agentIds),
      haltsAfter: haltsAfter(plan, chosen.length),
      pausesSeconds: Math.max(0, waves - 1) * plan.pauseSeconds,
      skipped: skipsOf(skipped),
      blast: wish.act === 'emergency' ? await this.#blastOf(chosen) : null,
    }
  }

  /**
   * Writes it down in portions, so that nothing waits for a large one, and lets it begin with the last. It is nothing before
   * that: one that is cut short is removed.
   *
   * @returns its ID
   * @throws SignetError `invalid_request` | `conflict` when there is nothing to do
   */
  async start(context: RequestContext, wish: RolloutWish): Promise<string> {
    const { rollouts, database } = this.#parts
    const { chosen, skipped } = await this.#find(wish)
    if (chosen.length === 0) throw nothingToDo(skipped)
    const row = this.#newRollout(context, wish, chosen.length)
    await database.transact((tx) => rollouts.insert(tx, row))
    try {
      const items = itemsOf(chosen, skipped, row.wave_size)
      for (let start = 0; start < items.length; start += writtenAtOnce) {
        await this.#write(row, items.slice(start, start + writtenAtOnce))
        await setImmediate()
      }
      await this.#begin(context, row, wish)
    } catch (error) {
      await this.discard(row.id)
      throw error
    }
    return row.id
  }

  /** Removes one that was never begun. */
  async discard(id: string): Promise<void> {
    const { rollouts, database } = this.#parts
    while (await database.transact((tx) => rollouts.discard(tx, id, writtenAtOnce))) await setImmediate()
  }

  async #find({ act, selection }: RolloutWish): Promise<{ chosen: Chosen[]; skipped: Candidate[] }> {
    const found = await this.#selector.resolve(selection, act)
    return split(found, await this.#parts.rollouts.busy(act === 'emergency' ? ['emergency'] : undefined))
  }

  async #offline(agentIds: readonly string[]): Promise<number> {
    let offline = 0
    for (let start = 0; start < agentIds.length; start += askedAtOnce) {
      const ids = agentIds.slice(start, start + askedAtOnce)
      const agents = await this.#parts.neighbours.agents(ids)
      offline += ids.filter((id) => agents.get(id)?.connected !== true).length
      await setImmediate()
    }
    return offline
  }

  async #blastOf(chosen: readonly Chosen[]): Promise<RolloutBlast> {
    const places = new Set(chosen.map(({ instance, slot }) => instance?.id ?? slot.agent_id))
    return { instances: places.size, ...(await this.#parts.neighbours.outstanding(principalIdsOf(chosen))) }
  }

  /** A slot that another rollout took meanwhile is skipped; an emergency takes it from all but another emergency. */
  async #write(row: RolloutRow, items: readonly NewItem[]): Promise<void> {
    const { rollouts, database } = this.#parts
    await database.transact(async (tx) => {
      if (row.act === 'emergency') {
        const slotIds = items.flatMap((item) => (item.state === 'waiting' ? (item.slot_id ?? []) : []))
        for (const id of await rollouts.takeOver(tx, slotIds, takenOver)) {
          await database.changed(tx, { kind: 'rollout', id })
        }
      }
      const written = await rollouts.insertItems(tx, row.id, items)
      const lost = items.filter(({ position }) => !written.has(position))
      await rollouts.insertItems(
        tx,
        row.id,
        lost.map((item) => ({ ...item, wave: 0, state: 'skipped', detail: elsewhere })),
      )
    })
  }

  async #begin(context: RequestContext, row: RolloutRow, wish: RolloutWish): Promise<void> {
    const { rollouts, database, records, clock } = this.#parts
    await database.transact(async (tx) => {
      const { chosen: total, skipped } = await rollouts.written(tx, row.id)
      if (total === 0) throw new SignetError('conflict', `There is nothing to do. ${elsewhere}`)
      const now = clock.now()
      await rollouts.update(tx, row, { state: 'running', total, due_at: now, updated_at: now })
      const { list, q, ids } = wish.selection
      await records.record(
        tx,
        context,
        'rollout.started',
        { ...row, total },
        {
          act: row.act,
          list,
          ...(q === undefined ? { named: ids?.length ?? 0 } : { q }),
          ...{ credentials: total, skipped, waves: row.waves },
          ...wish.plan,
        },
      )
    })
  }

  #newRollout(context: RequestContext, { act, selection, plan, reason }: RolloutWish, total: number): RolloutRow {
    const now = this.#parts.clock.now()
    return {
      id: this.#ids.next(),
      tenant_id: this.#parts.tenantId,
      act,
      state: 'starting',
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
      due_at: now + longestLaunchMs,
      lease_owner: null,
      fence: 0,
      finished_at: null,
      version: 1,
      created_at: now,
      updated_at: now,
    }
  }
}

function principalIdsOf(chosen: readonly Chosen[]): string[] {
  return [...new Set(chosen.map(({ slot }) => slot.principal_id))]
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

/** What has its turn, in waves, and after that what was skipped, as evidence that it was. */
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

function nothingToDo(skipped: readonly Candidate[]): SignetError {
  const [first] = skipped
  if (!first) {
    return new SignetError('conflict', 'Nothing matches, so there is nothing to do.', { fix: 'Choose others.' })
  }
  return new SignetError('conflict', `There is nothing to do. ${first.name}: ${first.reason ?? ''}`)
}
