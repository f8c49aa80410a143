import { absoluteTime, dayWords, zoneShiftMs } from './absolute-time.ts'

type TimelineKind = 'prepared' | 'active' | 'retiring' | 'retired' | 'revoked'
/** As it is drawn: what nobody ended, but its validity did, has expired. */
type DrawnKind = TimelineKind | 'expired'

/** One thing with a validity, such as a certificate. Instants are epoch milliseconds. */
export interface TimelineItem {
  readonly id: string
  /** Short name on the bar. */
  readonly label: string
  readonly kind: TimelineKind
  readonly from: number
  /** Until when it is accepted: retired and revoked things end before their validity does. */
  readonly until: number
  /** End of the validity written into it. */
  readonly validUntil: number
  /** Its end is planned and nothing is late before it: the last fifth is not marked. */
  readonly isOpenEnded?: true
}

export interface TimelineBar {
  readonly item: TimelineItem
  readonly kind: DrawnKind
  readonly lane: number
  /** Shares of the axis, 0 to 1. */
  readonly start: number
  readonly end: number
  readonly validEnd: number
  /** Where the last fifth of the validity begins; null for what is over. */
  readonly zoneStart: number | null
}

export interface TimelineOverlap {
  readonly start: number
  readonly end: number
  readonly from: number
  readonly until: number
}

export interface TimelineLayout {
  readonly from: number
  readonly until: number
  readonly laneCount: number
  readonly bars: readonly TimelineBar[]
  readonly overlaps: readonly TimelineOverlap[]
  readonly now: number
  /** The planned instant, on the lane of the bar that it ends. */
  readonly planned: { readonly at: number; readonly lane: number } | null
}

const margin = 0.03

/** The stretch of time that a drawing shows. */
export interface Axis {
  readonly from: number
  readonly until: number
}

/** An axis that holds everything, now and the planned instant. */
export function fittingAxis(items: readonly TimelineItem[], now: number, planned: number | null): Axis {
  const first = Math.min(now, ...items.map((item) => item.from))
  const last = Math.max(now, planned ?? now, ...items.map(shownUntil))
  const room = Math.max(1, last - first) * margin
  return { from: first - room, until: last + room }
}

/**
 * Places bars on lanes, oldest first: a bar takes the first lane that is free when it begins, so that only bars that
 * overlap stand above each other. What lies beyond the axis is cut off, or left out where nothing of it is within.
 */
export function layOutTimeline(
  items: readonly TimelineItem[],
  now: number,
  planned: number | null,
  { from, until }: Axis = fittingAxis(items, now, planned),
): TimelineLayout {
  const sorted = items
    .filter((item) => item.from < until && shownUntil(item) > from)
    .sort((a, b) => a.from - b.from || a.until - b.until)
  const share = (at: number) => Math.min(1, Math.max(0, (at - from) / (until - from)))

  const laneEnds: number[] = []
  const bars = sorted.map((item): TimelineBar => {
    const free = laneEnds.findIndex((end) => end <= item.from)
    const lane = free === -1 ? laneEnds.length : free
    laneEnds[lane] = item.until
    return {
      item,
      kind: drawnKind(item, now),
      lane,
      start: share(item.from),
      end: share(item.until),
      validEnd: share(shownUntil(item)),
      zoneStart: zoneOf(item, now, share),
    }
  })
  return {
    from,
    until,
    laneCount: Math.max(1, laneEnds.length),
    bars,
    overlaps: overlapsOf(sorted).map((each) => ({ ...each, start: share(each.from), end: share(each.until) })),
    now: share(now),
    planned: planned === null ? null : { at: share(planned), lane: bars.at(-1)?.lane ?? 0 },
  }
}

/** Late to roll: the last fifth of the validity of what is not over. */
const lateShare = 0.2

function zoneOf(item: TimelineItem, now: number, share: (at: number) => number): number | null {
  const kind = drawnKind(item, now)
  if (kind === 'retired' || kind === 'revoked' || kind === 'expired' || item.isOpenEnded) return null
  return share(item.validUntil - (item.validUntil - item.from) * lateShare)
}

export function drawnKind({ kind, validUntil }: TimelineItem, now: number): DrawnKind {
  return kind !== 'retired' && kind !== 'revoked' && validUntil <= now ? 'expired' : kind
}

/** Until when an item is drawn: what is over ends before its validity does, and nothing of the rest is shown. */
export function shownUntil({ kind, until, validUntil }: TimelineItem): number {
  return kind === 'retired' || kind === 'revoked' ? until : Math.max(until, validUntil)
}

/** The spans in which an item and the one after it are both accepted. */
export function overlapsOf(sorted: readonly TimelineItem[]): { from: number; until: number }[] {
  return sorted.flatMap((item, index) => {
    const next = sorted[index + 1]
    if (next === undefined) return []
    const until = Math.min(item.until, next.until)
    return until > next.from ? [{ from: next.from, until }] : []
  })
}

const second = 1_000
const minute = 60 * second
const hour = 60 * minute
const day = 24 * hour
const steps = [
  ...[1, 2, 5, 10, 15, 30].map((n) => n * second),
  ...[1, 2, 5, 10, 15, 30].map((n) => n * minute),
  ...[1, 2, 3, 6, 12].map((n) => n * hour),
  ...[1, 2, 7, 14, 30, 60, 90, 180, 365].map((n) => n * day),
]

/** Round instants between the ends of the axis, `count` of them at most, and the step between two. */
export function ticksOf(from: number, until: number, count: number): { step: number; at: number[] } {
  const step = steps.find((each) => (until - from) / each <= count) ?? 365 * day
  // Days begin at midnight of the zone that is shown, not at midnight of Greenwich.
  const zoneShift = zoneShiftMs(from)
  const first = Math.ceil((from + zoneShift) / step) * step - zoneShift
  const at: number[] = []
  for (let tick = first; tick <= until; tick += step) at.push(tick)
  return { step, at }
}

const dateLength = '2026-11-24 '.length

/** A tick in as few words as its step needs: a day, a clock time, or one with seconds. */
export function tickWords(at: number, step: number): string {
  return step >= day ? dayWords(at) : absoluteTime(at, step < minute ? 'second' : 'minute').slice(dateLength)
}
