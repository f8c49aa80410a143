import type { PolicyScope, RotationPolicy } from '@signet/shared/api/rotation-policies'
import type { RunTrigger } from '@signet/shared/vocabulary/credential-states'
import { dayMs, hourMs } from '@signet/shared/vocabulary/time'
import type { OpenTimes } from './rotation-windows.ts'

/** Pure rules of when things roll. Times are epoch milliseconds, shares are of the lifetime. */

export const defaultPolicy = {
  lifetimeSeconds: 90 * 86_400,
  rotateAt: 0.5,
  overlapSeconds: 86_400,
  jitter: 0.2,
  keyAlgorithm: 'rsa2048',
  windows: [],
  blackouts: [],
  perDayLimit: null,
} satisfies RotationPolicy

/** A slot draws its jitter once, between none and this share of the lifetime (SEC-146); policies may widen it. */
export const mostJitter = 0.2
const earliestShare = 0.1
/** With less of its life left than this, a credential rolls whatever windows, blackouts and freezes say: an expiry is an outage. */
const safetyShare = 0.05

type ScopeKind = PolicyScope['kind']

/** What decides which policy rules a slot. */
export interface Placed {
  readonly principal_id: string
  readonly group_id: string | null
  readonly instance_kind: string | null
}

/** What a policy has to rule in order to rule a slot; the most specific first: the first that there is a policy for counts. */
export function scopesOf(slot: Placed): { scope: ScopeKind; target: string }[] {
  return [
    { scope: 'identity', target: slot.principal_id },
    ...(slot.group_id === null ? [] : [{ scope: 'group' as const, target: slot.group_id }]),
    ...(slot.instance_kind === null ? [] : [{ scope: 'instances' as const, target: slot.instance_kind }]),
    { scope: 'default', target: '' },
  ]
}

/**
 * When a credential is due to be replaced. The first one of a slot is spread over the second half of the way there, so
 * that instances enrolled together do not rotate together for ever.
 *
 * @param options.jitter what the slot drew, up to `mostJitter`
 * @param options.widest the jitter of the policy
 */
export function rotateAfter(options: {
  issuedAt: number
  lifetimeMs: number
  rotateAt: number
  jitter: number
  isFirst: boolean
  widest?: number
}): number {
  const drawn = options.jitter / mostJitter
  const share = options.isFirst
    ? options.rotateAt * (1 - drawn / 2)
    : options.rotateAt - drawn * (options.widest ?? mostJitter)
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

/** From when on nothing holds the rotation of a credential back. */
export function safetyLimit(credential: { issuedAt: number; notAfter: number }): number {
  return Math.floor(credential.notAfter - (credential.notAfter - credential.issuedAt) * safetyShare)
}

/** Beyond this share of a window nothing is planned, so that what is late by a little still falls into it. */
const usedShare = 0.8

/**
 * When a slot rolls that is due at `dueAt`: then, if that is an open time; else so far into the next open stretch as it has
 * drawn, that what waited together does not roll together. Never later than `latest`.
 */
export function nextAllowed(
  open: Pick<OpenTimes, 'next'>,
  slot: { dueAt: number; latest: number; jitter: number; lifetimeMs: number },
): number {
  const span = open.next(slot.dueAt)
  if (span === undefined || span.from >= slot.latest) return slot.latest
  if (span.from <= slot.dueAt) return Math.min(slot.dueAt, slot.latest)
  const spreadMs = Math.min((span.until - span.from) * usedShare, dayMs, slot.lifetimeMs * mostJitter)
  return Math.min(slot.latest, Math.floor(span.from + (slot.jitter / mostJitter) * spreadMs))
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
