import { isIP } from 'node:net'
import { networkInterfaces } from 'node:os'
import { consoleApi } from '@signet/shared/api/console'
import type { RouteResponse } from '@signet/shared/api/contract'
import { isHostName, loopbackNames } from '../platform/service-names.ts'
import { StartupError } from '../platform/signet-error.ts'
import type { ConsoleClient } from './console-client.ts'

/** Names of a deployment and the address they should lead to. */
export interface HostEntries {
  readonly address: string
  readonly port: number
  readonly authorityUrl: string
  readonly names: readonly string[]
  /** `*.domain`: every vault; a hosts file cannot say that. */
  readonly wildcards: readonly string[]
  readonly cloud: { readonly names: readonly string[]; readonly wildcards: readonly string[] } | null
}

/**
 * What clients have to resolve, for the server that runs now.
 *
 * @param options `address`: of the server as clients see it, where that is not what it listens on; `vaults`: names of
 *   vaults, which are put below the domain
 * @throws StartupError for an address that is none, or a name that no vault can have
 */
export async function hostEntries(
  client: Pick<ConsoleClient, 'call'>,
  options: { address?: string | undefined; vaults: readonly string[] },
): Promise<HostEntries> {
  const { services, authorityUrl } = await client.call(consoleApi.deployment, {})
  if (options.address !== undefined && isIP(options.address) === 0) {
    throw new StartupError('--address is an IPv4 or IPv6 address')
  }
  if (!options.vaults.every((vault) => isHostName(vault) && !vault.includes('.'))) {
    throw new StartupError('--vault is the name of a vault: lower-case letters, digits and hyphens')
  }
  const below = ({ names, vaultDomains }: Names) => ({
    names: [
      ...names.filter((name) => isIP(name) === 0),
      ...vaultDomains.flatMap((domain) => options.vaults.map((vault) => `${vault}.${domain}`)),
    ],
    wildcards: vaultDomains.map((domain) => `*.${domain}`),
  })
  return {
    address: options.address ?? reachableAt(services.bind),
    port: services.port,
    authorityUrl,
    ...below(services),
    cloud: services.cloud && below(services.cloud),
  }
}

type Services = RouteResponse<typeof consoleApi.deployment>['services']
type Names = Pick<Services, 'names' | 'vaultDomains'>

/** Of a server that listens on every address, the first that is not of this machine alone. */
function reachableAt(bind: string): string {
  const family = { '0.0.0.0': 'IPv4', '::': 'IPv6' }[bind]
  if (family === undefined) return bind
  const all = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? [])
  const outward = all.find((one) => one.family === family && !one.internal && !one.address.startsWith('fe80'))
  return outward?.address ?? (family === 'IPv4' ? '127.0.0.1' : '::1')
}

const cloudWords = 'names of the cloud (SIGNET_CLOUD_NAMES): whoever has these lines reaches the cloud itself no more'

function heading({ port, authorityUrl }: HostEntries): string[] {
  const words = [`Signet, port ${port}; authority and issuer are ${authorityUrl}`]
  const isNamed = !loopbackNames.includes(new URL(authorityUrl).hostname)
  return isNamed
    ? words
    : [...words, 'the names work for clients of the authority once the server runs with SIGNET_DOMAIN']
}

/** Lines of `/etc/hosts`, a name each. */
export function printHosts(entries: HostEntries): string {
  const { address, names, wildcards, cloud } = entries
  const line = (name: string) => `${address}\t${name}`
  return [
    ...heading(entries).map((words) => `# ${words}`),
    ...names.map(line),
    `# ${wildcards.join(' ')}: a hosts file has no wildcards; signet hosts --vault NAME adds the line of one`,
    ...(cloud ? [`# ${cloudWords}`, ...cloud.names.map(line)] : []),
  ].join('\n')
}

/** Records of a zone file, the names whole. */
export function printRecords(entries: HostEntries): string {
  const { address, names, wildcards, cloud } = entries
  const type = isIP(address) === 6 ? 'AAAA' : 'A'
  const record = (name: string) => `${name}. 300 IN ${type} ${address}`
  return [
    ...heading(entries).map((words) => `; ${words}`),
    ...[...names, ...wildcards].map(record),
    ...(cloud ? [`; ${cloudWords}`, ...[...cloud.names, ...cloud.wildcards].map(record)] : []),
  ].join('\n')
}
