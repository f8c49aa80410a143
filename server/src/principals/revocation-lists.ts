import type { IncomingMessage, ServerResponse } from 'node:http'
import { dayMs, minuteMs } from '@signet/shared/vocabulary/time'
import type { Clock } from '../platform/clock.ts'
import { issueRevocationList } from '../platform/crypto/revocation-list.ts'
import type { Database } from '../platform/database/database.ts'
import { AuthoritiesStore } from './authorities-store.ts'
import type { CertificateAuthorities } from './certificate-authorities.ts'

/** A list is made anew after this, so that asking for it costs nothing. */
const freshMs = minuteMs
const validMs = 7 * dayMs
const address = /^\/pki\/([0-9a-f-]{36})\.crl$/

/**
 * What an issuing CA has revoked, for third parties that check certificates by their chain (SEC-52). Signet itself looks
 * every certificate up. Certificates that ended leave the list; those of agents are in none, since no third party meets one.
 */
export class RevocationLists {
  readonly #authorities: Pick<CertificateAuthorities, 'issuerOf'>
  readonly #store: AuthoritiesStore
  readonly #clock: Clock
  readonly #made = new Map<string, { readonly at: number; readonly list: Promise<Buffer> }>()

  constructor(parts: {
    authorities: Pick<CertificateAuthorities, 'issuerOf'>
    database: Database
    clock: Clock
  }) {
    this.#authorities = parts.authorities
    this.#store = new AuthoritiesStore(parts.database)
    this.#clock = parts.clock
  }

  /** DER; undefined for a CA that is unknown, or that nothing of is valid any more. */
  of(authorityId: string): Promise<Buffer> | undefined {
    const now = this.#clock.now()
    const made = this.#made.get(authorityId)
    if (made && now >= made.at && now < made.at + freshMs) return made.list
    const issuer = this.#authorities.issuerOf(authorityId)
    if (!issuer) return undefined
    const list = this.#store
      .revoked(authorityId, now)
      .then((revoked) => issueRevocationList(issuer, { thisUpdate: now, nextUpdate: now + validMs, revoked }))
    this.#made.set(authorityId, { at: now, list })
    list.catch(() => this.#made.delete(authorityId))
    return list
  }

  /** Answers `GET /pki/<CA>.crl`. @returns whether the request was for a list that there is */
  answer(request: IncomingMessage, response: ServerResponse, path: string): boolean {
    const [, id] = address.exec(path) ?? []
    if (id === undefined || (request.method !== 'GET' && request.method !== 'HEAD')) return false
    const list = this.of(id)
    if (!list) return false
    list.then(
      (der) => {
        response.writeHead(200, {
          ...{ 'content-type': 'application/pkix-crl', 'content-length': der.length },
          ...{ 'cache-control': 'public, max-age=300', 'x-content-type-options': 'nosniff' },
        })
        response.end(request.method === 'HEAD' ? undefined : der)
      },
      () => response.writeHead(503, { 'retry-after': '30' }).end(),
    )
    return true
  }
}
