import { hostNameOf, isOneLabelBelow } from '../platform/service-names.ts'

/** What a `Host` header says of a vault. */
export interface VaultHost {
  /** Lower case; empty where the host is the domain of the vaults itself. */
  readonly vault: string
  /** `https://host[:port]` of the vault, as the client wrote it but for case. */
  readonly base: string
  /** `https://{domain}[:port]`: clients check that the vault's host is below this one, some of them with the port. */
  readonly resource: string
}

/** @param domains of vaults, lower case */
export function vaultHostOf(host: string | undefined, domains: readonly string[]): VaultHost {
  const name = hostNameOf(host ?? '') ?? ''
  const given = /:(\d+)$/.exec(host ?? '')?.[1]
  const port = given === undefined || Number(given) === 443 ? '' : `:${Number(given)}`
  const domain = domains.find((one) => isOneLabelBelow(name, one))
  return {
    vault: domain === undefined ? '' : name.slice(0, -domain.length - 1),
    base: `https://${name}${port}`,
    resource: `https://${domain ?? name}${port}`,
  }
}
