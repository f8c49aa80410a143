import { dayMs, hourMs, secondMs } from '@signet/shared/vocabulary/time'

/** How long a message is tried. */
export const triedForMs = 3 * dayMs
const baseMs = 5 * secondMs
const longestPauseMs = 6 * hourMs
const shortestPauseMs = secondMs
/** A receiver that wants to be left alone for longer is asked again after this all the same. */
const longestAskedMs = dayMs

/** What an attempt came to. */
export interface AttemptResult {
  /** Null when there was no answer. */
  readonly status: number | null
  readonly retryAfter?: string | undefined
}

export type Verdict =
  | { readonly state: 'delivered' }
  | { readonly state: 'dead'; readonly isGone: boolean }
  | { readonly state: 'waiting'; readonly dueAt: number }

/**
 * What becomes of a message after an attempt: 2xx is delivered, 410 is gone for good, anything else is tried again with
 * exponential backoff and full jitter, not before the receiver's `Retry-After`, until three days are over.
 *
 * @param facts `attempt` counts from 1; `share` is random, 0 to 1
 */
export function verdictOf(
  result: AttemptResult,
  facts: { attempt: number; now: number; givesUpAt: number; share: number },
): Verdict {
  const { attempt, now, givesUpAt, share } = facts
  const { status } = result
  if (status !== null && status >= 200 && status < 300) return { state: 'delivered' }
  if (status === 410) return { state: 'dead', isGone: true }
  if (now >= givesUpAt) return { state: 'dead', isGone: false }
  const pause = share * Math.min(longestPauseMs, baseMs * 2 ** Math.min(attempt - 1, 20))
  const asked = status === 429 || status === 503 ? askedPauseMs(result.retryAfter, now) : 0
  const dueAt = Math.round(now + Math.max(shortestPauseMs, pause, asked))
  return { state: 'waiting', dueAt: Math.min(dueAt, givesUpAt) }
}

/** Seconds or an HTTP date; nothing that can be read asks for nothing. */
function askedPauseMs(retryAfter: string | undefined, now: number): number {
  if (retryAfter === undefined) return 0
  const asked = /^\d{1,9}$/.test(retryAfter) ? Number(retryAfter) * secondMs : Date.parse(retryAfter) - now
  return Number.isFinite(asked) ? Math.min(Math.max(asked, 0), longestAskedMs) : 0
}
