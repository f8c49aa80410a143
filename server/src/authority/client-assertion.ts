import { SignetError } from '../platform/signet-error.ts'
import type { Issuer } from './issuer.ts'

/** What a client assertion says, before anything of it is believed. */
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

const mostLength = 32_768
const deepestNesting = 8
const algorithms = ['RS256', 'PS256', 'ES256'] as const
const acceptedTypes = new Set([undefined, 'JWT', 'jwt', 'client-authentication+jwt'])
const refusedHeaders = ['crit', 'b64', 'zip', 'enc', 'jwk', 'jku', 'x5u']

/**
 * Takes a compact JWS apart (SEC-71 … SEC-74). The dialects of wire-protocol §3.4 all pass: padded segments, thumbprints
 * in either base64 alphabet, dates as fractions or strings, `x5c` as one string.
 *
 * @throws SignetError `assertion_malformed` | `assertion_key_unknown`
 */
export function parseAssertion(token: string): ClientAssertion {
  if (token.length > mostLength) throw malformed('it is longer than 32 KiB')
  const segments = token.split('.')
  if (segments.length !== 3) throw malformed('it does not have three parts')
  const [header = '', payload = '', signature = ''] = segments
  const head = parseObject(decodeSegment(header))
  const alg = algorithms.find((one) => one === head['alg'])
  if (!alg) throw malformed('its algorithm is not RS256, PS256 or ES256')
  const refused = refusedHeaders.find((name) => name in head)
  if (refused) throw malformed(`its header carries ${refused}`)
  const typ = head['typ']
  if (typ !== undefined && (typeof typ !== 'string' || !acceptedTypes.has(typ))) throw malformed('its type is another')
  return {
    alg,
    thumbprint: thumbprintOf(head),
    leaf: leafOf(head['x5c']),
    claims: claimsOf(parseObject(decodeSegment(payload))),
    signed: Buffer.from(`${header}.${payload}`, 'ascii'),
    signature: decodeSegment(signature),
  }
}

export interface AssertionRules {
  readonly clientId: string
  readonly issuer: Issuer
  /** Keys our own agents hold: one use, at most 300 s, addressed to the issuer (SEC-76, SEC-77). */
  readonly isAgentHeld: boolean
  readonly nowSeconds: number
}

const skewSeconds = 300
const longestSeconds = 3_600
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
  const longest = rules.isAgentHeld ? longestAgentSeconds : longestSeconds + skewSeconds
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

function malformed(reason: string, cause?: unknown): SignetError {
  return new SignetError('assertion_malformed', `The client assertion is not acceptable: ${reason}.`, { cause })
}

const base64url = /^[A-Za-z0-9_-]*={0,2}$/

function decodeSegment(segment: string): Buffer {
  if (!base64url.test(segment) || segment.length === 0) throw malformed('a part of it is not base64url')
  return Buffer.from(segment, 'base64url')
}

const utf8 = new TextDecoder('utf-8', { fatal: true })

function parseObject(bytes: Buffer): Record<string, unknown> {
  let text: string
  let value: unknown
  try {
    text = utf8.decode(bytes)
    value = JSON.parse(text)
  } catch (cause) {
    throw malformed('a part of it is not JSON', cause)
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw malformed('a part of it is not an object')
  refuseStrangeJson(text)
  return Object.assign(Object.create(null), value)
}

/** Duplicate member names and deep nesting are what parsers disagree on; one pass over the text finds both. */
function refuseStrangeJson(text: string): void {
  const names: Set<string>[] = []
  const tokens = text.matchAll(/"(?:[^"\\]|\\.)*"(\s*:)?|[{}[\]]/g)
  for (const [token, colon] of tokens) {
    if (token === '{' || token === '[') names.push(new Set())
    else if (token === '}' || token === ']') names.pop()
    else if (colon !== undefined) {
      const name = JSON.parse(token.slice(0, -colon.length)) as string
      const known = names.at(-1)
      if (known?.has(name)) throw malformed('a member name stands in it twice')
      known?.add(name)
    }
    if (names.length > deepestNesting) throw malformed('it is nested too deeply')
  }
}

/** `x5t#S256`, else `x5t`, else a `kid` that is a thumbprint: base64url or base64, padded or not, or hexadecimal. */
function thumbprintOf(head: Record<string, unknown>): Buffer {
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

function claimsOf(payload: Record<string, unknown>): AssertionClaims {
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

/** A finite number, whole or not, or a string of one (MSAL.NET sends that). */
function dateOf(value: unknown, name: string): number | undefined {
  if (value === undefined) return undefined
  const number = typeof value === 'string' && /^\d{1,12}(?:\.\d{1,9})?$/.test(value) ? Number(value) : value
  if (typeof number !== 'number' || !Number.isFinite(number) || number < 0 || number > 253_402_300_799) {
    throw malformed(`its ${name} is not a date`)
  }
  return number
}
