import { absoluteTime } from '../../ui/absolute-time.ts'
import { relativeWords } from '../../ui/duration.ts'

/** What the claims of an access token say, in plain words. */
const meanings: Record<string, string> = {
  aud: 'Audience: the one service that may accept this token',
  iss: 'Issuer: the authority that made it',
  iat: 'When it was made',
  nbf: 'Not valid before',
  exp: 'Not valid after',
  oid: 'Object (principal) ID of the identity',
  sub: 'Subject: the identity it speaks for; same as oid',
  appid: 'Client ID of the identity',
  azp: 'Client ID of the identity',
  appidacr: 'How the identity proved itself: 2 means with a certificate',
  azpacr: 'How the identity proved itself: 2 means with a certificate',
  tid: 'Tenant the identity belongs to',
  idp: 'Where the identity was proved',
  idtyp: 'Kind of token: app means a workload, not a person',
  roles: 'Application roles the identity has at the audience',
  groups: 'Groups the identity is in',
  uti: 'Number of this token',
  jti: 'Number of this token',
  ver: 'Version of the token format',
  xms_mirid: 'Instance it was made for, as a resource ID',
  xms_az_rid: 'Resource it was made for',
  xms_tcdt: 'When the tenant was made',
  xms_idrel: 'How the identity relates to the tenant',
  cnf: 'Key that whoever uses the token must hold',
  aio: 'For the authority’s own use',
  rh: 'For the authority’s own use',
}

const times = new Set(['iat', 'nbf', 'exp', 'xms_tcdt'])

export interface ClaimView {
  readonly name: string
  readonly value: string
  /** Null for a claim that is not known here. */
  readonly meaning: string | null
  /** Local time and distance from now, for claims that are instants. */
  readonly time: string | null
}

const order = Object.keys(meanings)

/** Claims in reading order, known ones first, each with its meaning. Instants are epoch seconds (RFC 7519 §2). */
export function claimsInWords(claims: Record<string, unknown>, now: number): ClaimView[] {
  const rank = (name: string) => (order.includes(name) ? order.indexOf(name) : order.length)
  return Object.entries(claims)
    .toSorted(([a], [b]) => rank(a) - rank(b) || a.localeCompare(b))
    .map(([name, value]) => ({
      name,
      value: wordsOf(value),
      meaning: Object.hasOwn(meanings, name) ? (meanings[name] ?? null) : null,
      time: times.has(name) && isInstant(value) ? timeWords(value * 1_000, now) : null,
    }))
}

/** Epoch seconds that a date can be made of. */
function isInstant(value: unknown): value is number {
  return typeof value === 'number' && Math.abs(value) <= 8_640_000_000_000
}

const longestShown = 2_000

/** A claim as text. What somebody made up to be endless or bottomless is cut short. */
function wordsOf(value: unknown): string {
  const text = typeof value === 'string' ? value : jsonOf(value)
  return text.length > longestShown ? `${text.slice(0, longestShown)}… (${text.length} characters)` : text
}

function jsonOf(value: unknown): string {
  try {
    return JSON.stringify(value) ?? String(value)
  } catch {
    return '(nested too deeply to be shown)'
  }
}

function timeWords(at: number, now: number): string {
  return `${absoluteTime(at)} (${relativeWords(at, now)})`
}
