import type { RunTrigger } from '@signet/shared/vocabulary/credential-states'
import { dayMs, hourMs } from '@signet/shared/vocabulary/time'

/** Pure rules of when things roll. Times are epoch milliseconds, shares are of the lifetime. */

export const defaultPolicy = {
  lifetimeSeconds: 90 * 86_400,
  rotateAt: 0.5,
  overlapSeconds: 86_400,
  keyAlgorithm: 'rsa2048',
} as const

/** A slot draws its jitter once, between none and this share of the lifetime (SEC-146). */
export const mostJitter = 0.2
const earliestShare = 0.1

/**
 * When a credential is due to be replaced. The first one of a slot is spread over the second half of the way there, so
 * that instances enrolled together do not rotate together for ever.
 */
export function rotateAfter(options: {
  issuedAt: number
  lifetimeMs: number
  rotateAt: number
  jitter: number
  isFirst: boolean
}): number {
  const share = options.isFirst
    ? options.rotateAt * (1 - options.jitter / mostJitter / 2)
    : options.rotateAt - options.jitter
  return Math.round(options.issuedAt + options.lifetimeMs * Math.max(share, earliestShare))
}

/**
 * When a credential that was rolled back to is due again. It is mostly overdue, which is why it was replaced: rotating it at
 * once would undo the roll back, so there is a day for whoever looks into it, or half of what is left where that is less.
 */
export function rotateAfterRollback(options: { planned: number; now: number; notAfter: number }): number {
  const { planned, now, notAfter } = options
  return Math.max(planned, now + Math.min(dayMs, Math.round((notAfter - now) / 2)))
}

/** Until when the old credential stays accepted beside the new one; never past its own end. */
export function overlapUntil(options: { now: number; overlapMs: number; notAfter: number }): number {
  return Math.min(options.notAfter, options.now + options.overlapMs)
}

/** With less of its life left than this share, a credential is late to roll. */
export const lateShare = 0.2

/** Lower lanes go first (data-and-scale §5). */
export function laneOf(trigger: RunTrigger, lifeLeftShare: number | null): number {
  if (trigger === 'emergency') return 0
  if (trigger === 'enable' || trigger === 'manual' || trigger === 'reenroll') return 10
  return lifeLeftShare !== null && lifeLeftShare < lateShare ? 50 : 100
}

/** A run whose agent has not come for this long fails; the old credential is untouched and a new run follows. */
export const runDeadlineMs = 24 * hourMs
