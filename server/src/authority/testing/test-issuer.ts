import { generateKeyPairSync, type KeyObject, randomUUID } from 'node:crypto'
import { CredentialId } from '@signet/shared/vocabulary/identifiers'
import { exportJWK, type JWTPayload, SignJWT } from 'jose'
import { OutboundError } from '../../platform/outbound.ts'
import { type FederatedTrust, type KeySet, type Principal, publicJwk } from '../../principals/index.ts'
import type { Fetch } from '../issuer-keys.ts'

const kinds = {
  RS256: () => generateKeyPairSync('rsa', { modulusLength: 2048 }),
  PS256: () => generateKeyPairSync('rsa', { modulusLength: 2048 }),
  ES256: () => generateKeyPairSync('ec', { namedCurve: 'P-256' }),
  ES384: () => generateKeyPairSync('ec', { namedCurve: 'P-384' }),
  EdDSA: () => generateKeyPairSync('ed25519'),
} as const
type Algorithm = keyof typeof kinds

/** Somebody else's token service: its keys, its two documents, and how often they were asked for. */
export class TestIssuer {
  readonly url: string
  readonly #keys = new Map<string, { alg: Algorithm; privateKey: KeyObject; publicKey: KeyObject }>()
  /** What it answers for itself instead. */
  claimedIssuer: string | undefined
  isDown = false
  asked = 0

  constructor(url = 'https://issuer.test') {
    this.url = url
    this.add('k1')
  }

  add(kid: string, alg: Algorithm = 'ES256'): void {
    this.#keys.set(kid, { alg, ...kinds[alg]() })
  }

  remove(kid: string): void {
    this.#keys.delete(kid)
  }

  async jwks(): Promise<KeySet> {
    const keys = [...this.#keys].map(async ([kid, { publicKey, alg }]) => {
      const key = publicJwk({ ...(await exportJWK(publicKey)), kid, use: 'sig', alg })
      if (!key) throw new Error('no public key')
      return key
    })
    return { keys: await Promise.all(keys) }
  }

  /** A token of it; `nowMs` is when, and what is in `more` replaces or removes claims. */
  token(nowMs: number, more: JWTPayload = {}, kid = 'k1'): Promise<string> {
    const key = this.#keys.get(kid)
    if (!key) throw new Error('no such key')
    const now = Math.floor(nowMs / 1_000)
    const claims = {
      iss: this.url,
      sub: 'repo:contoso/app:ref:refs/heads/main',
      aud: 'api://AzureADTokenExchange',
      iat: now,
      nbf: now,
      exp: now + 600,
      ...more,
    }
    return new SignJWT(claims).setProtectedHeader({ alg: key.alg, kid }).sign(key.privateKey)
  }

  readonly fetch: Fetch = async (url) => {
    this.asked += 1
    if (this.isDown) throw new OutboundError('unreachable', 'ECONNREFUSED')
    const answers: Record<string, unknown> = {
      [`${this.url}/.well-known/openid-configuration`]: {
        issuer: this.claimedIssuer ?? this.url,
        jwks_uri: `${this.url}/keys`,
      },
      [`${this.url}/keys`]: await this.jwks(),
    }
    const answer = answers[url.href]
    return answer === undefined ? { status: 404, text: '' } : { status: 200, text: JSON.stringify(answer) }
  }
}

/** A rule that trusts the tokens of an issuer, unless said otherwise. */
export function trustIn(
  { url }: TestIssuer,
  { objectId }: Pick<Principal, 'objectId'>,
  more: Partial<FederatedTrust> = {},
): FederatedTrust {
  return {
    id: CredentialId.parse(randomUUID()),
    principalId: objectId,
    name: 'main',
    issuer: url,
    match: 'exact',
    subject: 'repo:contoso/app:ref:refs/heads/main',
    audiences: ['api://AzureADTokenExchange'],
    pinned: null,
    lastUsedAt: null,
    createdAt: 0,
    version: 1,
    ...more,
  }
}
