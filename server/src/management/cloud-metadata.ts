/** What a client learns of this cloud before it has a token (wire-protocol §4.6). */
export interface CloudNames {
  readonly authorityUrl: string
  readonly managementUrl: string
  readonly graphUrl: string
  readonly vaultUrl: string
  readonly dashboardUrl: string
}

/**
 * The document of `/metadata/endpoints`: one object, a list of it in the version that is asked for by `ARM_CLOUD_METADATA_URL`,
 * or its older form.
 */
export function cloudMetadata(names: CloudNames, apiVersion: string): unknown {
  const { authorityUrl, managementUrl, graphUrl, vaultUrl, dashboardUrl } = names
  // With the port that the vaults are on, which a client puts behind the vault's name.
  const keyVaultDns = new URL(vaultUrl).host
  const audience = `${managementUrl}/`
  const authentication = { loginEndpoint: `${authorityUrl}/`, audiences: [audience], tenant: 'common' }
  if (apiVersion.startsWith('2015')) {
    const graphEndpoint = `${graphUrl}/`
    return { galleryEndpoint: managementUrl, graphEndpoint, portalEndpoint: dashboardUrl, authentication }
  }
  const cloud = {
    ...{ name: 'Signet', portal: dashboardUrl, authentication: { ...authentication, identityProvider: 'AAD' } },
    ...{ resourceManager: managementUrl, gallery: managementUrl, graphAudience: `${graphUrl}/`, graph: `${graphUrl}/` },
    ...{ microsoftGraphResourceId: `${graphUrl}/`, suffixes: { keyVaultDns } },
  }
  return apiVersion.startsWith('2019') ? [cloud] : cloud
}
