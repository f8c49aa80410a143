import { createPublicKey, type KeyObject, sign, verify } from 'node:crypto'
import { dayMs } from '@signet/shared/vocabulary/time'
import { SignetError } from '../platform/signet-error.ts'
import type { SigningKeyRow } from './signing-keys-store.ts'

export const keyLifetimeMs = 90 * dayMs
/** A key is published this long before it signs, and this long after its last token has expired (SEC-87). */
export const publishLeadMs = dayMs
export const longestTokenMs = dayMs

/** A published key: its public half in the words of RFC 7517, from an allow-list of members (SEC-90). */
export interface PublishedKey {
  readonly kid: string
  readonly publicKey: KeyObject
  readonly jwk: { kty: 'RSA'; use: 'sig'; kid: string; x5t: string; n: string; e: string; x5c: [string] }
}

export interface StepsDue {
  readonly active: SigningKeyRow | undefined
  readonly activate: SigningKeyRow | undefined
  readonly retire: readonly SigningKeyRow[]
  /** New keys to insert: two at the first start, one whenever no prepared key is left. */
  readonly keysNeeded: 0 | 1 | 2
  readonly isNothing: boolean
}

/**
 * What the schedule asks for at this instant. Without an active key the prepared one takes over at once.
 *
 * @param mayRetire whether the clock can be trusted with what cannot be undone
 * @param needed keys that tokens which are out were signed with: none of them leaves the key set (SEC-88)
 */
export function stepsDue(
  rows: readonly SigningKeyRow[],
  now: number,
  { mayRetire, needed }: { mayRetire: boolean; needed: ReadonlySet<string> },
): StepsDue {
  const active = rows.find((row) => row.state === 'active')
  const prepared = rows.find((row) => row.state === 'prepared')
  const activate = prepared && (!active || prepared.activate_at <= now) ? prepared : undefined
  const isOver = (row: SigningKeyRow) =>
    row.state === 'retiring' && row.held === 0 && row.retire_at !== null && row.retire_at <= now && !needed.has(row.kid)
  const retire = mayRetire ? rows.filter(isOver) : []
  const keysNeeded = !active && !prepared ? 2 : !prepared || activate ? 1 : 0
  return { active, activate, retire, keysNeeded, isNothing: keysNeeded === 0 && retire.length === 0 }
}

/**
 * Why a key cannot be removed yet, as a sentence for whoever wants to (SEC-88); undefined when nothing needs it.
 *
 * @param live tokens that are out under it; `until` is epoch milliseconds
 */
export function needOf(
  row: Pick<SigningKeyRow, 'state' | 'retire_at'>,
  live: { readonly tokens: number; readonly until: number | null },
  now: number,
): string | undefined {
  if (live.tokens > 0) {
    const until = new Date(live.until ?? now).toISOString()
    return `${live.tokens} tokens that are out were signed with it; the last of them ends at ${until}.`
  }
  if (row.state !== 'retiring' || row.retire_at === null || row.retire_at <= now) return undefined
  return `Services that check tokens may still go by a key set with it, until ${new Date(row.retire_at).toISOString()}.`
}

const probe = Buffer.from('the published half belongs to the one that signs', 'ascii')

/**
 * A key set that does not verify what is signed under it would have every new token refused, so it is tried first (SEC-88).
 *
 * @throws SignetError `unavailable` when the published half of the key is not that of the private one
 */
export function requirePair(privateKey: KeyObject, { kid, jwk, publicKey }: PublishedKey): void {
  const signature = sign('sha256', probe, privateKey)
  const { kty, n, e } = jwk
  const published = createPublicKey({ format: 'jwk', key: { kty, n, e } })
  if (verify('sha256', probe, published, signature) && verify('sha256', probe, publicKey, signature)) return
  throw new SignetError('unavailable', `The published half of signing key ${kid} is not that of the key that signs.`)
}
