import type { DesiredSlot } from '@signet/shared/wire/agent-protocol'
import type { CredentialRecord } from './credential-file.ts'

/** The next thing to do about a slot. */
export type SlotStep =
  | { readonly kind: 'keep' }
  /** Make a key if there is no pending one, and have it certified. */
  | { readonly kind: 'request' }
  /** Tell the server that the prepared certificate is stored, then use it. */
  | { readonly kind: 'acknowledge'; readonly from: 'prepared' | 'active' }
  /** The server already knows that we hold it: use it. */
  | { readonly kind: 'adopt' }
  /** The server rolled back: use the one before again. */
  | { readonly kind: 'restore' }
  /** The server never comes back to the one before: wipe it. */
  | { readonly kind: 'forget' }

const keep: SlotStep = { kind: 'keep' }
const request: SlotStep = { kind: 'request' }

/**
 * Compares what the server holds of a slot with what lies on this machine. Level-triggered: it looks at states only, so
 * lost, repeated and stale messages all lead to the same end (data-and-scale §8).
 */
export function planSlot(slot: DesiredSlot, local: CredentialRecord | undefined): SlotStep {
  const prepared = local?.prepared ?? null
  const active = local?.active ?? null
  const previous = local?.previous ?? null
  if (prepared && slot.active === prepared.x5tS256) return { kind: 'adopt' }
  if (prepared && slot.prepared === prepared.x5tS256) return { kind: 'acknowledge', from: 'prepared' }
  if (active && slot.prepared === active.x5tS256) return { kind: 'acknowledge', from: 'active' }
  if (previous && slot.active === previous.x5tS256) return { kind: 'restore' }
  if (previous && slot.previous !== previous.x5tS256) return { kind: 'forget' }
  // A prepared certificate whose key is not here: the answer was lost before the key that belongs to it was stored.
  if (slot.prepared) return request
  if (slot.run?.state === 'requested') return request
  return active && active.x5tS256 === slot.active ? keep : request
}
