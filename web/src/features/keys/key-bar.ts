import type { SigningKey } from '@signet/shared/api/signing-keys'
import type { TimelineItem } from '../../ui/timeline-layout.ts'

/** A key that signs next stays published for as long as the one before did, which nobody knows to the minute. */
const shownAheadMs = 14 * 86_400_000

/** A signing key as a bar: from when it is published until it leaves the key set. */
export function keyBar(key: SigningKey, nextAt: number | null): TimelineItem {
  const { kid, state, createdAt, activateAt, retiringAt, retireAt } = key
  const signsUntil = state === 'active' ? (nextAt ?? activateAt + shownAheadMs) : activateAt + shownAheadMs
  const until = Math.max(createdAt, retireAt ?? retiringAt ?? signsUntil)
  return { id: kid, label: kid.slice(0, 8), kind: state, from: createdAt, until, validUntil: until, isOpenEnded: true }
}
