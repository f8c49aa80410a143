import { SignetError } from '../platform/signet-error.ts'

/** A compact JWS taken apart, before anything of it is believed. */
export interface CompactJws {
  /** Null-prototype objects, without a member named twice. */
  readonly header: Readonly<Record<string, unknown>>
  readonly payload: Readonly<Record<string, unknown>>
  readonly signed: Buffer
  readonly signature: Buffer
}

const mostLength = 32_768
const deepestNesting = 8
const refusedHeaders = ['crit', 'b64', 'zip', 'enc']

/**
 * Takes a compact JWS apart (SEC-71, SEC-74). Padded segments pass, since one client sends them.
 *
 * @throws SignetError `assertion_malformed`
 */
export function parseJws(token: string): CompactJws {
  if (token.length > mostLength) throw malformed('it is longer than 32 KiB')
  const segments = token.split('.')
  if (segments.length !== 3) throw malformed('it does not have three parts')
  const [head = '', body = '', signature = ''] = segments
  const header = parseObject(decodeSegment(head))
  const refused = refusedHeaders.find((name) => name in header)
  if (refused) throw malformed(`its header carries ${refused}`)
  return {
    header,
    payload: parseObject(decodeSegment(body)),
    signed: Buffer.from(`${head}.${body}`, 'ascii'),
    signature: decodeSegment(signature),
  }
}

/** A finite number, whole or not, or a string of one (MSAL.NET sends that). @throws SignetError `assertion_malformed` */
export function dateOf(value: unknown, name: string): number | undefined {
  if (value === undefined) return undefined
  const number = typeof value === 'string' && /^\d{1,12}(?:\.\d{1,9})?$/.test(value) ? Number(value) : value
  if (typeof number !== 'number' || !Number.isFinite(number) || number < 0 || number > 253_402_300_799) {
    throw malformed(`its ${name} is not a date`)
  }
  return number
}

export function malformed(reason: string, cause?: unknown): SignetError {
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
