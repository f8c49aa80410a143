import { SignetError } from '../platform/signet-error.ts'
import type { Tx } from '../platform/transaction.ts'
import type { ResourceGroupsStore } from './resource-groups-store.ts'
import { foldCase, userIdentityResourceId } from './resource-id.ts'
import type { UserIdentitiesStore } from './user-identities-store.ts'
import type { UserIdentity } from './user-identity.ts'

/** Where an identity of that name stands in a group. @throws SignetError `not_found` | `conflict` when the name is taken */
export async function placeOf(
  parts: { tx: Tx; store: UserIdentitiesStore; groups: ResourceGroupsStore; subscriptionId: string },
  wanted: { name: string; resourceGroup: string },
  self?: UserIdentity,
) {
  const { tx, store, groups, subscriptionId } = parts
  const group = await groups.find(subscriptionId, wanted.resourceGroup, tx)
  if (!group) {
    throw new SignetError('not_found', `There is no resource group called ${wanted.resourceGroup}.`, {
      fix: 'Create the resource group first.',
    })
  }
  const armId = userIdentityResourceId({ subscriptionId, resourceGroup: group.name, name: wanted.name })
  const taken = await store.findByArmId(armId, tx)
  if (taken && taken.principalId !== self?.principalId) {
    throw new SignetError('conflict', `There is an identity called ${taken.name} in ${group.name} already.`, {
      fix: 'Take another name or another resource group.',
    })
  }
  return {
    resource_group_id: group.id,
    name: wanted.name,
    name_key: foldCase(wanted.name),
    group_name: group.name,
    group_key: foldCase(group.name),
    arm_id: armId,
    arm_id_key: foldCase(armId),
  }
}
