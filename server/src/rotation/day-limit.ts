import { dayMs } from '@signet/shared/vocabulary/time'
import { mostJitter, nextAllowed, safetyLimit } from './rotation-policy.ts'
import type { OpenTimes } from './rotation-windows.ts'

/** Pure rules of how many rotations a policy lets begin on one day. Days are of UTC, since 1970. */

export function dayOf(at: number): number {
  return Math.floor(at / dayMs)
}

/** Beyond this share of a day nothing is put off to, so that what is late by a little still falls into it. */
const usedShare = 0.8

/** When a slot rolls for which there was no room on the day of `now`: on the next, when it is allowed then, but before it is too late. */
export function onNextDay(
  open: OpenTimes,
  slot: { now: number; jitter: number; issuedAt: number; notAfter: number },
): number {
  const latest = safetyLimit(slot)
  const midnight = (dayOf(slot.now) + 1) * dayMs
  const share = slot.jitter / mostJitter
  if (open.isAlways) return Math.min(latest, Math.floor(midnight + share * usedShare * dayMs))
  return nextAllowed(open, { dueAt: midnight, latest, jitter: slot.jitter, lifetimeMs: slot.notAfter - slot.issuedAt })
}

/**
 * What is due on each day as the limit lets it begin: the excess of a day begins on the next, before what is due then.
 *
 * @param used how many have begun on the first day already
 * @returns by day what begins and what of it all is put off; and how much waits after the last day
 */
export function underLimit(
  due: ArrayLike<number>,
  limit: number,
  used = 0,
): { begins: number[]; postponed: number[]; left: number } {
  const begins: number[] = []
  const postponed: number[] = []
  let waiting = 0
  for (let day = 0; day < due.length; day += 1) {
    const room = Math.max(0, limit - (day === 0 ? used : 0))
    const asked = waiting + (due[day] ?? 0)
    begins.push(Math.min(asked, room))
    waiting = asked - Math.min(asked, room)
    postponed.push(waiting)
  }
  return { begins, postponed, left: waiting }
}
