import { createHash } from 'node:crypto'
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
  readonly #accessToken: Secret
  readonly #expiresOn: number
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
    this.#accessToken = token.accessToken
    const accessToken = token.accessToken.reveal()
    const claims = readTimes(accessToken)
    this.#expiresOn = claims.exp ?? Math.floor(this.expiresAt / 1_000)
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
    this.#between = `","expires_on":"${this.#expiresOn}","ext_expires_in":"`
    this.#after = `",${JSON.stringify(tail).slice(1)}`
  }

  /** The JSON body at this moment of the local clock. */
  bodyAt(now: number): string {
    return this.#body(now, this.#between)
  }

  /** The same for clients of App Service 2017-09-01, which take `expires_on` for a date (wire-protocol §2.5). */
  datedBodyAt(now: number): string {
    return this.#body(now, `","expires_on":"${dateOf(this.#expiresOn)}","ext_expires_in":"`)
  }

  /** Whether this is the token whose SHA-256 a client names, in hexadecimal of either case. */
  hasSha256(hex: string): boolean {
    return createHash('sha256').update(this.#accessToken.reveal()).digest('hex') === hex.toLowerCase()
  }

  #body(now: number, between: string): string {
    const expiresIn = Math.max(0, Math.floor((this.expiresAt - now) / 1_000))
    return `${this.#before}${expiresIn}${between}${expiresIn}${this.#after}`
  }
}

/** `MM/DD/YYYY HH:mm:ss +00:00`, the one form that az 2.45 and @azure/identity 1.5 to 3.4 read. */
function dateOf(epochSeconds: number): string {
  const [date = '', time = ''] = new Date(epochSeconds * 1_000).toISOString().split('T')
  const [year, month, day] = date.split('-')
  return `${month}/${day}/${year} ${time.slice(0, 8)} +00:00`
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
