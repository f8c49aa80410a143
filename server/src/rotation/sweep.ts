import { minuteMs, secondMs } from '@signet/shared/vocabulary/time'
import type { Clock } from '../platform/clock.ts'
import type { Steadiness } from '../platform/clock-watch.ts'
import { newGuid } from '../platform/identifiers.ts'
import { inPortions } from '../platform/portions.ts'
import { type RequestContext, systemContext } from '../platform/request-context.ts'
import type { Transactor, Tx } from '../platform/transaction.ts'
import type { RotationPlan } from './rotation-plan.ts'
import type { RotationStore, SlotRow } from './rotation-store.ts'
import type { SweepStore } from './sweep-store.ts'

const mostSlotsPerSweep = 5_000
/** What was not used is saved up for so long, so that a few slots that fall due together do not wait in line. */
const burstSeconds = 10
const countAgainMs = 5 * minuteMs

/** How many runs of one tenant may wait for their agents at once, beside those that are urgent. */
export function mostWaitingRuns(openSlots: number): number {
  return Math.max(50, Math.floor(openSlots / 50))
}

export interface SweepParts {
  readonly store: RotationStore
  readonly sweepStore: SweepStore
  readonly rollover: RunOpener
  /** Says whether a slot that is due has to wait all the same. */
  readonly plan: Pick<RotationPlan, 'holds'>
  readonly database: Transactor
  readonly clock: Clock
  readonly steadiness: Steadiness
  /** Runs opened a second, over all tenants. */
  readonly rate: number
}

/** What opens the run of a slot that is due. */
interface RunOpener {
  request(tx: Tx, context: RequestContext, slot: SlotRow, trigger: 'schedule'): Promise<unknown>
}

/**
 * Opens runs for slots that are due: of every tenant in turn, the urgent ones first, until the budget is used up. A
 * backlog is nothing but rows that are old, so after an outage it drains at the rate of the budget, and a tenant with a
 * hundred thousand of them is served beside one with ten (data-and-scale §5).
 */
export class Sweep {
  readonly #parts: SweepParts
  readonly #slotCounts = new Map<string, { count: number; at: number }>()
  #budget: number
  /** On the monotonic clock. */
  #refilledAt: number

  constructor(parts: SweepParts) {
    this.#parts = parts
    this.#budget = this.#burst
    this.#refilledAt = parts.clock.monotonicMs()
  }

  /** @returns how many runs it opened */
  async run(): Promise<number> {
    this.#refill()
    const room = Math.min(Math.floor(this.#budget), mostSlotsPerSweep)
    if (room < 1) return 0
    const context = systemContext('rotation schedule', newGuid())
    let opened = 0
    await inPortions(await this.#candidates(room), async (slotId) => {
      if (await this.#open(context, slotId)) opened += 1
    })
    this.#budget -= opened
    return opened
  }

  get #burst(): number {
    return Math.max(1, this.#parts.rate * burstSeconds)
  }

  #refill(): void {
    const now = this.#parts.clock.monotonicMs()
    const earned = ((now - this.#refilledAt) / secondMs) * this.#parts.rate
    this.#budget = Math.min(this.#burst, this.#budget + earned)
    this.#refilledAt = now
  }

  /** One slot of each tenant, then the next one of each, up to `room` of them. */
  async #candidates(room: number): Promise<string[]> {
    const now = this.#parts.clock.now()
    const lines: string[][] = []
    for (const tenantId of await this.#parts.sweepStore.dueTenants(now)) {
      lines.push(await this.#lineOf(tenantId, now, room))
    }
    const taken: string[] = []
    for (let place = 0; taken.length < room && lines.some((line) => place < line.length); place += 1) {
      for (const line of lines) {
        const slotId = line[place]
        if (slotId !== undefined && taken.length < room) taken.push(slotId)
      }
    }
    return taken
  }

  /** Urgent slots stand first, whatever their tenant has waiting; that they are asked for only where not all fit in saves a query. */
  async #lineOf(tenantId: string, now: number, room: number): Promise<string[]> {
    const { sweepStore } = this.#parts
    const free = Math.max(
      0,
      mostWaitingRuns(await this.#openSlots(tenantId)) - (await sweepStore.waitingRuns(tenantId)),
    )
    const most = Math.min(room, free)
    const due = most > 0 ? await sweepStore.due(tenantId, now, most) : []
    if (due.length < most) return due
    const urgent = await sweepStore.urgent(tenantId, now, room)
    return [...new Set([...urgent, ...due])].slice(0, Math.max(most, urgent.length))
  }

  /** Of the tenant, as of lately: the count of a large one takes a while. */
  async #openSlots(tenantId: string): Promise<number> {
    const now = this.#parts.clock.monotonicMs()
    const known = this.#slotCounts.get(tenantId)
    if (known && now - known.at < countAgainMs) return known.count
    const count = await this.#parts.sweepStore.openSlots(tenantId)
    this.#slotCounts.set(tenantId, { count, at: now })
    return count
  }

  /** Looks again at what the list of candidates said: another process, the agent or an operator may have been faster. */
  #open(context: RequestContext, slotId: string): Promise<boolean> {
    const { store, rollover, plan, database, clock, steadiness } = this.#parts
    return database.transact(async (tx) => {
      const slot = await store.slot(slotId, tx)
      const isDue = slot?.state === 'open' && slot.rotate_after !== null && slot.rotate_after <= clock.now()
      if (!slot || !isDue) return false
      const open = await store.openRun(slot.id, tx)
      if (open && open.state !== 'activated') return false
      // A new run would end the overlap of the one before it, which retires a credential.
      if (open && !steadiness.isSteady) return false
      if (await plan.holds(tx, context, slot)) return false
      await rollover.request(tx, context, slot, 'schedule')
      return true
    })
  }
}
