import type { InstanceKind } from '@signet/shared/api/resources'

/** A type of instances as the resource manager knows it. */
export interface InstanceType {
  readonly namespace: string
  /** With that of what it belongs to before it, as in `sites/slots`. */
  readonly type: string
  /** Kinds that stand under it. */
  readonly kinds: readonly InstanceKind[]
  /** Which one a new instance is, by the `kind` of its envelope. */
  readonly kindOf: (envelopeKind: unknown) => InstanceKind
  /** What clients count on in an answer, and where it is to be seen. */
  readonly filled: (of: { id: string; name: string; kind: InstanceKind }) => {
    kind?: string
    properties: Record<string, unknown>
  }
}

const alone =
  (kind: InstanceKind): InstanceType['kindOf'] =>
  () =>
    kind

const site: Pick<InstanceType, 'namespace' | 'kinds' | 'kindOf' | 'filled'> = {
  ...{ namespace: 'Microsoft.Web', kinds: ['app', 'function'] },
  kindOf: (kind) => (typeof kind === 'string' && /functionapp/i.test(kind) ? 'function' : 'app'),
  filled: ({ name, kind }) => ({
    kind: kind === 'function' ? 'functionapp' : 'app',
    properties: {
      ...{ name, state: 'Running', enabled: true },
      defaultHostName: `${name.toLowerCase().replace('/', '-')}.invalid`,
      ...{ hostNames: [], enabledHostNames: [], siteConfig: {} },
    },
  }),
}

export const instanceTypes: readonly InstanceType[] = [
  {
    ...{ namespace: 'Microsoft.Compute', type: 'virtualMachines', kinds: ['vm'], kindOf: alone('vm') },
    // Clients read the type of the disk's system and the network interfaces without asking whether they are there.
    filled: ({ id }) => ({
      properties: {
        vmId: id,
        hardwareProfile: {},
        storageProfile: { osDisk: { osType: 'Linux' } },
        osProfile: {},
        networkProfile: { networkInterfaces: [] },
      },
    }),
  },
  { ...site, type: 'sites' },
  { ...site, type: 'sites/slots' },
  {
    ...{ namespace: 'Microsoft.HybridCompute', type: 'machines', kinds: ['host'], kindOf: alone('host') },
    filled: ({ id }) => ({ properties: { vmId: id, status: 'Connected' } }),
  },
  {
    ...{ namespace: 'Microsoft.App', type: 'containerApps', kinds: ['container'], kindOf: alone('container') },
    filled: () => ({ properties: {} }),
  },
]

export const isSiteSlot = ({ type }: Pick<InstanceType, 'type'>): boolean => type.includes('/')

/** Of instances, slots of sites alone have a slash in their name. */
export function typeOf({ kind, name }: { kind: InstanceKind; name: string }): InstanceType {
  const found = instanceTypes.find((each) => each.kinds.includes(kind) && isSiteSlot(each) === name.includes('/'))
  if (!found) throw new Error(`no type of ${kind}`)
  return found
}

/** What is never kept of a body: the server's own members, and secrets of the instance, which no answer shows either. */
export const neverKept = {
  envelope: ['id', 'name', 'type', 'location', 'tags', 'identity', 'etag', 'properties'],
  properties: ['vmId', 'customData', 'userData', 'instanceView', 'state', 'defaultHostName', 'hostNames', 'name'],
  osProfile: ['adminPassword', 'customData', 'secrets'],
  siteConfig: ['appSettings', 'connectionStrings', 'publishingPassword', 'azureStorageAccounts'],
} as const
