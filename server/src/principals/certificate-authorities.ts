import { dayMs } from '@signet/shared/vocabulary/time'
import type { AuditLog } from '../audit/index.ts'
import type { Clock } from '../platform/clock.ts'
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
import type { Database } from '../platform/database/database.ts'
import type { Sealer } from '../platform/database/sealer.ts'
import { newGuid } from '../platform/identifiers.ts'
import { systemContext } from '../platform/request-context.ts'
import { PrincipalsStore } from './principals-store.ts'

/** Who signs what: TLS certificates of Signet's listeners, certificates of agents, credentials of principals. */
export type AuthorityScope = 'tls' | 'agents' | 'credentials'

const rootLifetimeMs = 10 * 365 * dayMs
const issuingLifetimeMs = 5 * 365 * dayMs

interface LoadedAuthority extends Issuer {
  readonly id: string
  readonly certificate: Buffer
}

/**
 * Signet's own certificate authorities, in two tiers: a root that signs nothing but the issuing ones (SEC-49). Made at
 * the first start; private keys are P-256 and sealed before they are first written (SEC-54).
 */
export class CertificateAuthorities {
  readonly #authorities: ReadonlyMap<string, LoadedAuthority>
  readonly #clock: Clock

  private constructor(authorities: ReadonlyMap<string, LoadedAuthority>, clock: Clock) {
    this.#authorities = authorities
    this.#clock = clock
  }

  static async open(options: {
    database: Database
    sealer: Sealer
    audit: AuditLog
    clock: Clock
  }): Promise<CertificateAuthorities> {
    const store = new PrincipalsStore(options.database)
    const loaded = new Map<string, LoadedAuthority>()
    for (const row of await store.authorities()) {
      const privateKey = options.sealer.open('ca', keyPlace(row.id), row.key_enc)
      loaded.set(row.scope, { id: row.id, certificate: row.cert_der, privateKey })
    }
    for (const scope of ['root', 'tls', 'agents', 'credentials'] as const) {
      if (!loaded.has(scope)) loaded.set(scope, await create(scope, loaded.get('root'), { ...options, store }))
    }
    return new CertificateAuthorities(loaded, options.clock)
  }

  /** The root certificate: what clients and agents trust. */
  get root(): { readonly pem: string; readonly der: Buffer } {
    const { certificate } = this.#get('root')
    return { pem: toPem(certificate), der: certificate }
  }

  /** How long each lives. */
  get lives(): {
    readonly id: string
    readonly subject: string
    readonly notBefore: number
    readonly notAfter: number
  }[] {
    return [...this.#authorities.values()].map(({ id, certificate }) => {
      const { subject, notBefore, notAfter } = readCertificate(certificate)
      return { id, subject, notBefore, notAfter }
    })
  }

  idOf(scope: AuthorityScope): string {
    return this.#get(scope).id
  }

  /** Issuing CA and root of a scope, DER: what follows a leaf in its chain. */
  chainOf(scope: AuthorityScope): Buffer[] {
    return [this.#get(scope).certificate, this.#get('root').certificate]
  }

  /** Signs a leaf that is valid from now (less five minutes) for `lifetimeMs`. */
  async issue(
    scope: AuthorityScope,
    template: Omit<LeafTemplate, 'notBefore' | 'notAfter'> & { lifetimeMs: number },
  ): Promise<CertificateFacts> {
    const now = this.#clock.now()
    const { lifetimeMs, ...rest } = template
    const leaf = await issueLeaf(this.#get(scope), { ...rest, notBefore: now - backdateMs, notAfter: now + lifetimeMs })
    return readCertificate(leaf)
  }

  #get(scope: string): LoadedAuthority {
    const authority = this.#authorities.get(scope)
    if (!authority) throw new Error(`no certificate authority for ${scope}`)
    return authority
  }
}

function keyPlace(id: string) {
  return { table: 'certificate_authorities', rowId: id, column: 'key_enc', version: 1 }
}

const subjects = {
  root: 'Signet Root CA',
  tls: 'Signet Server CA',
  agents: 'Signet Agent CA',
  credentials: 'Signet Identity CA',
} as const

async function create(
  scope: keyof typeof subjects,
  root: LoadedAuthority | undefined,
  parts: { database: Database; sealer: Sealer; audit: AuditLog; clock: Clock; store: PrincipalsStore },
): Promise<LoadedAuthority> {
  const id = newGuid()
  const now = parts.clock.now()
  const privateKey = await generatePrivateKey('p256')
  const certificate = await issueAuthority({
    commonName: `${subjects[scope]} ${id.slice(0, 8)}`,
    privateKey,
    notBefore: now - backdateMs,
    notAfter: now + (scope === 'root' ? rootLifetimeMs : issuingLifetimeMs),
    ...(root && scope !== 'root' && { issuer: root, pathLength: 0 }),
  })
  const facts = readCertificate(certificate)
  await parts.database.transact(async (tx) => {
    await parts.store.insertAuthority(tx, {
      id,
      scope,
      subject: facts.subject,
      cert_der: certificate,
      key_enc: parts.sealer.seal('ca', keyPlace(id), privateKey),
      state: 'active',
      not_before: facts.notBefore,
      not_after: facts.notAfter,
      version: 1,
      created_at: now,
      updated_at: now,
    })
    await parts.audit.append(tx, systemContext('first start', newGuid()), {
      action: 'authority.ca_created',
      target: { kind: 'certificate_authority', id, label: facts.subject },
      after: { thumbprint: facts.thumbprint, notAfter: facts.notAfter },
    })
  })
  return { id, certificate, privateKey }
}
