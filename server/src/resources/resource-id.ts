import type { InstanceKind } from '@signet/shared/api/resources'

const providerTypes: Record<InstanceKind, string> = {
  vm: 'Microsoft.Compute/virtualMachines',
  app: 'Microsoft.Web/sites',
  function: 'Microsoft.Web/sites',
  container: 'Microsoft.App/containerApps',
  host: 'Microsoft.HybridCompute/machines',
}

/** ARM resource ID of a service instance, in the casing it is stored in. The name of a slot is that of its site, a slash, its own. */
export function instanceResourceId(parts: {
  subscriptionId: string
  resourceGroup: string
  kind: InstanceKind
  name: string
}): string {
  const group = `/subscriptions/${parts.subscriptionId}/resourceGroups/${parts.resourceGroup}`
  return `${group}/providers/${providerTypes[parts.kind]}/${parts.name.replace('/', '/slots/')}`
}

/** Folded ARM IDs of slots of sites, as SQL compares them: no name has a slash in it, so that nothing else is like this. */
export const siteSlotPattern = '%/sites/%/slots/%'

/** ARM resource ID of a user-assigned identity, `resourcegroups` in lower case as in the cloud's tokens. */
export function userIdentityResourceId(parts: { subscriptionId: string; resourceGroup: string; name: string }): string {
  const { subscriptionId, resourceGroup, name } = parts
  return `/subscriptions/${subscriptionId}/resourcegroups/${resourceGroup}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/${name}`
}

/** ARM resource ID of a resource group. */
export function groupResourceId(parts: { subscriptionId: string; name: string }): string {
  return `/subscriptions/${parts.subscriptionId}/resourceGroups/${parts.name}`
}

/** Resource IDs and names compare without regard to case (wire-protocol rule 16). */
export function foldCase(text: string): string {
  return text.toLowerCase()
}
