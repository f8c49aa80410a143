import { hourMs, minuteMs, secondMs } from '@signet/shared/vocabulary/time'
import { lateShare } from './rotation-policy.ts'

/** Pure rules of how long a run that waits for its agent is left alone before it is announced again. */

const firstBackoffMs = 30 * secondMs
const longestBackoffMs = 6 * hourMs
/** For runs that somebody waits for, and for certificates about to expire. */
const longestUrgentMs = 5 * minuteMs
/** Two announcements of one run are at least so far apart, whatever the draw. */
const leastMs = secondMs

/** Below this share of a certificate's life it is about to expire. */
const expiringShare = 0.1

/** Urgent runs are taken before others (data-and-scale §5). */
export const urgentLane = 50
const lastWishedLane = 10

/**
 * Wait after announcement number `attempt` (from 1): up to 30 s, doubling to six hours, with full jitter from `share` in
 * [0, 1). One that somebody asked for (lanes 0 and 10) never waits longer than five minutes.
 */
export function backoffMs(options: { attempt: number; share: number; lane: number }): number {
  const longest = options.lane <= lastWishedLane ? longestUrgentMs : longestBackoffMs
  const ceiling = Math.min(longest, firstBackoffMs * 2 ** Math.min(Math.max(options.attempt - 1, 0), 20))
  return Math.max(leastMs, Math.round(ceiling * options.share))
}

export interface Reminder {
  readonly waitMs: number
  readonly lane: number
}

/**
 * When a waiting run is announced again, and in which lane. What is left of the certificate it replaces decides: below a
 * fifth it moves up, and below a tenth it is announced every five minutes at the least. Nothing moves down.
 */
export function nextReminder(run: {
  attempt: number
  lane: number
  share: number
  lifeLeftShare: number | null
}): Reminder {
  const left = run.lifeLeftShare ?? 1
  const lane = left < lateShare ? Math.min(run.lane, urgentLane) : run.lane
  const waitMs = backoffMs({ ...run, lane })
  return { lane, waitMs: left < expiringShare ? Math.min(waitMs, longestUrgentMs) : waitMs }
}
