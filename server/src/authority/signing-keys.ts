import { createPublicKey, type KeyObject, sign, X509Certificate } from 'node:crypto'
import { setImmediate } from 'node:timers/promises'
import { promisify } from 'node:util'
import type { AuditLog } from '../audit/index.ts'
import type { Clock } from '../platform/clock.ts'
import type { Steadiness } from '../platform/clock-watch.ts'
import { backdateMs, issueSelfSigned, readCertificate } from '../platform/crypto/certificate.ts'
import { generatePrivateKey, importPrivateKey } from '../platform/crypto/key-pair.ts'
import { x5t } from '../platform/crypto/thumbprint.ts'
import type { Database } from '../platform/database/database.ts'
import type { Sealer } from '../platform/database/sealer.ts'
import { newGuid } from '../platform/identifiers.ts'
import { type RequestContext, systemContext } from '../platform/request-context.ts'
import { SignetError } from '../platform/signet-error.ts'
import type { Tx } from '../platform/transaction.ts'
import {
  keyLifetimeMs,
  longestTokenMs,
  type PublishedKey,
  publishLeadMs,
  requirePair,
  type StepsDue,
  stepsDue,
} from './signing-key-schedule.ts'
import { type SigningKeyRow, SigningKeysStore } from './signing-keys-store.ts'

const signInPool = promisify(sign)

/**
 * Whose keys: those of access tokens, which are published; those of token files, which the authority alone verifies; those of the
 * feed of revocations, which have a key set of their own.
 */
export const keyScopes = {
  tokens: 'shared/default',
  tokenFiles: 'token-files/default',
  revocations: 'revocations/default',
} as const
export type KeyScope = (typeof keyScopes)[keyof typeof keyScopes]

/** When the key that signs ends, and when the next one takes over. Instants are epoch milliseconds. */
export interface KeyOutlook {
  readonly kid: string
  readonly notBefore: number
  readonly notAfter: number
  /** Null when no key is published to follow it. */
  readonly nextAt: number | null
}

type NewKey = Pick<SigningKeyRow, 'kid' | 'cert_der' | 'private_enc' | 'public_jwk'>

export interface SigningKeysParts {
  readonly database: Database
  readonly sealer: Sealer
  readonly audit: AuditLog
  readonly clock: Clock
  readonly steadiness: Steadiness
  readonly scope: KeyScope
  /** Keys that the newest live tokens were signed with. */
  readonly newestLiveKids: () => ReadonlySet<string>
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

  /** Whether it is one of these keys, and was revoked. */
  async wasRevoked(kid: string): Promise<boolean> {
    const row = await this.#store.find(kid)
    return row?.issuer_scope === this.#parts.scope && row.state === 'revoked'
  }

  async outlook(): Promise<KeyOutlook> {
    const rows = await this.#store.published(this.#parts.scope)
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
    return this.#inTurn(() => this.#roll())
  }

  /**
   * The key that signs now is revoked and the next one, which is in everybody's key set already, signs from now on
   * (SEC-89). Tokens under the old key are refused wherever a key set without it has arrived.
   *
   * @throws SignetError `conflict` when another key signs
   */
  revokeActive(context: RequestContext, kid: string, reason: string | undefined): Promise<void> {
    return this.#inTurn(async () => {
      const { database, clock } = this.#parts
      const expected = await this.#store.published(this.#parts.scope)
      const count = expected.some((row) => row.state === 'prepared') ? 1 : 2
      const spares = await Promise.all(Array.from({ length: count }, () => this.#generate()))
      await database.transact(async (tx) => {
        const rows = await this.#store.published(this.#parts.scope, tx)
        const active = rows.find((row) => row.state === 'active')
        if (active?.kid !== kid) {
          throw new SignetError('conflict', 'This is not the key that signs.', { fix: 'Look at the list once more.' })
        }
        await this.#move(tx, active, { state: 'revoked', retire_at: clock.now() })
        await this.#recorded(tx, kid, 'signing_key.revoked', { context, reason })
        const prepared = rows.find((row) => row.state === 'prepared')
        const due = { active: undefined, activate: prepared, retire: [], keysNeeded: prepared ? 1 : 2 } as const
        await this.#take(tx, { ...due, isNothing: false }, spares)
      })
      await this.#load()
    })
  }

  /**
   * Takes a key that does not sign out of the key set. One that was to sign next is followed by another.
   *
   * @param refusal why the key as it is now may not go; asked within the transaction
   * @throws SignetError what `refusal` throws; `conflict` for the key that signs, `not_found` for one that is not published
   */
  remove(
    context: RequestContext,
    kid: string,
    wish: { to: 'retired' | 'revoked'; reason: string | undefined; refuse: (row: SigningKeyRow) => void },
  ): Promise<void> {
    return this.#inTurn(async () => {
      const spare = await this.#generate()
      await this.#parts.database.transact(async (tx) => {
        const row = await this.#require(tx, kid)
        if (row.state === 'active') {
          throw new SignetError('conflict', 'This key signs.', {
            fix: 'Rotate it in an emergency, or wait for its end.',
          })
        }
        wish.refuse(row)
        await this.#move(tx, row, { state: wish.to, retire_at: this.#parts.clock.now() })
        await this.#recorded(tx, kid, `signing_key.${wish.to}`, { context, reason: wish.reason })
        if (row.state === 'prepared') await this.#prepare(tx, spare, row.activate_at)
      })
      await this.#load()
    })
  }

  /** @throws SignetError `not_found` for a key that is not published */
  hold(context: RequestContext, kid: string, isHeld: boolean, reason: string | undefined): Promise<void> {
    return this.#inTurn(() =>
      this.#parts.database.transact(async (tx) => {
        const row = await this.#require(tx, kid)
        if ((row.held === 1) === isHeld) return
        await this.#move(tx, row, { held: isHeld ? 1 : 0 })
        await this.#recorded(tx, kid, `signing_key.${isHeld ? 'held' : 'released'}`, { context, reason })
      }),
    )
  }

  async #require(tx: Tx, kid: string): Promise<SigningKeyRow> {
    const row = (await this.#store.published(this.#parts.scope, tx)).find((one) => one.kid === kid)
    if (!row) throw new SignetError('not_found', 'No such key is published.')
    return row
  }

  /** One act at a time. */
  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#rolling.then(work)
    this.#rolling = done.then(
      () => undefined,
      () => undefined,
    )
    return done
  }

  /** Keys are made before the transaction, since nothing else may be awaited in it; what is due is decided inside. */
  async #roll(): Promise<void> {
    const { database, clock, steadiness, scope, newestLiveKids } = this.#parts
    const now = clock.now()
    const due = async (tx?: Tx) => {
      const rows = await this.#store.published(scope, tx)
      const trust = { mayRetire: steadiness.isSteady, needed: new Set<string>() }
      const wanted = stepsDue(rows, now, trust)
      // The log is looked at only when a key is about to leave.
      return wanted.retire.length === 0 ? wanted : stepsDue(rows, now, { ...trust, needed: newestLiveKids() })
    }
    const expected = await due()
    if (!expected.isNothing) {
      const spares = await Promise.all(Array.from({ length: expected.keysNeeded }, () => this.#generate()))
      await database.transact(async (tx) => this.#take(tx, await due(tx), spares))
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
      await this.#prepare(tx, next, activeSince + keyLifetimeMs)
    }
  }

  /** The next key, published for long enough before it signs. */
  async #prepare(tx: Tx, key: NewKey, activateAt: number): Promise<void> {
    const earliest = this.#parts.clock.now() + publishLeadMs
    await this.#insert(tx, { ...key, state: 'prepared', activate_at: Math.max(activateAt, earliest) })
  }

  async #load(): Promise<void> {
    const rows = await this.#store.published(this.#parts.scope)
    const active = rows.find((row) => row.state === 'active')
    if (!active) throw new SignetError('unavailable', 'The authority has no signing key.')
    const published = rows.map(publishedKey)
    if (active.kid !== this.#active?.kid) {
      this.#active = { kid: active.kid, privateKey: this.#openPair(active) }
    }
    const before = this.#published.map((key) => key.kid).join()
    this.#published = published
    if (this.#published.map((key) => key.kid).join() !== before) for (const observe of this.#observers) observe()
  }

  /** The private half of a key whose published half belongs to it. @throws SignetError `unavailable` */
  #openPair(row: SigningKeyRow): KeyObject {
    const pkcs8 = this.#parts.sealer.open('signing', placeOf(row.kid), row.private_enc)
    const privateKey = importPrivateKey(pkcs8)
    pkcs8.fill(0)
    requirePair(privateKey, publishedKey(row))
    return privateKey
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
      issuer_scope: this.#parts.scope,
      alg: 'RS256',
      retiring_at: null,
      retire_at: null,
      held: 0,
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
    this.#openPair(prepared)
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
    action: `signing_key.${'prepared' | 'activated' | 'retiring' | 'retired' | 'revoked' | 'held' | 'released'}`,
    by?: { context: RequestContext; reason: string | undefined },
  ): Promise<void> {
    await this.#parts.audit.append(tx, by?.context ?? systemContext('signing key schedule', newGuid()), {
      action,
      target: { kind: 'signing_key', id: kid, label: kid },
      ...(by?.reason && { reason: by.reason }),
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
