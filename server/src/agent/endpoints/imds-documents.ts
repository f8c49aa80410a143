import type { IncomingMessage } from 'node:http'
import type { DesiredState } from '@signet/shared/wire/agent-protocol'
import { firstApiVersion, isApiVersionAccepted, localPaths } from '@signet/shared/wire/managed-identity'
import { SignetError } from '../../platform/signet-error.ts'
import { requireGet, requireMetadataHeader, requireVersion } from './dialect.ts'

/** What of this instance the metadata service tells besides tokens. */
export interface InstanceFacts {
  readonly tenantId: string
  /** Undefined before the first state. */
  readonly instance: DesiredState['instances'][number] | undefined
}

export interface LocalDocument {
  readonly status: number
  readonly contentType: 'application/json; charset=utf-8' | 'text/plain; charset=utf-8'
  readonly text: string
}

/** A metadata tree: text at its leaves. */
type Tree = { readonly [name: string]: Tree | string | readonly Tree[] }

const newestVersions = ['2021-02-01', '2020-12-01', '2020-10-01'] as const

/** Whether a path belongs to these documents. */
export function isDocument(path: string): boolean {
  return path === localPaths.imdsInfo || path === localPaths.imdsVersions || isInstancePath(path)
}

function isInstancePath(path: string): boolean {
  return path === localPaths.imdsInstance || path.startsWith(`${localPaths.imdsInstance}/`)
}

/** @throws SignetError `metadata_header_missing` | `method_not_allowed` */
export function guardDocument(request: IncomingMessage): void {
  requireMetadataHeader(request)
  requireGet(request)
}

/**
 * The documents of wire-protocol §2.3.
 *
 * @throws SignetError `invalid_request` | `not_found`
 */
export function imdsDocument(
  path: string,
  parameters: ReadonlyMap<string, string>,
  facts: InstanceFacts,
): LocalDocument {
  if (path === localPaths.imdsVersions)
    return json({ apiVersions: [firstApiVersion.imds, ...newestVersions.toReversed()] })
  if (path === localPaths.imdsInfo) {
    requireVersion(parameters, 'imds', firstApiVersion.imds)
    return json({ tenantId: facts.tenantId })
  }
  const version = parameters.get('api-version')
  if (version === undefined || !isApiVersionAccepted('imds', version)) return versionRefusal
  const found = path
    .slice(localPaths.imdsInstance.length)
    .split('/')
    .filter((name) => name !== '')
    .reduce<unknown>((node, name) => childOf(node, name), treeOf(facts))
  if (found === undefined) throw new SignetError('not_found')
  return parameters.get('format') === 'text' ? text(found) : json(asNode(found))
}

/** MSAL reads `newest-versions` and asks again with the first of them. */
const versionRefusal = json(
  {
    error:
      'Bad request. api-version is invalid or was not specified in the request. For more information refer to aka.ms/azureimds',
    'newest-versions': newestVersions,
  },
  400,
)

function treeOf({ instance }: InstanceFacts): Tree {
  const [, , subscriptionId = '', , resourceGroupName = ''] = (instance?.resourceId ?? '').split('/')
  const compute = {
    azEnvironment: 'Signet',
    // A DNS label, as clients that look for a region want it; there is one place only.
    location: 'local',
    name: instance?.name ?? '',
    offer: '',
    osType: process.platform === 'win32' ? 'Windows' : 'Linux',
    publisher: '',
    resourceGroupName,
    resourceId: instance?.resourceId ?? '',
    securityProfile: { secureBootEnabled: 'false', virtualTpmEnabled: 'false' },
    sku: '',
    subscriptionId,
    tags: '',
    tagsList: [],
    version: '',
    vmId: instance?.id ?? '',
    vmScaleSetName: '',
    vmSize: '',
    zone: '',
  }
  return { compute, network: { interface: [] } }
}

/** Names are compared byte for byte, and looked up as own properties alone. */
function childOf(node: unknown, name: string): unknown {
  return typeof node === 'object' && node !== null && Object.hasOwn(node, name) ? Reflect.get(node, name) : undefined
}

/** @throws SignetError `invalid_request` for a leaf, which is text alone */
function asNode(found: unknown): unknown {
  if (typeof found === 'string') throw new SignetError('invalid_request', 'A single value is given with format=text.')
  return found
}

/** A leaf as it is; of a node what is below it, one name a line. */
function text(found: unknown): LocalDocument {
  const lines = (node: object) =>
    Object.entries(node)
      .map(([name, below]) => (typeof below === 'string' ? name : `${name}/`))
      .join('\n')
  const words = typeof found === 'object' && found !== null ? lines(found) : String(found)
  return { status: 200, contentType: 'text/plain; charset=utf-8', text: words }
}

function json(value: unknown, status = 200): LocalDocument {
  return { status, contentType: 'application/json; charset=utf-8', text: JSON.stringify(value) }
}
