import { createPublicKey, type KeyObject, sign, X509Certificate } from 'node:crypto'
import { setImmediate } from 'node:timers/promises'
import { promisify } from 'node:util'
import { dayMs } from '@signet/shared/vocabulary/time'
import type { AuditLog } from '../audit/index.ts'
import type { Clock } from '../platform/clock.ts'
import type { Steadiness } from '../platform/clock-watch.ts'
import { backdateMs, issueSelfSigned, readCertificate } from '../platform/crypto/certificate.ts'
import { generatePrivateKey, importPrivateKey } from '../platform/crypto/key-pair.ts'
import { x5t } from '../platform/crypto/thumbprint.ts'
import type { Database } from '../platform/database/database.ts'
import type { Sealer } from '../platform/database/sealer.ts'
import { newGuid } from '../platform/identifiers.ts'
import { systemContext } from '../platform/request-context.ts'
import { SignetError } from '../platform/signet-error.ts'
import type { Tx } from '../platform/transaction.ts'
import { type SigningKeyRow, SigningKeysStore } from './signing-keys-store.ts'

const signInPool = promisify(sign)

const keyLifetimeMs = 90 * dayMs
/** A key is published this long before it signs, and this long after its last token has expired (SEC-87). */
const publishLeadMs = dayMs
const longestTokenMs = dayMs
const scope = 'shared/default'

/** When the key that signs ends, and when the next one takes over. Instants are epoch milliseconds. */
export interface KeyOutlook {
  readonly kid: string
  readonly notBefore: number
  readonly notAfter: number
  /** Null when no key is published to follow it. */
  readonly nextAt: number | null
}

/** A published key: its public half in the words of RFC 7517, from an allow-list of members (SEC-90). */
export interface PublishedKey {
  readonly kid: string
  readonly publicKey: KeyObject
  readonly jwk: { kty: 'RSA'; use: 'sig'; kid: string; x5t: string; n: string; e: string; x5c: [string] }
}

type NewKey = Pick<SigningKeyRow, 'kid' | 'cert_der' | 'private_enc' | 'public_jwk'>

interface StepsDue {
  readonly active: SigningKeyRow | undefined
  readonly activate: SigningKeyRow | undefined
  readonly retire: readonly SigningKeyRow[]
  /** New keys to insert: two at the first start, one whenever no prepared key is left. */
  readonly keysNeeded: 0 | 1 | 2
  readonly isNothing: boolean
}

export interface SigningKeysParts {
  readonly database: Database
  readonly sealer: Sealer
  readonly audit: AuditLog
  readonly clock: Clock
  readonly steadiness: Steadiness
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
  readonly #parts: SigningKeysParts
  readonly #store: SigningKeysStore
  #active: ActiveKey | undefined
  #published: readonly PublishedKey[] = []
  readonly #observers: (() => void)[] = []
  #rolling: Promise<void> = Promise.resolve()

  private constructor(parts: SigningKeysParts) {
    this.#parts = parts
    this.#store = new SigningKeysStore(parts.database)
  }

  static async open(parts: SigningKeysParts): Promise<SigningKeys> {
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

  /** Whether there is, or ever was, a key of this name. */
  exists(kid: string): Promise<boolean> {
    return this.#store.exists(kid)
  }

  async outlook(): Promise<KeyOutlook> {
    const rows = await this.#store.published(scope)
    const active = rows.find((row) => row.state === 'active')
    if (!active) throw new SignetError('unavailable', 'The authority has no signing key.')
    const { notBefore, notAfter } = readCertificate(active.cert_der)
    const next = rows.find((row) => row.state === 'prepared')
    return { kid: active.kid, notBefore, notAfter, nextAt: next?.activate_at ?? null }
  }

  /** Called whenever the key set is another. */
  onChange(observer: () => void): void {
    this.#observers.push(observer)
  }

  /**
   * RS256 over ASCII, base64url, with the key that is active now. For a request that is alone the main thread signs, which
   * is quicker for it, a turn later, so that its record is on its way to the disk by then; otherwise the work goes to the
   * thread pool and the loop stays free for the others.
   */
  signer(isAlone: boolean): (input: string) => Promise<string> {
    const { privateKey } = this.#requireActive()
    return async (input) => {
      const data = Buffer.from(input, 'ascii')
      if (!isAlone) return (await signInPool('sha256', data, privateKey)).toString('base64url')
      await setImmediate()
      return sign('sha256', data, privateKey).toString('base64url')
    }
  }

  /** Takes every step that is due: first keys, the next key, activation, retirement. Repeating it changes nothing. */
  roll(): Promise<void> {
    const roll = this.#rolling.then(() => this.#roll())
    this.#rolling = roll.catch(() => undefined)
    return roll
  }

  /** Keys are made before the transaction, since nothing else may be awaited in it; what is due is decided inside. */
  async #roll(): Promise<void> {
    const { database, clock, steadiness } = this.#parts
    const now = clock.now()
    const mayRetire = steadiness.isSteady
    const expected = stepsDue(await this.#store.published(scope), now, mayRetire)
    if (!expected.isNothing) {
      const spares = await Promise.all(Array.from({ length: expected.keysNeeded }, () => this.#generate()))
      await database.transact(async (tx) =>
        this.#take(tx, stepsDue(await this.#store.published(scope, tx), now, mayRetire), spares),
      )
    }
    await this.#load()
  }

  async #take(tx: Tx, due: StepsDue, spares: NewKey[]): Promise<void> {
    if (due.keysNeeded > spares.length) throw new SignetError('conflict', 'The signing keys changed in the meantime.')
    const now = this.#parts.clock.now()
    for (const row of due.retire) await this.#retire(tx, row)
    if (due.activate) await this.#activate(tx, due.activate, due.active)
    const { keysNeeded } = due
    const [first, next] = keysNeeded === 2 ? spares : [undefined, spares[0]]
    if (first) await this.#insert(tx, { ...first, state: 'active', activate_at: now })
    if (next && keysNeeded > 0) {
      const activeSince = due.activate || !due.active ? now : due.active.activate_at
      const activateAt = Math.max(activeSince + keyLifetimeMs, now + publishLeadMs)
      await this.#insert(tx, { ...next, state: 'prepared', activate_at: activateAt })
    }
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

  async #generate(): Promise<NewKey> {
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

  async #insert(tx: Tx, key: NewKey & Pick<SigningKeyRow, 'state' | 'activate_at'>): Promise<void> {
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
      await this.#move(tx, active, { state: 'retiring', retiring_at: now, retire_at: retireAt })
      await this.#recorded(tx, active.kid, 'signing_key.retiring')
    }
    await this.#move(tx, prepared, { state: 'active', activate_at: now })
    await this.#recorded(tx, prepared.kid, 'signing_key.activated')
  }

  async #retire(tx: Tx, row: SigningKeyRow): Promise<void> {
    await this.#move(tx, row, { state: 'retired' })
    await this.#recorded(tx, row.kid, 'signing_key.retired')
  }

  async #move(tx: Tx, key: SigningKeyRow, change: Parameters<SigningKeysStore['move']>[2]): Promise<void> {
    const moved = await this.#store.move(tx, key, change, this.#parts.clock.now())
    if (!moved) throw new SignetError('conflict', 'The signing keys changed in the meantime.')
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

/**
 * What the schedule asks for at this instant. Without an active key the prepared one takes over at once.
 *
 * @param mayRetire whether the clock can be trusted with what cannot be undone
 */
function stepsDue(rows: readonly SigningKeyRow[], now: number, mayRetire: boolean): StepsDue {
  const active = rows.find((row) => row.state === 'active')
  const prepared = rows.find((row) => row.state === 'prepared')
  const activate = prepared && (!active || prepared.activate_at <= now) ? prepared : undefined
  const isOver = (row: SigningKeyRow) => row.state === 'retiring' && row.retire_at !== null && row.retire_at <= now
  const retire = mayRetire ? rows.filter(isOver) : []
  const keysNeeded = !active && !prepared ? 2 : !prepared || activate ? 1 : 0
  return { active, activate, retire, keysNeeded, isNothing: keysNeeded === 0 && retire.length === 0 }
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
