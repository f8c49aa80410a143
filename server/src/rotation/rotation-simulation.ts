import { setImmediate } from 'node:timers/promises'
import type { PolicyPreview, PolicyScope, RotationPolicy } from '@signet/shared/api/rotation-policies'
import { ObjectId } from '@signet/shared/vocabulary/identifiers'
import { dayMs, minuteMs, secondMs } from '@signet/shared/vocabulary/time'
import type { Clock } from '../platform/clock.ts'
import { SignetError } from '../platform/signet-error.ts'
import { underLimit } from './day-limit.ts'
import { rowOf } from './policy-rows.ts'
import type { PolicyTargetsStore, SimulatedSlot } from './policy-targets-store.ts'
import type { PolicyBook, RotationPlan } from './rotation-plan.ts'
import type { PolicyKey, PolicyRow, RotationPolicyStore } from './rotation-policy-store.ts'
import { requireWindows, type Span } from './rotation-windows.ts'

const days = 30
const portionLength = 500
const mostShown = 5
const preview = 'preview'

interface SimulationParts {
  readonly policies: RotationPolicyStore
  readonly targets: PolicyTargetsStore
  readonly plan: RotationPlan
  readonly clock: Clock
  readonly tenantId: string
}

/**
 * What a change of policies would do, found by planning every slot it concerns with the rules that would plan it. Slots are
 * read in portions beside the main thread, and nothing is written.
 */
export class RotationSimulation {
  readonly #parts: SimulationParts

  constructor(parts: SimulationParts) {
    this.#parts = parts
  }

  /**
   * @param wanted.policy null when the policy is removed
   * @throws SignetError `invalid_request` | `not_found`
   */
  async preview(wanted: { scope: PolicyScope; policy: RotationPolicy | null }): Promise<PolicyPreview> {
    const { policies, targets, plan, clock } = this.#parts
    const now = clock.now()
    const key = await targets.require(wanted.scope)
    if (wanted.policy) requireWindows(wanted.policy, now)
    else if (key.scope === 'default') throw new SignetError('invalid_request', 'The default policy cannot be removed.')
    const rows = await policies.all()
    const others = rows.filter((row) => row.scope !== key.scope || row.target !== key.target)
    const old = rows.find((row) => !others.includes(row))
    const next = wanted.policy ? [...others, this.#rowWith(key, wanted.policy, old, now)] : others
    const outcome = new Outcome(key, { before: await plan.bookOf(rows), after: await plan.bookOf(next) }, now)
    for await (const slots of this.#slots(key)) for (const slot of slots) outcome.add(slot)
    return outcome.told()
  }

  #rowWith({ scope, target }: PolicyKey, policy: RotationPolicy, old: PolicyRow | undefined, now: number): PolicyRow {
    const stamps = { version: 1, created_at: now, updated_at: now }
    // Under its own ID, since a freeze of the policy stays in force when it is changed.
    return { id: old?.id ?? preview, tenant_id: this.#parts.tenantId, scope, target, ...rowOf(policy), ...stamps }
  }

  async *#slots(key: PolicyKey): AsyncGenerator<readonly SimulatedSlot[]> {
    let after = ''
    for (;;) {
      const slots = await this.#parts.targets.portion(key, after, portionLength)
      yield slots
      const last = slots.at(-1)
      if (last === undefined || slots.length < portionLength) return
      after = last.id
      await setImmediate()
    }
  }
}

interface Load {
  readonly own: Float64Array
  readonly other: Float64Array
}

const newLoad = (): Load => ({ own: new Float64Array(days), other: new Float64Array(days) })

/** Adds up what happens to slot after slot. */
class Outcome {
  readonly #key: PolicyKey
  readonly #before: PolicyBook
  readonly #after: PolicyBook
  readonly #now: number
  readonly #firstDay: number
  /** `own`: under the policy in question; what else rules the same certificates goes into `other`, whatever its limit. */
  readonly #loads = { before: newLoad(), after: newLoad() }
  readonly #counts = { certificates: 0, changed: 0, atOnce: 0, overridden: 0 }
  #next: { slot: SimulatedSlot; at: number }[] = []

  constructor(key: PolicyKey, books: { before: PolicyBook; after: PolicyBook }, now: number) {
    this.#key = key
    this.#before = books.before
    this.#after = books.after
    this.#now = now
    this.#firstDay = Math.floor(now / dayMs)
  }

  add(slot: SimulatedSlot): void {
    const policy = this.#after.policyOf(slot)
    if (!this.#isOf(policy) && !this.#isOf(this.#before.policyOf(slot))) return
    const planned = this.#after.timesOf(slot, slot).rotate_after
    const at = Math.max(planned, this.#now)
    const was = slot.rotate_after ?? this.#before.timesOf(slot, slot).rotate_after
    const open = this.#after.openTimesOf(policy)
    const counts = this.#counts
    counts.certificates += 1
    if (planned !== was) counts.changed += 1
    if (at <= this.#now + minuteMs) counts.atOnce += 1
    if (!open.isAlways && !open.isOpen(at)) counts.overridden += 1
    this.#load(this.#loads.before, this.#before, slot, Math.max(was, this.#now))
    this.#load(this.#loads.after, this.#after, slot, at)
    this.#offer(slot, at)
  }

  told(): PolicyPreview {
    const before = this.#daysOf(this.#loads.before, this.#before)
    const after = this.#daysOf(this.#loads.after, this.#after)
    return {
      ...this.#counts,
      limited: after.limited,
      days: Array.from({ length: days }, (_, index) => ({
        day: (this.#firstDay + index) * dayMs,
        before: Math.round(before.days[index] ?? 0),
        after: Math.round(after.days[index] ?? 0),
      })),
      next: this.#next.map(({ slot, at }) => ({
        principalId: ObjectId.parse(slot.principal_id),
        name: slot.principal_name,
        at,
      })),
      open: this.#opens(),
    }
  }

  /** By day, as the limit of the policy in question lets them begin. */
  #daysOf({ own, other }: Load, book: PolicyBook) {
    const limit = book.find(this.#key)?.per_day ?? null
    if (limit === null) return { days: own.map((each, day) => each + (other[day] ?? 0)), limited: null }
    const { begins, postponed, left } = underLimit(own, limit)
    const sum = postponed.reduce((total, waiting, day) => total + Math.min(waiting, own[day] ?? 0), 0)
    return {
      days: begins.map((each, day) => each + (other[day] ?? 0)),
      limited: { postponed: Math.round(sum), left: Math.round(left) },
    }
  }

  /** The rotation at `first` and those that follow it, where the lifetime is short enough for more than one. */
  #load(loads: Load, book: PolicyBook, slot: SimulatedSlot, first: number): void {
    const end = (this.#firstDay + days) * dayMs
    const policy = book.policyOf(slot)
    const load = this.#isOf(policy) ? loads.own : loads.other
    const lifetimeMs = policy.lifetime_s * secondMs
    const later = { ...slot, first_cycle: 0 }
    let at = first
    while (at < end) {
      const index = Math.floor(at / dayMs) - this.#firstDay
      load[index] = (load[index] ?? 0) + 1
      const next = book.timesUnder(policy, later, { issuedAt: at, notAfter: at + lifetimeMs }).rotate_after
      // Several on one day are counted, not walked through.
      if (next - at < dayMs / 4) {
        spread(load, at / dayMs - this.#firstDay, dayMs / (next - at))
        return
      }
      at = next
    }
  }

  #isOf({ scope, target }: PolicyRow): boolean {
    return scope === this.#key.scope && target === this.#key.target
  }

  #offer(slot: SimulatedSlot, at: number): void {
    const last = this.#next.at(-1)
    if (this.#next.length === mostShown && last && last.at <= at) return
    this.#next = [...this.#next, { slot, at }].sort((one, other) => one.at - other.at).slice(0, mostShown)
  }

  /** Of the policy that the key names after the change, else of the one before it. */
  #opens(): Span[] {
    const policy = this.#after.find(this.#key)
    const open = policy && this.#after.openTimesOf(policy)
    const spans: Span[] = []
    if (!open || open.isAlways) return spans
    for (let span = open.next(this.#now); span && spans.length < mostShown; span = open.next(span.until)) {
      spans.push({ from: Math.max(span.from, this.#now), until: span.until })
    }
    return spans
  }
}

/** @param from in days, with the part of the day that is over */
function spread(load: Float64Array, from: number, perDay: number): void {
  for (let index = Math.floor(from); index < days; index += 1) {
    load[index] = (load[index] ?? 0) + perDay * Math.min(1, index + 1 - from)
  }
}
