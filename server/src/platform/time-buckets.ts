import { dayMs, hourMs, minuteMs, secondMs } from '@signet/shared/vocabulary/time'

const mostBuckets = 120
const lengths = [
  ...[1, 5, 15, 30].map((n) => n * secondMs),
  ...[1, 5, 15, 30].map((n) => n * minuteMs),
  ...[1, 3, 6, 12].map((n) => n * hourMs),
  ...[1, 7, 28].map((n) => n * dayMs),
]
const longest = 28 * dayMs

/** A range widened to whole bars of the shortest familiar length that needs at most 120 of them; bars begin in UTC. */
export function bucketsOver(range: { from: number; to: number }): { from: number; to: number; bucketMs: number } {
  const to = Math.max(range.to, range.from + 1)
  const fitting = lengths.find((ms) => Math.ceil(to / ms) - Math.floor(range.from / ms) <= mostBuckets)
  const bucketMs = fitting ?? Math.ceil((to - range.from) / (mostBuckets - 1) / longest) * longest
  return {
    from: Math.floor(range.from / bucketMs) * bucketMs,
    to: Math.ceil(to / bucketMs) * bucketMs,
    bucketMs,
  }
}
