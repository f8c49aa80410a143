import { verify } from 'node:crypto'
import type { TokenCheck } from '@signet/shared/api/token-tests'
import type { Clock } from '../platform/clock.ts'
import { resourceKey } from './audience.ts'
import type { Issuer } from './issuer.ts'
import type { ResourceApps } from './resource-apps.ts'
import type { SigningKeys } from './signing-keys.ts'

export interface VerifiedToken {
  readonly header: Record<string, unknown>
  readonly claims: Record<string, unknown>
  readonly checks: TokenCheck[]
}

/** Clocks may be apart by this much. */
export const skewSeconds = 300

/** Judges a token as any relying party would: by the published keys, the issuer, the audience and the times (SEC-85). */
export class BearerVerifier {
  readonly #keys: Pick<SigningKeys, 'published'>
  readonly #issuer: Issuer
  readonly #resources: Pick<ResourceApps, 'find'>
  readonly #clock: Clock

  constructor(parts: {
    keys: Pick<SigningKeys, 'published'>
    issuer: Issuer
    resources: Pick<ResourceApps, 'find'>
    clock: Clock
  }) {
    this.#keys = parts.keys
    this.#issuer = parts.issuer
    this.#resources = parts.resources
    this.#clock = parts.clock
  }

  /**
   * Every check is made and told, also after one has failed.
   *
   * @param audience left out where the caller judges that itself
   */
  verify(token: string, audience?: string): VerifiedToken {
    const [header = '', payload = '', signature = '', ...more] = token.split('.')
    const head = decode(header)
    const claims = decode(payload)
    return {
      header: head,
      claims,
      checks: [
        more.length > 0
          ? failed('signature', 'the token does not have three parts')
          : this.#checkSignature(head, `${header}.${payload}`, signature),
        this.#checkIssuer(claims),
        ...(audience === undefined ? [] : [this.#checkAudience(claims, audience)]),
        this.#checkTimes(claims),
      ],
    }
  }

  #checkSignature(head: Record<string, unknown>, input: string, signature: string): TokenCheck {
    const key = this.#keys.published.find((one) => one.kid === head['kid'])
    if (head['alg'] !== 'RS256') return failed('signature', 'the algorithm is not RS256')
    if (!key) return failed('signature', 'the key set holds no key with this kid')
    const ok = verify('sha256', Buffer.from(input, 'ascii'), key.publicKey, Buffer.from(signature, 'base64url'))
    return {
      name: 'signature',
      ok,
      detail: ok ? `RS256, valid under key ${key.kid}` : `not valid under key ${key.kid}`,
    }
  }

  #checkIssuer(claims: Record<string, unknown>): TokenCheck {
    const expected = claims['ver'] === '2.0' ? this.#issuer.v2 : this.#issuer.v1
    const ok = claims['iss'] === expected && claims['tid'] === this.#issuer.tenantId
    return { name: 'issuer', ok, detail: ok ? `${expected} of the discovery document` : `iss is not ${expected}` }
  }

  #checkAudience(claims: Record<string, unknown>, audience: string): TokenCheck {
    const expected = claims['ver'] === '2.0' ? this.#resources.find(audience)?.appId : audience
    if (expected === undefined) return failed('audience', 'the audience asked for is not registered')
    const given = claims['aud']
    const ok = typeof given === 'string' && resourceKey(given) === resourceKey(expected)
    return { name: 'audience', ok, detail: ok ? `${expected}, as asked for` : `aud is not ${expected}` }
  }

  #checkTimes(claims: Record<string, unknown>): TokenCheck {
    const now = this.#clock.now() / 1_000
    const { nbf, exp } = claims
    if (typeof nbf !== 'number' || typeof exp !== 'number') return failed('validity', 'nbf or exp is missing')
    if (now < nbf - skewSeconds) return failed('validity', 'not valid yet')
    if (now >= exp) return failed('validity', 'expired')
    return { name: 'validity', ok: true, detail: `valid for another ${Math.round((exp - now) / 60)} min` }
  }
}

function failed(name: TokenCheck['name'], detail: string): TokenCheck {
  return { name, ok: false, detail }
}

function decode(segment: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(Buffer.from(segment, 'base64url').toString('utf8'))
    return typeof value === 'object' && value !== null ? { ...value } : {}
  } catch {
    return {}
  }
}
