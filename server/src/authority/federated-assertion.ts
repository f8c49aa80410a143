import { SignetError } from '../platform/signet-error.ts'
import { type FederatedRule, isOfSubject, isOfSubjectButForCase } from '../principals/index.ts'
import { type CompactJws, dateOf, malformed } from './jws.ts'

/** Asymmetric algorithms alone; the type of the key has to fit as well (SEC-189). */
export const federatedAlgorithms = [
  ...['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'],
  ...['ES256', 'ES384', 'ES512', 'EdDSA', 'Ed25519'],
] as const
const accepted: ReadonlySet<string> = new Set(federatedAlgorithms)
const acceptedTypes = new Set([undefined, 'JWT', 'jwt', 'at+jwt'])
const skewSeconds = 300
const longestSeconds = 86_400
const longestText = 1_000

/** What the token of an external issuer says, before anything of it is believed. */
export interface FederatedAssertion {
  readonly alg: string
  readonly kid: string | undefined
  readonly issuer: string
  readonly subject: string
  readonly audiences: readonly string[]
  /** Epoch seconds. */
  readonly exp: number
  readonly nbf: number | undefined
  readonly iat: number | undefined
  readonly claims: CompactJws['payload']
}

/** Whether an assertion is the token of an external issuer, which is named by a URL; a client names itself by a GUID. */
export function isFederated({ payload }: CompactJws): boolean {
  return typeof payload['iss'] === 'string' && /^https:\/\//i.test(payload['iss'])
}

/** @throws SignetError `assertion_malformed` */
export function readFederated({ header, payload }: CompactJws): FederatedAssertion {
  const { alg, kid, typ } = header
  if (typeof alg !== 'string' || !accepted.has(alg)) throw malformed('its algorithm is not an accepted one')
  if (typ !== undefined && (typeof typ !== 'string' || !acceptedTypes.has(typ))) throw malformed('its type is another')
  if (kid !== undefined && (typeof kid !== 'string' || kid.length > longestText))
    throw malformed('its kid is no string')
  const exp = dateOf(payload['exp'], 'exp')
  if (exp === undefined) throw malformed('its exp is missing')
  return {
    alg,
    kid,
    issuer: textOf(payload['iss'], 'iss'),
    subject: textOf(payload['sub'], 'sub'),
    audiences: audiencesOf(payload['aud']),
    exp,
    nbf: dateOf(payload['nbf'], 'nbf'),
    iat: dateOf(payload['iat'], 'iat'),
    claims: payload,
  }
}

/**
 * The one rule that trusts the token, an exact one before others (SEC-189): issuer, then subject, then audience.
 *
 * @throws SignetError `federation_issuer_unknown` | `federation_subject_unknown` | `federation_subject_case` |
 * `federation_audience_unknown`
 */
export function trustFor<R extends FederatedRule>(assertion: FederatedAssertion, trusts: readonly R[]): R {
  const ofIssuer = trusts.filter(({ issuer }) => issuer === assertion.issuer)
  if (ofIssuer.length === 0) {
    const detail = `No matching federated identity record found for presented assertion issuer '${shown(assertion.issuer)}'.`
    throw new SignetError('federation_issuer_unknown', detail)
  }
  const ofSubject = ofIssuer.filter((trust) => isOfSubject(trust, assertion.claims))
  if (ofSubject.length === 0) throw noSubject(assertion, ofIssuer)
  const order = ['exact', 'prefix', 'expression']
  const [trust] = ofSubject
    .filter((each) => isForAudience(assertion, each))
    .sort((one, other) => order.indexOf(one.match) - order.indexOf(other.match))
  if (trust) return trust
  const detail = `No matching federated identity record found for presented assertion audience '${shown(assertion.audiences.join(', '))}'.`
  throw new SignetError('federation_audience_unknown', detail)
}

/** A token for several is for none of them alone (SEC-76). */
export function isForAudience({ audiences }: FederatedAssertion, trust: Pick<FederatedRule, 'audiences'>): boolean {
  const [only, ...more] = audiences
  return only !== undefined && more.length === 0 && trust.audiences.includes(only)
}

/** @throws SignetError `assertion_expired` (SEC-189: at most 24 hours, skew 300 s) */
export function checkFederatedTimes({ exp, nbf, iat }: FederatedAssertion, nowSeconds: number): void {
  const begins = Math.max(nbf ?? Number.NEGATIVE_INFINITY, iat ?? Number.NEGATIVE_INFINITY)
  const said = `Current time: ${iso(nowSeconds)}, nbf: ${iso(nbf)}, exp: ${iso(exp)}.`
  if (exp <= nowSeconds - skewSeconds || begins > nowSeconds + skewSeconds) {
    throw new SignetError('assertion_expired', `The client assertion is not within its valid time range. ${said}`)
  }
  const lifetime = exp - (Number.isFinite(begins) ? begins : nowSeconds)
  if (lifetime > longestSeconds) {
    throw new SignetError('assertion_expired', `The client assertion lives for longer than 24 hours. ${said}`)
  }
}

function noSubject(assertion: FederatedAssertion, ofIssuer: readonly FederatedRule[]): SignetError {
  const subject = shown(assertion.subject)
  if (ofIssuer.some((trust) => isOfSubjectButForCase(trust, assertion.subject))) {
    const detail = `The presented assertion subject '${subject}' matches a federated identity record in another case only.`
    return new SignetError('federation_subject_case', detail)
  }
  const detail = `No matching federated identity record found for presented assertion subject '${subject}'.`
  return new SignetError('federation_subject_unknown', detail)
}

function textOf(value: unknown, name: string): string {
  if (typeof value !== 'string' || value.length === 0 || value.length > longestText) {
    throw malformed(`its ${name} is missing or no string`)
  }
  return value
}

function audiencesOf(aud: unknown): string[] {
  const all: unknown[] = Array.isArray(aud) ? aud : [aud]
  const texts = all.filter((each) => typeof each === 'string')
  if (texts.length === 0 || texts.length < all.length) throw malformed('its aud is missing or no string')
  return texts
}

/** Words of a token nobody has verified yet, made safe to repeat in a message. */
export function shown(text: string): string {
  return text.slice(0, 200).replaceAll(/[^\x20-\x7e]|'/g, '?')
}

function iso(seconds: number | undefined): string {
  return seconds === undefined ? 'absent' : new Date(seconds * 1_000).toISOString()
}
