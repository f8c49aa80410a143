import { isIP } from 'node:net'

/** What one HTTPS port serves, each under host names of its own (SEC-180). */
export type Service = 'authority' | 'management' | 'graph' | 'vault'

/** Names are lower case; those of `vault` are domains, and every name of one label below them is a vault. */
export type ServiceNames = Readonly<Record<Service, readonly string[]>>

/** They lead to the authority, so that everything works before there is any name. */
export const loopbackNames: readonly string[] = ['localhost', '127.0.0.1', '::1']

/** What clients of the cloud have compiled in (wire-protocol §3.10). */
export const cloudNames: ServiceNames = {
  authority: ['login.microsoftonline.com', 'login.microsoft.com', 'login.windows.net', 'sts.windows.net'],
  management: ['management.azure.com'],
  graph: ['graph.microsoft.com'],
  vault: ['vault.azure.net'],
}

/** What has to be in a certificate that is for all of them: the names, and each vault domain with its wildcard. */
export function certificateNames(names: ServiceNames): string[] {
  return [...exactNames(names), ...names.vault.map((domain) => `*.${domain}`)]
}

/** Every name that Signet's own certificates may be for: what its CA for listeners is confined to (SEC-49). */
export function servedNames(deployment: {
  publicHost: string
  names: ServiceNames
  answersCloudNames: boolean
}): string[] {
  const families = deployment.answersCloudNames ? [deployment.names, cloudNames] : [deployment.names]
  return [...new Set([deployment.publicHost, ...families.flatMap(certificateNames), ...loopbackNames])]
}

/** Every name that vaults are one label below. */
export function vaultDomains(deployment: { names: ServiceNames; answersCloudNames: boolean }): readonly string[] {
  return [...deployment.names.vault, ...(deployment.answersCloudNames ? cloudNames.vault : [])]
}

/** Every name that is one, without those of loopback. */
export function exactNames({ authority, management, graph, vault }: ServiceNames): string[] {
  return [...authority, ...management, ...graph, ...vault].filter((name) => !loopbackNames.includes(name))
}

const label = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/

/** Whether somebody can be called that: lower case, no address, no dot at its end, with room for a label before it. */
export function isHostName(text: string): boolean {
  const labels = text.split('.')
  return text.length <= 180 && labels.every((one) => label.test(one)) && !/^\d*$/.test(labels.at(-1) ?? '')
}

/** `https://host:port` as URLs are compared: the port of HTTPS is left out, IPv6 has its brackets. */
export function originOf(host: string, port: number): string {
  return `https://${isIP(host) === 6 ? `[${host}]` : host}${port === 443 ? '' : `:${port}`}`
}

const settingOf = {
  authority: 'SIGNET_PUBLIC_HOST',
  management: 'SIGNET_MANAGEMENT_HOST',
  graph: 'SIGNET_GRAPH_HOST',
  vault: 'SIGNET_VAULT_DOMAIN',
} as const satisfies Record<Service, string>

const services = ['authority', 'management', 'graph', 'vault'] as const satisfies readonly Service[]

/** @returns what is wrong with names that are to be told apart, by their settings; values are not repeated */
export function nameFaults(names: ServiceNames): string[] {
  const directory = new Map<string, Service>()
  const faults: string[] = []
  for (const service of services) {
    for (const name of names[service]) {
      const other = directory.get(name)
      if (other !== undefined) faults.push(`${settingOf[service]}: another service has that name`)
      if (isOfCloud(name)) faults.push(`${settingOf[service]}: a name of the cloud; those come with SIGNET_CLOUD_NAMES`)
      if (loopbackNames.includes(name) && service !== 'authority') {
        faults.push(`${settingOf[service]}: loopback names are the authority's`)
      }
      directory.set(name, service)
    }
  }
  const isVault = (name: string) => names.vault.some((domain) => isOneLabelBelow(name, domain))
  for (const service of services) {
    if (names[service].some(isVault)) faults.push(`${settingOf[service]}: would be the name of a vault`)
  }
  return [...new Set(faults)]
}

function isOfCloud(name: string): boolean {
  return exactNames(cloudNames).includes(name) || cloudNames.vault.some((domain) => isOneLabelBelow(name, domain))
}

export function isOneLabelBelow(name: string, domain: string): boolean {
  return name.endsWith(`.${domain}`) && label.test(name.slice(0, -domain.length - 1))
}

/**
 * The name in a `Host` header, or in SNI, as names compare: lower case, without port, brackets or one dot at the end;
 * undefined for what names no host.
 */
export function hostNameOf(host: string): string | undefined {
  const [, address, name, port = ''] = /^(?:\[([\da-f:.]{2,45})\]|([a-z\d.-]{1,254}))(?::(\d{0,5}))?$/i.exec(host) ?? []
  if (Number(port) > 65_535) return undefined
  if (address !== undefined) {
    return isIP(address) === 6 ? new URL(`https://[${address}]`).hostname.slice(1, -1) : undefined
  }
  const folded = name?.toLowerCase().replace(/\.$/, '')
  return folded?.split('.').every((one) => label.test(one)) ? folded : undefined
}

export interface Addressed {
  readonly service: Service
  /** A name that was configured, where browsers may be told to stay with TLS; neither of loopback nor of the cloud. */
  readonly isConfigured: boolean
}

/** Which service a name means. */
export class ServiceDirectory {
  readonly #names = new Map<string, Addressed>()
  /** The names in every form that clients send them in as a rule, so that most requests cost one look-up. */
  readonly #headers = new Map<string, Addressed>()
  readonly #vaultDomains = new Map<string, Addressed>()

  constructor(options: { names: ServiceNames; port: number; answersCloudNames: boolean }) {
    if (options.answersCloudNames) this.#add(cloudNames, false)
    this.#add({ authority: loopbackNames, management: [], graph: [], vault: [] }, false)
    this.#add(options.names, true)
    for (const [name, addressed] of this.#names) {
      const bare = isIP(name) === 6 ? `[${name}]` : name
      this.#headers.set(bare, addressed).set(`${bare}:${options.port}`, addressed)
    }
  }

  /** @param host a `Host` header, or the name in SNI */
  find(host: string): Addressed | undefined {
    const known = this.#headers.get(host)
    if (known) return known
    const name = hostNameOf(host)
    if (name === undefined) return undefined
    return this.#names.get(name) ?? this.#vaultDomains.get(name.slice(name.indexOf('.') + 1))
  }

  #add(names: ServiceNames, configured: boolean): void {
    for (const service of services) {
      for (const name of names[service]) {
        const addressed = { service, isConfigured: configured && !loopbackNames.includes(name) }
        this.#names.set(name, addressed)
        if (service === 'vault') this.#vaultDomains.set(name, addressed)
      }
    }
  }
}
