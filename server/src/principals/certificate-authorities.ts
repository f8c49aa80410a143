import type { CertificateAuthority } from '@signet/shared/api/certificate-authorities'
import { dayMs } from '@signet/shared/vocabulary/time'
import type { AuditLog } from '../audit/index.ts'
import type { Clock } from '../platform/clock.ts'
import type { Steadiness } from '../platform/clock-watch.ts'
import {
  backdateMs,
  type CertificateFacts,
  type Issuer,
  issueAuthority,
  issueLeaf,
  type LeafTemplate,
  readCertificate,
  toPem,
} from '../platform/crypto/certificate.ts'
import { generatePrivateKey } from '../platform/crypto/key-pair.ts'
import { permitsNames } from '../platform/crypto/name-constraints.ts'
import type { Database } from '../platform/database/database.ts'
import type { Sealer } from '../platform/database/sealer.ts'
import { newGuid } from '../platform/identifiers.ts'
import { type RequestContext, systemContext } from '../platform/request-context.ts'
import { SignetError } from '../platform/signet-error.ts'
import type { Tx } from '../platform/transaction.ts'
import { AuthoritiesStore } from './authorities-store.ts'
import {
  type AuthorityRow,
  type AuthoritySteps,
  activateAtOf,
  authorityStepsDue,
  isNothing,
  issuingLifetimeMs,
  prepareAtOf,
  rootLifetimeMs,
} from './authority-schedule.ts'

/** Who signs what: TLS certificates of Signet's listeners, certificates of agents, credentials of principals. */
type AuthorityScope = 'tls' | 'agents' | 'credentials'

const scopes = ['tls', 'agents', 'credentials'] as const satisfies readonly AuthorityScope[]

const subjects = {
  root: 'Signet Root CA',
  tls: 'Signet Server CA',
  agents: 'Signet Agent CA',
  credentials: 'Signet Identity CA',
} as const

/** The bound on what a CA has signed is raised by so much more than needed, so that it is written once a day at most. */
const coverMs = dayMs

export interface AuthoritiesParts {
  readonly database: Database
  readonly sealer: Sealer
  readonly audit: AuditLog
  readonly clock: Clock
  readonly steadiness: Steadiness
  /** The names that listeners have: the CA for TLS is confined to them. */
  readonly serverNames: readonly string[]
}

interface Act {
  readonly context: RequestContext
  readonly reason?: string | undefined
}

/** A leaf, with the CA that signed it. */
export type IssuedCertificate = CertificateFacts & { readonly authorityId: string }

/**
 * Signet's own certificate authorities, in two tiers: a root that signs nothing but the issuing ones (SEC-49). Private
 * keys are P-256 and sealed before they are first written (SEC-54). The issuing ones roll by themselves: the next one is
 * known to every agent long before it signs, and the one before stays trusted until its last leaf has ended (SEC-51).
 */
export class CertificateAuthorities {
  readonly #parts: AuthoritiesParts
  readonly #store: AuthoritiesStore
  /** By ID; the same object each time, since what is read of one is kept with it. */
  readonly #issuers = new Map<string, Issuer>()
  readonly #observers: (() => void)[] = []
  #rows: readonly AuthorityRow[] = []
  #rolling: Promise<void> = Promise.resolve()

  private constructor(parts: AuthoritiesParts) {
    this.#parts = parts
    this.#store = new AuthoritiesStore(parts.database)
  }

  static async open(parts: AuthoritiesParts): Promise<CertificateAuthorities> {
    const authorities = new CertificateAuthorities(parts)
    await authorities.roll()
    return authorities
  }

  /** The root certificate: what clients and agents trust. */
  get root(): { readonly pem: string; readonly der: Buffer } {
    const { cert_der: der } = this.#signing('root')
    return { pem: toPem(der), der }
  }

  /** PEM of the root and of every CA that signs, signed or will sign for listeners: what every agent is given (SEC-51). */
  get serverCas(): string {
    const rows = [this.#signing('root'), ...this.#rows.filter((row) => row.scope === 'tls')]
    return rows.map((row) => toPem(row.cert_der)).join('')
  }

  /** Every CA that is trusted, with its plan. */
  list(): CertificateAuthority[] {
    return this.#rows.map((row) => this.#shown(row))
  }

  /** How long those that sign live, and when the next one takes over; null where none will. */
  get lives(): {
    readonly id: string
    readonly subject: string
    readonly notBefore: number
    readonly notAfter: number
    readonly renewsAt: number | null
  }[] {
    return this.#rows.flatMap((row) => {
      if (row.state !== 'active') return []
      const { id, subject, not_before: notBefore, not_after: notAfter } = row
      return [{ id, subject, notBefore, notAfter, renewsAt: this.#shown(row).activateAt }]
    })
  }

  /** Called whenever another CA signs, or is trusted. */
  onChange(observer: () => void): void {
    this.#observers.push(observer)
  }

  /** An issuing CA that is in use or was, to sign lists of what it revoked; undefined for any other. */
  issuerOf(id: string): Issuer | undefined {
    const row = this.#rows.find((one) => one.id === id && one.scope !== 'root' && one.state !== 'prepared')
    return row && this.#issuer(row)
  }

  /** Issuing CA and root of a leaf, DER: what follows it in its chain. */
  chainOf(leaf: Uint8Array, scope: AuthorityScope): Buffer[] {
    const { issuer } = readCertificate(leaf)
    const issuing = this.#rows.find((row) => row.subject === issuer) ?? this.#signing(scope)
    return [issuing.cert_der, this.#signing('root').cert_der]
  }

  /** Signs a leaf that is valid from now (less five minutes) for `lifetimeMs`, and never longer than its CA (SEC-50). */
  async issue(
    scope: AuthorityScope,
    template: Omit<LeafTemplate, 'notBefore' | 'notAfter'> & { lifetimeMs: number },
  ): Promise<IssuedCertificate> {
    const now = this.#parts.clock.now()
    const { lifetimeMs, ...rest } = template
    const row = this.#signing(scope)
    const notAfter = Math.min(now + lifetimeMs, row.not_after)
    await this.#cover(row, notAfter)
    const leaf = await issueLeaf(this.#issuer(row), { ...rest, notBefore: now - backdateMs, notAfter })
    return { ...readCertificate(leaf), authorityId: row.id }
  }

  /** Takes every step that is due in every scope, each in a transaction of its own. Repeating it changes nothing. */
  roll(): Promise<void> {
    return this.#inTurn(async () => {
      await this.#load()
      if (!this.#rows.some((row) => row.scope === 'root')) await this.#createRoot()
      for (const scope of scopes) await this.#rollScope(scope)
      for (const row of this.#rows) if (row.state === 'active') this.#issuer(row)
    })
  }

  /**
   * The next CA signs from now on; it is made where there is none yet. What the old one signed stays valid.
   *
   * @throws SignetError `not_found` | `conflict` for the root, and for one that does not sign
   */
  rotateNow(
    context: RequestContext,
    id: string,
    reason: string | undefined,
  ): Promise<{ retiring: CertificateAuthority; active: CertificateAuthority }> {
    return this.#inTurn(async () => {
      await this.#load()
      const row = this.#require(id)
      if (row.scope === 'root') {
        throw new SignetError('conflict', 'The root is what everybody trusts: it is not rotated.')
      }
      const { scope } = row
      const spare = await this.#generate(scope)
      await this.#parts.database.transact(async (tx) => {
        const { active, prepared } = await this.#standing(tx, scope)
        if (active?.id !== id) {
          throw new SignetError('conflict', 'This is not the authority that signs.', {
            fix: 'Look at the list once more.',
          })
        }
        if (!prepared) await this.#insert(tx, spare, 'ca_prepared', { context, reason })
        await this.#activate(tx, prepared ?? spare, active, { context, reason })
      })
      await this.#load()
      return { retiring: this.#shown(this.#require(id)), active: this.#shown(this.#signing(scope)) }
    })
  }

  async #createRoot(): Promise<void> {
    const spare = { ...(await this.#generate('root')), state: 'active' as const }
    await this.#parts.database.transact(async (tx) => {
      const rows = await this.#store.trusted(tx)
      if (rows.some((row) => row.scope === 'root')) return
      await this.#insert(tx, spare, 'ca_created', schedule())
    })
    await this.#load()
  }

  /** Keys are made before the transaction, since nothing else may be awaited in it; what is due is decided inside. */
  async #rollScope(scope: AuthorityScope): Promise<void> {
    const { database } = this.#parts
    for (let steps = this.#due(scope, this.#rows); !isNothing(steps); steps = this.#due(scope, this.#rows)) {
      const spare = steps.make ? await this.#generate(scope) : undefined
      await database.transact(async (tx) => {
        const due = this.#due(scope, await this.#store.trusted(tx))
        for (const row of due.retire) await this.#move(tx, row, 'retired', schedule())
        if (due.activate) await this.#activate(tx, due.activate, due.active, schedule())
        else if (due.make && spare && !due.active) {
          await this.#insert(tx, { ...spare, state: 'active' }, 'ca_created', schedule())
        } else if (due.make && spare) await this.#insert(tx, spare, 'ca_prepared', schedule())
      })
      await this.#load()
    }
  }

  #due(scope: AuthorityScope, rows: readonly AuthorityRow[]): AuthoritySteps {
    const { clock, serverNames, steadiness } = this.#parts
    return authorityStepsDue(
      rows.filter((row) => row.scope === scope),
      clock.now(),
      {
        isFit: (row) => scope !== 'tls' || permitsNames(row.cert_der, serverNames),
        mayRetire: steadiness.isSteady,
        rootEnds: this.#signing('root').not_after,
      },
    )
  }

  async #standing(tx: Tx, scope: AuthorityScope) {
    const rows = (await this.#store.trusted(tx)).filter((row) => row.scope === scope)
    return {
      active: rows.find((row) => row.state === 'active'),
      prepared: rows.find((row) => row.state === 'prepared'),
    }
  }

  async #activate(tx: Tx, next: AuthorityRow, active: AuthorityRow | undefined, act: Act): Promise<void> {
    if (active) await this.#move(tx, active, 'retiring', act)
    await this.#move(tx, next, 'active', act)
  }

  async #move(tx: Tx, row: AuthorityRow, to: 'active' | 'retiring' | 'retired', act: Act): Promise<void> {
    const moved = await this.#store.move(tx, row, to, this.#parts.clock.now())
    if (!moved) throw new SignetError('conflict', 'The certificate authorities changed in the meantime.')
    await this.#recorded(tx, row, to === 'active' ? 'ca_activated' : `ca_${to}`, act)
  }

  async #insert(tx: Tx, row: AuthorityRow, action: 'ca_created' | 'ca_prepared', act: Act): Promise<void> {
    await this.#store.insert(tx, row)
    await this.#recorded(tx, row, action, act)
  }

  async #recorded(
    tx: Tx,
    row: AuthorityRow,
    action: `ca_${'created' | 'prepared' | 'activated' | 'retiring' | 'retired'}`,
    { context, reason }: Act,
  ): Promise<void> {
    const { thumbprint, notAfter } = readCertificate(row.cert_der)
    await this.#parts.audit.append(tx, context, {
      action: `authority.${action}`,
      target: { kind: 'certificate_authority', id: row.id, label: row.subject },
      after: { thumbprint, notAfter },
      ...(reason && { reason }),
    })
    await this.#parts.database.changed(tx, { kind: 'certificate_authority', id: row.id })
  }

  /** A CA with its key, not stored yet. */
  async #generate(scope: AuthorityRow['scope']): Promise<AuthorityRow> {
    const { clock, sealer, serverNames } = this.#parts
    const id = newGuid()
    const now = clock.now()
    const privateKey = await generatePrivateKey('p256')
    const root = scope === 'root' ? undefined : this.#signing('root')
    const certificate = await issueAuthority({
      commonName: `${subjects[scope]} ${id.slice(0, 8)}`,
      privateKey,
      notBefore: now - backdateMs,
      notAfter: root ? Math.min(now + issuingLifetimeMs, root.not_after) : now + rootLifetimeMs,
      ...(root && {
        issuer: this.#issuer(root),
        pathLength: 0,
        confined: scope === 'tls' ? { usage: 'serverAuth', names: serverNames } : { usage: 'clientAuth', names: [] },
      }),
    })
    const facts = readCertificate(certificate)
    const key_enc = sealer.seal('ca', keyPlace(id), privateKey)
    privateKey.fill(0)
    return {
      ...{ id, scope, subject: facts.subject, cert_der: certificate, key_enc, state: 'prepared' },
      ...{ not_before: facts.notBefore, not_after: facts.notAfter, leaves_until: now },
      ...{ version: 1, created_at: now, updated_at: now },
    }
  }

  /** Before a leaf is signed it is on disk how long its CA has to be trusted for. */
  async #cover(row: AuthorityRow, notAfter: number): Promise<void> {
    if (notAfter <= row.leaves_until) return
    const until = Math.min(notAfter + coverMs, row.not_after)
    const covered = await this.#parts.database.transact((tx) => this.#store.raiseLeavesUntil(tx, row.id, until))
    if (!covered) throw new SignetError('conflict', 'The certificate authorities changed in the meantime.')
    this.#rows = this.#rows.map((one) =>
      one.id === row.id ? { ...one, leaves_until: Math.max(one.leaves_until, until) } : one,
    )
  }

  async #load(): Promise<void> {
    const before = standingOf(this.#rows)
    this.#rows = await this.#store.trusted()
    if (before !== '' && standingOf(this.#rows) !== before) for (const observe of this.#observers) observe()
  }

  #shown(row: AuthorityRow): CertificateAuthority {
    const next = this.#rows.find((one) => one.scope === row.scope && one.state === 'prepared')
    const signs = this.#rows.find((one) => one.scope === row.scope && one.state === 'active')
    const followed = row.scope !== 'root' && signs && (next ?? signs.not_after < this.#signing('root').not_after)
    return {
      id: row.id,
      scope: row.scope,
      name: row.subject.replace(/^CN=/, ''),
      state: row.state,
      thumbprint: readCertificate(row.cert_der).thumbprint,
      notBefore: row.not_before,
      notAfter: row.not_after,
      leavesUntil: row.leaves_until,
      prepareAt: followed && row === signs && !next ? Math.round(prepareAtOf(row)) : null,
      activateAt: followed && (row === signs || row === next) ? activateAtOf(signs, next) : null,
    }
  }

  /** @throws EnvelopeError when its key does not open */
  #issuer(row: AuthorityRow): Issuer {
    const known = this.#issuers.get(row.id)
    if (known) return known
    const privateKey = this.#parts.sealer.open('ca', keyPlace(row.id), row.key_enc)
    const issuer = { certificate: row.cert_der, privateKey }
    this.#issuers.set(row.id, issuer)
    return issuer
  }

  #signing(scope: AuthorityRow['scope']): AuthorityRow {
    const row = this.#rows.find((one) => one.scope === scope && one.state === 'active')
    if (!row) throw new SignetError('unavailable', `There is no certificate authority for ${scope}.`)
    return row
  }

  #require(id: string): AuthorityRow {
    const row = this.#rows.find((one) => one.id === id)
    if (!row) throw new SignetError('not_found', 'There is no such certificate authority.')
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
}

function schedule(): Act {
  return { context: systemContext('certificate authority schedule', newGuid()) }
}

function standingOf(rows: readonly AuthorityRow[]): string {
  return rows.map(({ id, state }) => `${id} ${state}`).join()
}

function keyPlace(id: string) {
  return { table: 'certificate_authorities', rowId: id, column: 'key_enc', version: 1 }
}
