import type { AuthorityKeyExport, CertificateAuthority } from '@signet/shared/api/certificate-authorities'
import { dayMs } from '@signet/shared/vocabulary/time'
import type { AuditLog } from '../audit/index.ts'
import type { Clock } from '../platform/clock.ts'
import type { Steadiness } from '../platform/clock-watch.ts'
import {
  backdateMs,
  type CertificateFacts,
  type Issuer,
  issueLeaf,
  type LeafTemplate,
  readCertificate,
  toPem,
} from '../platform/crypto/certificate.ts'
import { permitsNames } from '../platform/crypto/name-constraints.ts'
import type { Database } from '../platform/database/database.ts'
import { newGuid } from '../platform/identifiers.ts'
import { type RequestContext, systemContext } from '../platform/request-context.ts'
import { SignetError } from '../platform/signet-error.ts'
import type { Tx } from '../platform/transaction.ts'
import { AuthoritiesStore } from './authorities-store.ts'
import { AuthorityKeys, type AuthorityKeysParts } from './authority-keys.ts'
import {
  type AuthorityRow,
  type AuthoritySteps,
  activateAtOf,
  authorityStepsDue,
  isNothing,
  prepareAtOf,
} from './authority-schedule.ts'

/** Who signs what: TLS certificates of Signet's listeners, certificates of agents, credentials of principals. */
type AuthorityScope = 'tls' | 'agents' | 'credentials'

/** The root first: it may have to be there before the others are made. */
const scopes = ['root', 'tls', 'agents', 'credentials'] as const satisfies readonly AuthorityRow['scope'][]

/** The bound on what a CA has signed is raised by so much more than needed, so that it is written once a day at most. */
const coverMs = dayMs

export interface AuthoritiesParts extends AuthorityKeysParts {
  readonly database: Database
  readonly audit: AuditLog
  readonly clock: Clock
  readonly steadiness: Steadiness
}

interface Act {
  readonly context: RequestContext
  readonly reason?: string | undefined
}

/** A leaf, with the CA that signed it. */
export type IssuedCertificate = CertificateFacts & { readonly authorityId: string }

/**
 * Signet's own certificate authorities, in two tiers: a root that signs nothing but the issuing ones (SEC-49). All of them
 * roll by themselves: the next one is known to every agent long before it signs, and the one before stays trusted until the
 * last it has signed has ended (SEC-51). A root vouches for the next one, so that who knows it alone is served until it ends.
 */
export class CertificateAuthorities {
  readonly #parts: AuthoritiesParts
  readonly #store: AuthoritiesStore
  readonly #keys: AuthorityKeys
  /** By the ID of an issuing CA or a root: what follows in a chain, for as long as `#rows` are the same. */
  readonly #above = new Map<string, readonly Buffer[]>()
  readonly #observers: (() => void)[] = []
  #rows: readonly AuthorityRow[] = []
  #rolling: Promise<void> = Promise.resolve()

  private constructor(parts: AuthoritiesParts) {
    this.#parts = parts
    this.#store = new AuthoritiesStore(parts.database)
    this.#keys = new AuthorityKeys(parts)
  }

  static async open(parts: AuthoritiesParts): Promise<CertificateAuthorities> {
    const authorities = new CertificateAuthorities(parts)
    await authorities.roll()
    return authorities
  }

  /** The root that what listeners present leads to, which an agent pins. While one root hands over to the next it is the older one. */
  get anchor(): { readonly pem: string; readonly der: Buffer } {
    const der = this.#wayUp(this.#signing('tls')).at(-1) ?? this.#signing('root').cert_der
    return { pem: toPem(der), der }
  }

  /** PEM of every root: what clients trust. The next one is among them long before it signs. */
  get roots(): string {
    return this.#pemOf('root')
  }

  /** PEM of the roots and of every CA that signs, signed or will sign for listeners: what every agent is given (SEC-51). */
  get serverCas(): string {
    return `${this.roots}${this.#pemOf('tls')}`
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

  /** The root that ends while another takes its place, if there is one: copies of the roots from before `nextSince` end with it. */
  get endingRoot():
    | { id: string; subject: string; notBefore: number; notAfter: number; nextSince: number }
    | undefined {
    const [oldest, next] = this.#rows.filter(({ scope }) => scope === 'root')
    if (!oldest || !next) return undefined
    const { id, subject, not_before: notBefore, leaves_until: notAfter } = oldest
    return { id, subject, notBefore, notAfter, nextSince: next.created_at }
  }

  /** Called whenever another CA signs, or is trusted. */
  onChange(observer: () => void): void {
    this.#observers.push(observer)
  }

  /** An issuing CA that is in use or was, to sign lists of what it revoked; undefined for any other. */
  issuerOf(id: string): Issuer | undefined {
    const row = this.#rows.find((one) => one.id === id && one.scope !== 'root' && one.state !== 'prepared')
    return row && this.#keys.issuerOf(row)
  }

  /**
   * What follows a leaf in its chain, DER: its issuing CA, then the roots. Where the root of that CA was vouched for by one that
   * is still trusted, the chain leads to the older one; who trusts the younger one finds it on the way.
   */
  chainOf(leaf: Uint8Array, scope: AuthorityScope): Buffer[] {
    const { issuer } = readCertificate(leaf)
    const issuing = this.#rows.find((row) => row.subject === issuer) ?? this.#signing(scope)
    return [issuing.cert_der, ...this.#wayUp(issuing)]
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
    const leaf = await issueLeaf(this.#keys.issuerOf(row), { ...rest, notBefore: now - backdateMs, notAfter })
    return { ...readCertificate(leaf), authorityId: row.id }
  }

  /**
   * The key of a CA, to be kept elsewhere: locked, and on record before anybody has it (SEC-54).
   *
   * @throws SignetError `not_found`
   */
  async exportKey(context: RequestContext, id: string, reason: string | undefined): Promise<AuthorityKeyExport> {
    const row = this.#require(id)
    const locked = this.#keys.lockedCopyOf(row)
    await this.#parts.database.transact((tx) => this.#recorded(tx, row, 'ca_exported', { context, reason }))
    return { name: row.subject.replace(/^CN=/, ''), certificate: toPem(row.cert_der), ...locked }
  }

  /** Takes every step that is due in every scope, each in a transaction of its own. Repeating it changes nothing. */
  roll(): Promise<void> {
    return this.#inTurn(async () => {
      await this.#load()
      for (const scope of scopes) await this.#rollScope(scope)
      for (const row of this.#rows) if (row.state === 'active') this.#keys.issuerOf(row)
    })
  }

  /**
   * The next CA signs from now on; it is made where there is none yet. What the old one signed stays valid.
   *
   * @throws SignetError `not_found` | `conflict` for one that does not sign, and for a root while another still hands over to it
   */
  rotateNow(
    context: RequestContext,
    id: string,
    reason: string | undefined,
  ): Promise<{ retiring: CertificateAuthority; active: CertificateAuthority }> {
    return this.#inTurn(async () => {
      await this.#load()
      const { scope } = this.#require(id)
      if (scope === 'root' && this.#rows.some((row) => row.scope === 'root' && row.state === 'retiring')) {
        // Each hand-over makes chains longer by one, and clients stop reading somewhere.
        throw new SignetError('conflict', 'The root before this one is still trusted: only one hands over at a time.')
      }
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

  /** Keys are made before the transaction, since nothing else may be awaited in it; what is due is decided inside. */
  async #rollScope(scope: AuthorityRow['scope']): Promise<void> {
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

  #due(scope: AuthorityRow['scope'], rows: readonly AuthorityRow[]): AuthoritySteps {
    const { clock, serverNames, steadiness } = this.#parts
    return authorityStepsDue(
      rows.filter((row) => row.scope === scope),
      clock.now(),
      {
        isFit: (row) => scope !== 'tls' || permitsNames(row.cert_der, serverNames),
        mayRetire: steadiness.isSteady,
        rootEnds: scope === 'root' ? Number.POSITIVE_INFINITY : this.#signing('root').leaves_until,
      },
    )
  }

  async #standing(tx: Tx, scope: AuthorityRow['scope']) {
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
    action: `ca_${'created' | 'prepared' | 'activated' | 'retiring' | 'retired' | 'exported'}`,
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
  #generate(scope: AuthorityRow['scope']): Promise<AuthorityRow> {
    if (scope !== 'root') return this.#keys.makeIssuing(scope, this.#signing('root'))
    return this.#keys.makeRoot(this.#rows.find((row) => row.scope === 'root' && row.state === 'active'))
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
    this.#above.clear()
    if (before !== '' && standingOf(this.#rows) !== before) for (const observe of this.#observers) observe()
  }

  #shown(row: AuthorityRow): CertificateAuthority {
    const next = this.#rows.find((one) => one.scope === row.scope && one.state === 'prepared')
    const signs = this.#rows.find((one) => one.scope === row.scope && one.state === 'active')
    return {
      id: row.id,
      scope: row.scope,
      name: row.subject.replace(/^CN=/, ''),
      state: row.state,
      thumbprint: readCertificate(row.cert_der).thumbprint,
      notBefore: row.not_before,
      notAfter: row.not_after,
      leavesUntil: row.leaves_until,
      prepareAt: row === signs && !next ? this.#preparedAt(row) : null,
      activateAt: signs && (row === signs || row === next) ? activateAtOf(signs, next) : null,
    }
  }

  /** One that ends with its root is followed by what the next root signs. */
  #preparedAt(row: AuthorityRow): number {
    const root = this.#signing('root')
    const nextRoot = this.#rows.find(({ scope, state }) => scope === 'root' && state === 'prepared')
    const waits = row.scope !== 'root' && row.not_after >= root.leaves_until
    return Math.round(Math.max(prepareAtOf(row), waits ? activateAtOf(root, nextRoot) : 0))
  }

  #pemOf(scope: AuthorityRow['scope']): string {
    const rows = this.#rows.filter((row) => row.scope === scope)
    return rows.map((row) => toPem(row.cert_der)).join('')
  }

  /** From a CA to the oldest root that it can be reached from. */
  #wayUp(row: AuthorityRow): readonly Buffer[] {
    const known = this.#above.get(row.id)
    if (known) return known
    const root = this.#rootNamed(readCertificate(row.cert_der).issuer) ?? this.#signing('root')
    const way: Buffer[] = []
    let at: AuthorityRow | undefined = root
    while (at) {
      const { cross_der: cross, cert_der: own }: AuthorityRow = at
      at = cross ? this.#rootNamed(readCertificate(cross).issuer) : undefined
      way.push(at && cross ? cross : own)
    }
    this.#above.set(row.id, way)
    return way
  }

  #rootNamed(subject: string): AuthorityRow | undefined {
    return this.#rows.find((row) => row.scope === 'root' && row.subject === subject)
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
