import { SecretName, SecretVersion } from '@signet/shared/vocabulary/vault-rules'
import { SignetError } from '../platform/signet-error.ts'

type Collective = 'list' | 'listDeleted' | 'restore'
type Named = 'get' | 'set' | 'update' | 'delete' | 'versions' | 'backup' | 'showDeleted' | 'purge' | 'recover'

/** What a request to a vault is about, by its method and path (wire-protocol §5.3). */
export type SecretAddress =
  | { readonly [K in Collective]: { readonly operation: K } }[Collective]
  | { readonly [K in Named]: NamedAddress<K> }[Named]

interface NamedAddress<Operation> {
  readonly operation: Operation
  readonly name: string
  /** The newest one without. */
  readonly version?: string | undefined
}

type Methods<Operation> = Readonly<Record<string, Operation>>

const collections = new Map<string, Methods<'list' | 'listDeleted'>>([
  ['secrets', { GET: 'list' }],
  ['deletedsecrets', { GET: 'listDeleted' }],
])
const members = new Map<string, Methods<Named>>([
  ['secrets', { GET: 'get', PUT: 'set', PATCH: 'update', DELETE: 'delete' }],
  ['deletedsecrets', { GET: 'showDeleted', DELETE: 'purge' }],
])
const parts = new Map<string, Methods<Named>>([
  ['secrets versions', { GET: 'versions' }],
  ['secrets backup', { POST: 'backup' }],
  ['deletedsecrets recover', { POST: 'recover' }],
])
const ofVersion: Methods<Named> = { GET: 'get', PATCH: 'update' }

/**
 * @param path slashes collapsed, none at its end; its fixed words compare without regard to case
 * @throws SignetError `invalid_request` | `method_not_allowed`
 */
export function secretAddressOf(method: string, path: string): SecretAddress {
  const [, collection = '', name, part, ...more] = path.split('/').map(decoded)
  const folded = collection.toLowerCase()
  const ofCollection = collections.get(folded)
  if (!ofCollection || more.length > 0) {
    throw new SignetError('invalid_request', 'The vault has no such address: it holds secrets alone.')
  }
  if (name === undefined) return { operation: chosen(ofCollection, method) }
  if (folded === 'secrets' && name.toLowerCase() === 'restore' && part === undefined && method === 'POST') {
    return { operation: 'restore' }
  }
  if (!SecretName.safeParse(name).success) {
    throw new SignetError('invalid_request', 'The name of a secret is 1 to 127 letters, digits and dashes.')
  }
  if (part === undefined) return addressed(chosen(members.get(folded) ?? {}, method), name)
  const ofPart = parts.get(`${folded} ${part.toLowerCase()}`)
  if (ofPart) return addressed(chosen(ofPart, method), name)
  const version = part.toLowerCase()
  if (folded !== 'secrets' || !SecretVersion.safeParse(version).success) {
    throw new SignetError('invalid_request', 'The version of a secret is 32 hexadecimal digits.')
  }
  return addressed(chosen(ofVersion, method), name, version)
}

function addressed(operation: Named, name: string, version?: string): SecretAddress {
  return version === undefined ? { operation, name } : { operation, name, version }
}

function chosen<Operation>(methods: Methods<Operation>, method: string): Operation {
  const operation = Object.hasOwn(methods, method) ? methods[method] : undefined
  if (operation !== undefined) return operation
  throw new SignetError('method_not_allowed', `Use ${Object.keys(methods).join(' or ')} here.`)
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment)
  } catch (cause) {
    throw new SignetError('invalid_request', 'The path cannot be read.', { cause })
  }
}

const versionForms = [/^7\.\d{1,2}(?:-preview(?:\.\d{1,2})?)?$/, /^20\d\d-\d\d-\d\d(?:-preview(?:\.\d{1,2})?)?$/]
const fullPage = 25

export interface SecretQuery {
  readonly apiVersion: string
  readonly limit: number
  readonly cursor: string | undefined
}

/** @param pairs with their names decoded: some clients send `api%2Dversion` @throws SignetError `invalid_request` */
export function secretQueryOf(pairs: ReadonlyMap<string, string>): SecretQuery {
  const apiVersion = pairs.get('api-version')
  if (apiVersion === undefined) throw new SignetError('invalid_request', 'api-version must be specified.')
  if (!versionForms.some((form) => form.test(apiVersion))) {
    throw new SignetError('invalid_request', 'The api-version is not one that the vault knows.')
  }
  const given = pairs.get('maxresults') ?? String(fullPage)
  const limit = /^\d{1,2}$/.test(given) ? Number(given) : 0
  if (limit < 1 || limit > fullPage) {
    throw new SignetError('invalid_request', `maxresults must be a number from 1 to ${fullPage}.`)
  }
  return { apiVersion, limit, cursor: pairs.get('$skiptoken') }
}
