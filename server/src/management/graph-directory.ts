import type { ObjectId } from '@signet/shared/vocabulary/identifiers'
import { z } from 'zod'
import type { Access } from '../authorization/index.ts'
import type { Principal, PrincipalRegistry } from '../principals/index.ts'
import { ArmError } from './arm-call.ts'

export interface GraphParts {
  readonly access: Access
  readonly principals: Pick<PrincipalRegistry, 'find' | 'findAll' | 'lookUp'>
  readonly subscriptionId: string
}

const GetByIds = z.object({ ids: z.array(z.string().max(100)).max(1_000), types: z.array(z.string()).optional() })
const guid = z.guid()

/**
 * As much of a directory as az asks for to turn an application ID into an object ID, and object IDs into names. A principal sees
 * itself; others are for whoever may read role assignments somewhere.
 */
export class GraphDirectory {
  readonly #parts: GraphParts

  constructor(parts: GraphParts) {
    this.#parts = parts
  }

  /** @param filter `servicePrincipalNames/any(c:c eq '…')`, or `appId eq '…'` */
  async servicePrincipals(caller: ObjectId, filter: string | undefined): Promise<unknown> {
    const [, name] =
      /^servicePrincipalNames\/any\((?:\w{1,10}): ?(?:\w{1,10}) eq '([^']{1,300})'\)$/i.exec(filter ?? '') ??
      /^appId eq '([^']{1,300})'$/i.exec(filter ?? '') ??
      []
    if (name === undefined) {
      throw new ArmError(400, 'Request_UnsupportedQuery', 'The $filter asks for servicePrincipalNames or appId here.')
    }
    const id = guid.safeParse(name)
    const { principals } = id.success ? await this.#parts.principals.lookUp({ guid: id.data.toLowerCase() }) : none
    const value = principals.filter((each) => each.clientId === name.toLowerCase() && this.#sees(caller, each))
    return { value: value.map(shown) }
  }

  /** @throws ArmError 404 also for one that the caller may not see (SEC-29) */
  async servicePrincipal(caller: ObjectId, id: string): Promise<unknown> {
    const principal = guid.safeParse(id).success ? await this.#parts.principals.find(id.toLowerCase()) : undefined
    if (principal && this.#sees(caller, principal)) return shown(principal)
    throw new ArmError(404, 'Request_ResourceNotFound', 'There is no such service principal.')
  }

  async getByIds(caller: ObjectId, body: unknown): Promise<unknown> {
    const asked = GetByIds.safeParse(body)
    if (!asked.success) throw new ArmError(400, 'Request_BadRequest', 'ids is a list of at most 1,000 object IDs.')
    const { ids, types } = asked.data
    if (types !== undefined && !types.some((type) => /^servicePrincipal$/i.test(type))) return { value: [] }
    const known = await this.#parts.principals.findAll([...new Set(ids.map((id) => id.toLowerCase()))])
    const value = known.filter((each) => this.#sees(caller, each))
    return { value: value.map((each) => ({ '@odata.type': '#microsoft.graph.servicePrincipal', ...shown(each) })) }
  }

  #sees(caller: ObjectId, { objectId, state }: Principal): boolean {
    if (state === 'deleted') return false
    if (objectId === caller) return true
    const scope = `/subscriptions/${this.#parts.subscriptionId}`
    const action = 'Microsoft.Authorization/roleAssignments/read'
    return this.#parts.access.authorizeWithin({ principalId: caller, action, isData: false, scope })
  }
}

const none: { principals: Principal[] } = { principals: [] }

function shown({ objectId, clientId, displayName, kind, armId }: Principal) {
  return {
    ...{ id: objectId, appId: clientId, displayName, appDisplayName: displayName, accountEnabled: true },
    servicePrincipalType: kind === 'app' ? 'Application' : 'ManagedIdentity',
    alternativeNames: armId === null ? [] : [`isExplicit=${kind === 'user' ? 'True' : 'False'}`, armId],
    servicePrincipalNames: [clientId],
  }
}
