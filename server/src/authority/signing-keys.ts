import { createPublicKey, type KeyObject, sign, X509Certificate } from 'node:crypto'
import { dayMs } from '@signet/shared/vocabulary/time'
import type { AuditLog } from '../audit/index.ts'
import type { Clock } from '../platform/clock.ts'
import { backdateMs, issueSelfSigned } from '../platform/crypto/certificate.ts'
import { generatePrivateKey, importPrivateKey } from '../platform/crypto/key-pair.ts'
import { x5t } from '../platform/crypto/thumbprint.ts'
import type { Database } from '../platform/database/database.ts'
import type { Sealer } from '../platform/database/sealer.ts'
import { newGuid } from '../platform/identifiers.ts'
import { systemContext } from '../platform/request-context.ts'
import { SignetError } from '../platform/signet-error.ts'
import type { Tx } from '../platform/transaction.ts'
import { type SigningKeyRow, SigningKeysStore } from './signing-keys-store.ts'

const keyLifetimeMs = 90 * dayMs
/** A key is published this long before it signs, and this long after its last token has expired (SEC-87). */
const publishLeadMs = dayMs
const longestTokenMs = dayMs
const scope = 'shared/default'

/** A published key: its public half in the words of RFC 7517, from an allow-list of members (SEC-90). */
export interface PublishedKey {
  readonly kid: string
  readonly publicKey: KeyObject
  readonly jwk: { kty: 'RSA'; use: 'sig'; kid: string; x5t: string; n: string; e: string; x5c: [string] }
}

interface ActiveKey {
  readonly kid: string
  readonly privateKey: KeyObject
}

/**
 * The authority's own keys: one prepared, one active, and those retiring. They roll by themselves; the key set always
 * holds the next key, so that every validator has it before it signs.
 */
export class SigningKeys {
  readonly #parts: { database: Database; sealer: Sealer; audit: AuditLog; clock: Clock }
  readonly #store: SigningKeysStore
  #active: ActiveKey | undefined
  #published: readonly PublishedKey[] = []
  readonly #observers: (() => void)[] = []

  private constructor(parts: { database: Database; sealer: Sealer; audit: AuditLog; clock: Clock }) {
    this.#parts = parts
    this.#store = new SigningKeysStore(parts.database)
  }

  static async open(parts: {
    database: Database
    sealer: Sealer
    audit: AuditLog
    clock: Clock
  }): Promise<SigningKeys> {
    const keys = new SigningKeys(parts)
    await keys.roll()
    return keys
  }

  get published(): readonly PublishedKey[] {
    return this.#published
  }

  get activeKid(): string {
    return this.#requireActive().kid
  }

  /** Called whenever the key set is another. */
  onChange(observer: () => void): void {
    this.#observers.push(observer)
  }

  /**
   * RS256 over `input`, base64url. A request that is alone is signed on the spot, which is quicker for it; otherwise the
   * work goes to the thread pool and the loop stays free for the others.
   */
  sign(input: string, isAlone: boolean): Promise<string> | string {
    const { privateKey } = this.#requireActive()
    const data = Buffer.from(input, 'ascii')
    if (isAlone) return sign('sha256', data, privateKey).toString('base64url')
    return new Promise((resolve, reject) => {
      sign('sha256', data, privateKey, (error, signature) => {
        if (error) reject(error)
        else resolve(signature.toString('base64url'))
      })
    })
  }

  /** Takes every step that is due: first keys, the next key, activation, retirement. Repeating it changes nothing. */
  async roll(): Promise<void> {
    const { database, clock } = this.#parts
    const rows = await this.#store.published(scope)
    const active = rows.find((row) => row.state === 'active')
    const prepared = rows.find((row) => row.state === 'prepared')
    const isDue = prepared !== undefined && prepared.activate_at <= clock.now()
    const first = active || prepared ? undefined : await this.#generate()
    const next = prepared && !isDue ? undefined : await this.#generate()
    await database.transact(async (tx) => {
      const now = clock.now()
      if (first) await this.#insert(tx, { ...first, state: 'active', activate_at: now })
      if (prepared && isDue) await this.#activate(tx, prepared, active)
      const activeSince = isDue || !active ? now : active.activate_at
      const activateAt = Math.max(activeSince + keyLifetimeMs, now + publishLeadMs)
      if (next) await this.#insert(tx, { ...next, state: 'prepared', activate_at: activateAt })
      for (const row of rows) {
        if (row.state === 'retiring' && row.retire_at !== null && row.retire_at <= now) await this.#retire(tx, row)
      }
    })
    await this.#load()
  }

  async #load(): Promise<void> {
    const rows = await this.#store.published(scope)
    const active = rows.find((row) => row.state === 'active')
    if (!active) throw new SignetError('unavailable', 'The authority has no signing key.')
    if (active.kid !== this.#active?.kid) {
      const pkcs8 = this.#parts.sealer.open('signing', placeOf(active.kid), active.private_enc)
      this.#active = { kid: active.kid, privateKey: importPrivateKey(pkcs8) }
      pkcs8.fill(0)
    }
    const before = this.#published.map((key) => key.kid).join()
    this.#published = rows.map(publishedKey)
    if (this.#published.map((key) => key.kid).join() !== before) for (const observe of this.#observers) observe()
  }

  async #generate(): Promise<Pick<SigningKeyRow, 'kid' | 'cert_der' | 'private_enc' | 'public_jwk'>> {
    const { clock, sealer } = this.#parts
    const now = clock.now()
    const pkcs8 = await generatePrivateKey('rsa2048')
    const certificate = await issueSelfSigned({
      commonName: 'Signet token signing',
      privateKey: pkcs8,
      notBefore: now - backdateMs,
      notAfter: now + 2 * keyLifetimeMs + longestTokenMs + publishLeadMs,
    })
    const kid = x5t(certificate)
    const { kty, n, e } = createPublicKey(importPrivateKey(pkcs8)).export({ format: 'jwk' })
    const private_enc = sealer.seal('signing', placeOf(kid), pkcs8)
    pkcs8.fill(0)
    return { kid, cert_der: certificate, private_enc, public_jwk: JSON.stringify({ kty, n, e }) }
  }

  async #insert(
    tx: Tx,
    key: Pick<SigningKeyRow, 'kid' | 'cert_der' | 'private_enc' | 'public_jwk' | 'state' | 'activate_at'>,
  ): Promise<void> {
    const now = this.#parts.clock.now()
    await this.#store.insert(tx, {
      ...key,
      issuer_scope: scope,
      alg: 'RS256',
      retiring_at: null,
      retire_at: null,
      version: 1,
      created_at: now,
      updated_at: now,
    })
    await this.#recorded(tx, key.kid, 'signing_key.prepared')
    if (key.state === 'active') await this.#recorded(tx, key.kid, 'signing_key.activated')
  }

  /** One transaction: the old key no longer signs, the new one does; both stay published. */
  async #activate(tx: Tx, prepared: SigningKeyRow, active: SigningKeyRow | undefined): Promise<void> {
    const now = this.#parts.clock.now()
    if (active) {
      const retireAt = now + longestTokenMs + publishLeadMs
      await this.#store.move(tx, active, { state: 'retiring', retiring_at: now, retire_at: retireAt }, now)
      await this.#recorded(tx, active.kid, 'signing_key.retiring')
    }
    await this.#store.move(tx, prepared, { state: 'active', activate_at: now }, now)
    await this.#recorded(tx, prepared.kid, 'signing_key.activated')
  }

  async #retire(tx: Tx, row: SigningKeyRow): Promise<void> {
    await this.#store.move(tx, row, { state: 'retired' }, this.#parts.clock.now())
    await this.#recorded(tx, row.kid, 'signing_key.retired')
  }

  async #recorded(
    tx: Tx,
    kid: string,
    action: `signing_key.${'prepared' | 'activated' | 'retiring' | 'retired'}`,
  ): Promise<void> {
    await this.#parts.audit.append(tx, systemContext('signing key schedule', newGuid()), {
      action,
      target: { kind: 'signing_key', id: kid, label: kid },
    })
    await this.#parts.database.changed(tx, { kind: 'key', id: kid })
  }

  #requireActive(): ActiveKey {
    if (!this.#active) throw new SignetError('unavailable', 'The authority has no signing key.')
    return this.#active
  }
}

function placeOf(kid: string) {
  return { table: 'signing_keys', rowId: kid, column: 'private_enc', version: 1 }
}

function publishedKey(row: SigningKeyRow): PublishedKey {
  const { n, e } = JSON.parse(row.public_jwk) as { n: string; e: string }
  const jwk: PublishedKey['jwk'] = {
    kty: 'RSA',
    use: 'sig',
    kid: row.kid,
    x5t: row.kid,
    n,
    e,
    x5c: [row.cert_der.toString('base64')],
  }
  return { kid: row.kid, publicKey: new X509Certificate(row.cert_der).publicKey, jwk }
}
