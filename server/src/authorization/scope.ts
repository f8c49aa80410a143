import { SignetError } from '../platform/signet-error.ts'

/** A place at which a role counts: an ARM ID, or `/` for the whole deployment. */
export interface Scope {
  /** As it was spelled first. */
  readonly path: string
  /** What scopes are compared by. */
  readonly key: string
}

const longest = 1_024
const guid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/
/** Names of things and of types: no separator, no encoding, nothing that a path would be read by; groups may have any letter. */
const segment = /^(?!\.+$)[\p{L}\p{N}_.()-]{1,260}$/u

/**
 * Reads a scope into its segments once; two are the same when they differ in case only (SEC-117).
 *
 * @throws SignetError `invalid_request`
 */
export function parseScope(text: string): Scope {
  if (text === '/') return { path: '/', key: '/' }
  if (text.length > longest || !text.startsWith('/')) throw malformed()
  const segments = text.slice(1).split('/')
  if (!segments.every((each) => segment.test(each))) throw malformed()
  const key = text.toLowerCase()
  if (!isPlace(key.slice(1).split('/'))) throw malformed()
  return { path: text, key }
}

/** `subscriptions/S[/resourcegroups/G][/providers/N/type/name[/type/name …]]`, or the last part alone. */
function isPlace(segments: readonly string[]): boolean {
  let rest = segments
  if (rest[0] === 'subscriptions') {
    if (!guid.test(rest[1] ?? '')) return false
    rest = rest.slice(2)
    if (rest[0] === 'resourcegroups') {
      if (rest[1] === undefined) return false
      rest = rest.slice(2)
    }
    if (rest.length === 0) return true
  }
  return rest[0] === 'providers' && rest.length >= 4 && rest.length % 2 === 0
}

/** Whether what holds at `outer` holds at `inner` too; a scope contains itself. */
export function contains(outer: Pick<Scope, 'key'>, inner: Pick<Scope, 'key'>): boolean {
  return outer.key === '/' || inner.key === outer.key || inner.key.startsWith(`${outer.key}/`)
}

function malformed(): SignetError {
  return new SignetError(
    'invalid_request',
    'The scope is not the ID of a subscription, a resource group or a resource.',
  )
}
