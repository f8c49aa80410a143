import { SignetError } from '../platform/signet-error.ts'
import type { Issuer } from './issuer.ts'
import { type CompactJws, dateOf, malformed } from './jws.ts'

/** What an assertion that a client signed itself says, before anything of it is believed. */
export interface ClientAssertion {
  readonly alg: 'RS256' | 'PS256' | 'ES256'
  /** Bytes of whatever names the certificate: SHA-256, SHA-1, or a `kid` that equals one of them. */
  readonly thumbprint: Buffer
  /** Base64 of the leaf in `x5c`, when the client sent one; it may only repeat the registered certificate. */
  readonly leaf: string | undefined
  readonly claims: AssertionClaims
  readonly signed: Buffer
  readonly signature: Buffer
}

export interface AssertionClaims {
  readonly iss: string
  readonly sub: string
  readonly aud: string
  readonly jti: string
  /** Epoch seconds; fractions are possible. */
  readonly exp: number
  readonly nbf: number | undefined
  readonly iat: number | undefined
}

const algorithms = ['RS256', 'PS256', 'ES256'] as const
const acceptedTypes = new Set([undefined, 'JWT', 'jwt', 'client-authentication+jwt'])
const refusedHeaders = ['jwk', 'jku', 'x5u']

/**
 * Reads what a client signed itself (SEC-72 … SEC-74). The dialects of wire-protocol §3.4 all pass: thumbprints in either
 * base64 alphabet, dates as fractions or strings, `x5c` as one string.
 *
 * @throws SignetError `assertion_malformed` | `assertion_key_unknown` | `assertion_audience_wrong`
 */
export function readAssertion({ header, payload, signed, signature }: CompactJws): ClientAssertion {
  const alg = algorithms.find((one) => one === header['alg'])
  if (!alg) throw malformed('its algorithm is not RS256, PS256 or ES256')
  const refused = refusedHeaders.find((name) => name in header)
  if (refused) throw malformed(`its header carries ${refused}`)
  const { typ } = header
  if (typ !== undefined && (typeof typ !== 'string' || !acceptedTypes.has(typ))) throw malformed('its type is another')
  return {
    alg,
    thumbprint: thumbprintOf(header),
    leaf: leafOf(header['x5c']),
    claims: claimsOf(payload),
    signed,
    signature,
  }
}

export interface AssertionRules {
  readonly clientId: string
  readonly issuer: Issuer
  /** Keys our own agents hold: one use, at most 300 s, addressed to the issuer (SEC-76, SEC-77). */
  readonly isAgentHeld: boolean
  /** Whether the certificate may sign what lives for 24 hours. */
  readonly longAssertions: boolean
  readonly nowSeconds: number
}

const skewSeconds = 300
const longestSeconds = 3_600
const longestByPermission = 86_400
const longestAgentSeconds = 300

/**
 * Checks times and audience (SEC-75 … SEC-77).
 *
 * @throws SignetError `assertion_subject_wrong` | `assertion_expired` | `assertion_audience_wrong`
 */
export function checkClaims(claims: AssertionClaims, rules: AssertionRules): void {
  const { nowSeconds: now } = rules
  if (claims.iss.toLowerCase() !== rules.clientId || claims.sub.toLowerCase() !== rules.clientId) {
    throw new SignetError('assertion_subject_wrong')
  }
  const begins = Math.max(claims.nbf ?? Number.NEGATIVE_INFINITY, claims.iat ?? Number.NEGATIVE_INFINITY)
  if (claims.exp <= now - skewSeconds || begins > now + skewSeconds) throw outsideTimes(claims, now)
  const lifetime = claims.exp - Math.max(begins, now)
  const longest = rules.isAgentHeld
    ? longestAgentSeconds
    : (rules.longAssertions ? longestByPermission : longestSeconds) + skewSeconds
  if (lifetime > longest) throw outsideTimes(claims, now, 'It lives too long.')
  const audience = claims.aud.split('?', 1)[0] ?? ''
  const isMeant = rules.isAgentHeld ? audience === rules.issuer.v2 : rules.issuer.assertionAudiences.has(audience)
  if (!isMeant) throw new SignetError('assertion_audience_wrong')
}

function outsideTimes(claims: AssertionClaims, now: number, more = ''): SignetError {
  const said = (seconds: number | undefined) =>
    seconds === undefined ? 'absent' : new Date(seconds * 1_000).toISOString()
  const detail = `The client assertion is not within its valid time range. ${more} Current time: ${said(now)}, nbf: ${said(claims.nbf)}, exp: ${said(claims.exp)}.`
  return new SignetError('assertion_expired', detail.replace('  ', ' '))
}

/** `x5t#S256`, else `x5t`, else a `kid` that is a thumbprint: base64url or base64, padded or not, or hexadecimal. */
function thumbprintOf(head: CompactJws['header']): Buffer {
  for (const [name, sizes] of [
    ['x5t#S256', [32]],
    ['x5t', [20]],
    ['kid', [20, 32]],
  ] as const) {
    const value = head[name]
    if (value === undefined) continue
    if (typeof value !== 'string' || value.length > 100) throw malformed(`its ${name} is not a thumbprint`)
    const bytes = /^(?:[0-9A-Fa-f]{40}|[0-9A-Fa-f]{64})$/.test(value)
      ? Buffer.from(value, 'hex')
      : Buffer.from(value, 'base64')
    if (sizes.some((size) => size === bytes.length)) return bytes
    throw new SignetError('assertion_key_unknown')
  }
  throw new SignetError('assertion_key_unknown', 'The client assertion names no certificate (x5t#S256, x5t or kid).')
}

function leafOf(x5c: unknown): string | undefined {
  if (x5c === undefined) return undefined
  const leaf: unknown = Array.isArray(x5c) ? x5c[0] : x5c
  if (typeof leaf !== 'string') throw malformed('its x5c is not a certificate')
  return leaf
}

function claimsOf(payload: CompactJws['payload']): AssertionClaims {
  const text = (name: string, longest: number): string => {
    const value = payload[name]
    if (typeof value !== 'string' || value.length === 0 || value.length > longest)
      throw malformed(`its ${name} is missing or no string`)
    return value
  }
  const exp = dateOf(payload['exp'], 'exp')
  if (exp === undefined) throw malformed('its exp is missing')
  const audience = payload['aud']
  const aud = Array.isArray(audience) && audience.length === 1 ? audience[0] : audience
  if (typeof aud !== 'string')
    throw new SignetError('assertion_audience_wrong', 'The aud of the client assertion is not one string.')
  return {
    iss: text('iss', 200),
    sub: text('sub', 200),
    aud,
    jti: text('jti', 256),
    exp,
    nbf: dateOf(payload['nbf'], 'nbf'),
    iat: dateOf(payload['iat'], 'iat'),
  }
}
