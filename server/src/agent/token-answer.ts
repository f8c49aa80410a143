import type { Secret } from '../platform/secret.ts'

/** What the authority gave: a token and how long it lives from now. */
export interface IssuedToken {
  readonly accessToken: Secret
  readonly expiresInSeconds: number
}

/**
 * One token as every local dialect answers it (wire-protocol §2.1). The body is serialized once; only `expires_in` and
 * its twin are spliced in, because they run down.
 */
export class TokenAnswer {
  /** The local clock's reading at which the token ends. */
  readonly expiresAt: number
  readonly #before: string
  readonly #between: string
  readonly #after: string

  /** @param now epoch milliseconds of the local clock when the token arrived */
  constructor(
    token: IssuedToken,
    about: { clientId: string; objectId: string; resourceId: string | null; resource: string },
    now: number,
  ) {
    this.expiresAt = now + token.expiresInSeconds * 1_000
    const accessToken = token.accessToken.reveal()
    const claims = readTimes(accessToken)
    const expiresOn = claims.exp ?? Math.floor(this.expiresAt / 1_000)
    const head = {
      access_token: accessToken,
      client_id: about.clientId,
      object_id: about.objectId,
      ...(about.resourceId && { msi_res_id: about.resourceId }),
    }
    const tail = {
      not_before: String(claims.nbf ?? Math.floor(now / 1_000)),
      resource: about.resource,
      token_type: 'Bearer',
    }
    this.#before = `${JSON.stringify(head).slice(0, -1)},"expires_in":"`
    this.#between = `","expires_on":"${expiresOn}","ext_expires_in":"`
    this.#after = `",${JSON.stringify(tail).slice(1)}`
  }

  /** The JSON body at this moment of the local clock. */
  bodyAt(now: number): string {
    const expiresIn = Math.max(0, Math.floor((this.expiresAt - now) / 1_000))
    return `${this.#before}${expiresIn}${this.#between}${expiresIn}${this.#after}`
  }
}

/** `exp` and `nbf` of a JWT that comes from the authority over a trusted connection; nothing else is read from it. */
function readTimes(token: string): { exp?: number; nbf?: number } {
  try {
    const claims: unknown = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString('utf8'))
    return { ...numberOf(claims, 'exp'), ...numberOf(claims, 'nbf') }
  } catch {
    return {}
  }
}

function numberOf<Name extends string>(claims: unknown, name: Name): { [key in Name]?: number } {
  const value = typeof claims === 'object' && claims !== null ? Reflect.get(claims, name) : undefined
  const found: { [key in Name]?: number } = {}
  if (typeof value === 'number' && Number.isFinite(value)) found[name] = Math.floor(value)
  return found
}
