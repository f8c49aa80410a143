import type { Page, PageQuery } from '@signet/shared/api/paging'
import type { CalendarBand, CalendarDay, PlannedRotation } from '@signet/shared/api/rotation-calendar'
import { ObjectId, SlotId } from '@signet/shared/vocabulary/identifiers'
import { dayMs } from '@signet/shared/vocabulary/time'
import type { Clock } from '../platform/clock.ts'
import type { PrincipalRegistry } from '../principals/index.ts'
import { dayOf, underLimit } from './day-limit.ts'
import type { PolicyTargetsStore } from './policy-targets-store.ts'
import type { RotationCalendarStore } from './rotation-calendar-store.ts'
import { type RotationPlan, windowsOf } from './rotation-plan.ts'
import type { RotationPolicyStore } from './rotation-policy-store.ts'
import type { RotationReviewStore } from './rotation-review-store.ts'
import { spansWithin } from './rotation-windows.ts'

const days = 30
const mostBands = 200

interface CalendarParts {
  readonly calendar: RotationCalendarStore
  readonly review: RotationReviewStore
  readonly policies: RotationPolicyStore
  readonly targets: PolicyTargetsStore
  readonly plan: RotationPlan
  readonly registry: PrincipalRegistry
  readonly clock: Clock
}

/** What is coming. Nothing here changes anything. */
export class RotationCalendar {
  readonly #parts: CalendarParts

  constructor(parts: CalendarParts) {
    this.#parts = parts
  }

  async show(): Promise<{ days: CalendarDay[]; bands: CalendarBand[]; waiting: number }> {
    const { calendar, review, clock } = this.#parts
    const now = clock.now()
    const from = Math.floor(now / dayMs) * dayMs
    const range = { from, to: from + days * dayMs }
    const load = new Map((await review.load(range)).map((day) => [day.day, day]))
    const postponed = await this.#postponed(range)
    return {
      days: Array.from({ length: days }, (_, index) => {
        const day = from + index * dayMs
        return { ...(load.get(day) ?? { day, done: 0, planned: 0 }), postponed: postponed[index] ?? 0 }
      }),
      bands: await this.#bands(now, range.to),
      waiting: await calendar.countWaiting(now),
    }
  }

  /** The soonest first. */
  async planned(
    query: { from?: number | undefined; to?: number | undefined; only?: 'waiting' | undefined },
    page: PageQuery,
  ): Promise<Page<PlannedRotation>> {
    const { calendar, registry, plan, targets, clock } = this.#parts
    const { items, nextCursor } = await calendar.planned({ ...query, now: clock.now() }, page)
    const book = await plan.bookFor(items)
    const policies = new Map(items.map((slot) => [slot.id, book.policyOf(slot)]))
    const labels = await targets.labels([...new Set(policies.values())])
    const principals = await registry.findAll(items.map((slot) => slot.principal_id))
    return {
      items: items.map((slot) => {
        const owner = principals.find((each) => each.objectId === slot.principal_id)
        const hostId = owner?.ownerInstanceId ?? null
        return {
          slotId: SlotId.parse(slot.id),
          principalId: ObjectId.parse(slot.principal_id),
          principalName: slot.principal_name,
          instance: owner && hostId !== null ? { id: hostId, name: owner.displayName } : null,
          at: slot.rotate_after ?? 0,
          dueAt: slot.due_after ?? slot.rotate_after ?? 0,
          policy: labels.get(policies.get(slot.id)?.id ?? '') ?? '',
        }
      }),
      nextCursor,
    }
  }

  /** How many the limits of policies put off on each day of the range. */
  async #postponed({ from, to }: { from: number; to: number }): Promise<number[]> {
    const { policies, targets } = this.#parts
    const limited = (await policies.all()).filter(({ per_day: limit }) => limit !== null)
    if (limited.length === 0) return []
    const firstDay = dayOf(from)
    const taken = await policies.turnsTaken(firstDay)
    const planned = await targets.plannedByDay(firstDay, to)
    const sums = Array.from({ length: days }, () => 0)
    for (const { id, per_day: limit } of limited) {
      const due = Array.from({ length: days }, () => 0)
      for (const { policyId, day, count } of planned) if (policyId === id) due[day - firstDay] = count
      const { postponed } = underLimit(due, limit ?? 0, taken.get(id))
      for (const [day, count] of postponed.entries()) sums[day] = (sums[day] ?? 0) + count
    }
    return sums
  }

  /** Blackouts and freezes until then, the first to begin first. */
  async #bands(from: number, until: number): Promise<CalendarBand[]> {
    const { policies, targets } = this.#parts
    const rows = await policies.all()
    const labels = await targets.labels(rows)
    const blackouts = rows.flatMap((row) =>
      spansWithin(windowsOf(row).blackouts, { from, until }).map((span) => ({
        ...{ kind: 'blackout' as const, policy: labels.get(row.id) ?? row.target },
        ...span,
      })),
    )
    const freezes = (await policies.freezes(from)).map((freeze) => ({
      ...{ kind: 'freeze' as const, policy: freeze.policy_id === 'all' ? null : (labels.get(freeze.policy_id) ?? '') },
      ...{ from: freeze.created_at, until: freeze.until },
    }))
    return [...freezes, ...blackouts].sort((one, other) => one.from - other.from).slice(0, mostBands)
  }
}
