import { randomBytes } from 'node:crypto'
import { dayMs } from '@signet/shared/vocabulary/time'
import type { Clock } from '../platform/clock.ts'
import { backdateMs, type Issuer, issueAuthority, readCertificate } from '../platform/crypto/certificate.ts'
import { generatePrivateKey, importPrivateKey } from '../platform/crypto/key-pair.ts'
import type { Sealer } from '../platform/database/sealer.ts'
import { newGuid } from '../platform/identifiers.ts'
import { type AuthorityRow, issuingLifetimeMs, rootLifetimeMs } from './authority-schedule.ts'

const subjects = {
  root: 'Signet Root CA',
  tls: 'Signet Server CA',
  agents: 'Signet Agent CA',
  credentials: 'Signet Identity CA',
} as const

/** A root outlives all it has signed by so much: nobody is ever shown a chain whose end has just ended. */
const rootMarginMs = dayMs

export interface AuthorityKeysParts {
  readonly sealer: Sealer
  readonly clock: Clock
  /** The names that listeners have: the CA for TLS is confined to them. */
  readonly serverNames: readonly string[]
}

/** Makes certificate authorities and holds the opened keys of those that are in use: P-256, sealed before they are first written (SEC-54). */
export class AuthorityKeys {
  readonly #parts: AuthorityKeysParts
  readonly #issuers = new Map<string, Issuer>()

  constructor(parts: AuthorityKeysParts) {
    this.#parts = parts
  }

  /** The same object each time, so that its certificate is read once. @throws EnvelopeError when its key does not open */
  issuerOf(row: AuthorityRow): Issuer {
    const known = this.#issuers.get(row.id)
    if (known) return known
    const privateKey = this.#parts.sealer.open('ca', keyPlace(row.id), row.key_enc)
    const issuer = { certificate: row.cert_der, privateKey }
    this.#issuers.set(row.id, issuer)
    return issuer
  }

  /** The key of a CA as PKCS#8 under a passphrase of 256 random bits, which nobody had to think of and nothing keeps. */
  lockedCopyOf(row: AuthorityRow): { privateKey: string; passphrase: string } {
    const passphrase = randomBytes(32).toString('base64url')
    const key = importPrivateKey(this.issuerOf(row).privateKey)
    const pem = key.export({ format: 'pem', type: 'pkcs8', cipher: 'aes-256-cbc', passphrase })
    return { privateKey: String(pem), passphrase }
  }

  /** A CA that a root signs, not stored yet. It ends before that root at the latest. */
  async makeIssuing(scope: Exclude<AuthorityRow['scope'], 'root'>, root: AuthorityRow): Promise<AuthorityRow> {
    const { clock, serverNames } = this.#parts
    const issuer = this.issuerOf(root)
    return this.#make(scope, async ({ commonName, privateKey }) => {
      const now = clock.now()
      const certificate = await issueAuthority({
        ...{ commonName, privateKey, issuer, pathLength: 0 },
        ...{ notBefore: now - backdateMs, notAfter: Math.min(now + issuingLifetimeMs, root.leaves_until) },
        confined: scope === 'tls' ? { usage: 'serverAuth', names: serverNames } : { usage: 'clientAuth', names: [] },
      })
      return { certificate, cross: null, leavesUntil: now }
    })
  }

  /**
   * A root, not stored yet.
   *
   * @param before the root that signs now: it vouches for the new one by a second certificate over the same name and key, by
   *   which whoever trusts it alone comes to what the new one signs (RFC 4210 §4.4, new with old)
   */
  async makeRoot(before: AuthorityRow | undefined): Promise<AuthorityRow> {
    const now = this.#parts.clock.now()
    const notBefore = now - backdateMs
    const vouches = before !== undefined && before.leaves_until > now
    return this.#make('root', async (own) => {
      const notAfter = now + rootLifetimeMs
      const certificate = await issueAuthority({ ...own, notBefore, notAfter })
      const leavesUntil = notAfter - rootMarginMs
      if (!vouches) return { certificate, cross: null, leavesUntil }
      const until = Math.min(before.leaves_until, notAfter)
      const cross = await issueAuthority({ ...own, notBefore, notAfter: until, issuer: this.issuerOf(before) })
      return { certificate, cross, leavesUntil }
    })
  }

  async #make(
    scope: AuthorityRow['scope'],
    certify: (own: {
      commonName: string
      privateKey: Buffer
    }) => Promise<{ certificate: Buffer; cross: Buffer | null; leavesUntil: number }>,
  ): Promise<AuthorityRow> {
    const { clock, sealer } = this.#parts
    const id = newGuid()
    const now = clock.now()
    const privateKey = await generatePrivateKey('p256')
    const commonName = `${subjects[scope]} ${id.slice(0, 8)}`
    const { certificate, cross, leavesUntil } = await certify({ commonName, privateKey })
    const { subject, notBefore, notAfter } = readCertificate(certificate)
    const key_enc = sealer.seal('ca', keyPlace(id), privateKey)
    privateKey.fill(0)
    return {
      ...{ id, scope, subject, cert_der: certificate, cross_der: cross, key_enc, state: 'prepared' },
      ...{ not_before: notBefore, not_after: notAfter, leaves_until: leavesUntil },
      ...{ version: 1, created_at: now, updated_at: now },
    }
  }
}

function keyPlace(id: string) {
  return { table: 'certificate_authorities', rowId: id, column: 'key_enc', version: 1 }
}
