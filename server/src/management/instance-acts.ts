import type { ObjectId } from '@signet/shared/vocabulary/identifiers'
import type { Access } from '../authorization/index.ts'
import { parseScope } from '../authorization/index.ts'
import type { RequestContext } from '../platform/request-context.ts'
import { SignetError } from '../platform/signet-error.ts'
import type { Tx } from '../platform/transaction.ts'
import {
  isLive,
  type ManagedIdentity,
  type ResourceTree,
  type ServiceInstance,
  type UserIdentities,
  type UserIdentity,
} from '../resources/index.ts'
import { ArmError, badContent } from './arm-call.ts'
import type { IdentityWish } from './identity-block.ts'

export interface IdentityActParts {
  readonly access: Access
  readonly identities: ManagedIdentity
  readonly users: UserIdentities
  readonly tree: ResourceTree
}

export const assignAction = 'Microsoft.ManagedIdentity/userAssignedIdentities/assign/action'

/**
 * Does what an identity block wishes, by the same acts as the dashboard's and in the caller's transaction: all of it or nothing.
 *
 * @throws ArmError | SignetError
 */
export async function applyIdentity(
  parts: IdentityActParts,
  asked: { tx: Tx; context: RequestContext; principalId: ObjectId; instance: ServiceInstance },
  wish: IdentityWish,
): Promise<void> {
  const { tx, context, instance } = asked
  const assigned = await parts.tree.identitiesOf(instance.id, tx)
  const attach = await identitiesToAttach(parts, { ...asked, assigned }, wish)
  const kept = new Set(attach.map(({ principalId }) => principalId))
  const leaving = new Set(wish.detach.map((id) => id.toLowerCase()))
  const detach = assigned.filter(
    ({ principalId, resourceId }) =>
      !kept.has(principalId) && (wish.detachOthers || leaving.has(resourceId.toLowerCase())),
  )
  if (wish.needsUser && assigned.length - detach.length + attach.length === 0) {
    throw badContent('identity.type is UserAssigned, and no user-assigned identity is left.')
  }
  if (wish.system !== undefined && wish.system !== isLive(instance.identityState)) {
    await parts.identities.perform(tx, context, wish.system ? 'turn-on' : 'turn-off', instance.id, {})
  }
  const of = (identity: UserIdentity) => ({ instanceId: instance.id, principalId: identity.principalId })
  for (const identity of detach) await parts.users.assignOne(tx, context, 'detach', of(identity))
  for (const identity of attach) await parts.users.assignOne(tx, context, 'attach', of(identity))
}

/** Each needs a right of its own, asked for before it is looked for (SEC-119, SEC-29). */
async function identitiesToAttach(
  { access, tree }: IdentityActParts,
  { tx, principalId, assigned }: { tx: Tx; principalId: ObjectId; assigned: readonly UserIdentity[] },
  { attach }: IdentityWish,
): Promise<UserIdentity[]> {
  const found: UserIdentity[] = []
  for (const id of attach) {
    if (!isIdentityId(id)) throw badContent('A user-assigned identity is named by its resource ID.')
    const listedAgain = assigned.find(({ resourceId }) => resourceId.toLowerCase() === id.toLowerCase())
    if (listedAgain) {
      found.push(listedAgain)
      continue
    }
    const asked = { principalId, action: assignAction, isData: false, scope: id }
    if (!access.authorize(asked).allowed) {
      const who = `The client '${principalId}' with object id '${principalId}'`
      const detail = `${who} does not have authorization to perform action '${assignAction}' over scope '${id}'.`
      throw new ArmError(403, 'AuthorizationFailed', detail)
    }
    const known = await tree.identityAt(id, tx)
    if (!known) throw new ArmError(400, 'FailedIdentityOperation', `There is no user-assigned identity '${id}'.`)
    found.push(known)
  }
  return found
}

function isIdentityId(id: string): boolean {
  try {
    return /\/providers\/microsoft\.managedidentity\/userassignedidentities\/[^/]+$/.test(parseScope(id).key)
  } catch (error) {
    if (error instanceof SignetError) return false
    throw error
  }
}
