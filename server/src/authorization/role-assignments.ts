import { ObjectId } from '@signet/shared/vocabulary/identifiers'
import type { AuditLog } from '../audit/index.ts'
import type { Clock } from '../platform/clock.ts'
import type { Database } from '../platform/database/database.ts'
import { newGuid } from '../platform/identifiers.ts'
import type { RequestContext } from '../platform/request-context.ts'
import { SignetError } from '../platform/signet-error.ts'
import type { Tx } from '../platform/transaction.ts'
import type { Principal, PrincipalRegistry } from '../principals/index.ts'
import type { Access, RoleAssignment } from './access.ts'
import { RoleAssignmentsStore } from './role-assignments-store.ts'
import type { RoleDefinition, RolePermission } from './role-definition.ts'
import { contains, parseScope, type Scope } from './scope.ts'

interface RoleAssignmentsParts {
  readonly database: Database
  readonly audit: AuditLog
  readonly clock: Clock
  readonly tenantId: string
  readonly access: Access
  readonly registry: Pick<PrincipalRegistry, 'require' | 'onPurged'>
}

export interface WantedAssignment {
  /** GUID that the caller chose; a new one otherwise. */
  readonly id?: string | undefined
  readonly principalId: ObjectId
  readonly roleId: string
  readonly scope: string
  readonly description?: string | undefined
  readonly reason?: string | undefined
}

export interface AssignmentPreview {
  readonly principal: Principal
  readonly role: RoleDefinition
  readonly scope: Scope
  /** The principal has this role at this scope already. */
  readonly same: RoleAssignment | undefined
  /** What of the role it may not do there yet. */
  readonly adds: Pick<RolePermission, 'actions' | 'dataActions'>
}

const writeAction = 'Microsoft.Authorization/roleAssignments/write'
const deleteAction = 'Microsoft.Authorization/roleAssignments/delete'

/**
 * Gives roles and takes them away. Whoever acts as a principal needs the right to, and grants nothing that it does not
 * hold there itself (SEC-31); that an operator may is settled by the permission of the route.
 */
export class RoleAssignments {
  readonly #parts: RoleAssignmentsParts
  readonly #store: RoleAssignmentsStore

  constructor(parts: RoleAssignmentsParts) {
    this.#parts = parts
    this.#store = new RoleAssignmentsStore(parts.database)
    parts.registry.onPurged(async (tx, principalId) => {
      for (const id of await this.#store.removeOfPrincipal(tx, principalId)) await this.#changed(tx, id)
    })
  }

  /**
   * Counts for the next request, with the token that is out already. Asking again for the same under the same ID changes
   * nothing.
   *
   * @throws SignetError `invalid_request` | `not_found` for the role or the principal | `forbidden` (SEC-31)
   *   | `conflict` when the principal has the role at that scope, or was deleted
   */
  async grant(
    context: RequestContext,
    wanted: WantedAssignment,
  ): Promise<{ assignment: RoleAssignment; isNew: boolean }> {
    const { database, access, clock, tenantId } = this.#parts
    const scope = parseScope(wanted.scope)
    const role = this.#grantable(context, wanted.roleId, scope)
    const id = wanted.id?.toLowerCase() ?? newGuid()
    const isNew = await database.transact(async (tx) => {
      const principal = await this.#parts.registry.require(wanted.principalId, tx)
      requireLive(principal)
      const inserted = await this.#store.insert(tx, {
        ...{ id, tenant_id: tenantId, principal_id: wanted.principalId, role_id: role.id },
        ...{ scope: scope.path, scope_key: scope.key, description: wanted.description ?? null },
        ...{ created_by: context.actor.id, created_by_label: context.actor.label, created_at: clock.now() },
        last_used_at: null,
      })
      if (!inserted) return this.#refuseUnlessSame(tx, { id, principalId: wanted.principalId, role, scope })
      await this.#record(tx, context, 'role_assignment.created', { id, principal, role, scope, reason: wanted.reason })
      return true
    })
    await access.settled()
    return { assignment: this.require(id), isNew }
  }

  /** What giving it would change. @throws SignetError as `grant` does, but for one that is there already */
  async preview(
    context: RequestContext,
    wanted: Pick<WantedAssignment, 'principalId' | 'roleId' | 'scope'>,
  ): Promise<AssignmentPreview> {
    const { access, registry } = this.#parts
    const scope = parseScope(wanted.scope)
    const role = this.#grantable(context, wanted.roleId, scope)
    const principal = await registry.require(wanted.principalId)
    requireLive(principal)
    const held = access.assignments({ principalId: wanted.principalId })
    const same = held.find((each) => each.role.id === role.id && each.scope.key === scope.key)
    return { principal, role, scope, same, adds: access.addedBy(wanted.principalId, role, scope) }
  }

  /** Takes effect with the commit. @throws SignetError `not_found` | `forbidden` */
  async revoke(context: RequestContext, id: string, reason?: string): Promise<RoleAssignment> {
    const { database, access, registry } = this.#parts
    const assignment = this.require(id)
    const { principalId, role, scope } = assignment
    this.#requireRight(context, deleteAction, scope)
    await database.transact(async (tx) => {
      if (!(await this.#store.find(id, tx))) throw absent()
      await this.#store.remove(tx, id)
      const principal = await registry.require(principalId, tx)
      await this.#record(tx, context, 'role_assignment.removed', { id, principal, role, scope, reason })
    })
    await access.settled()
    return assignment
  }

  /** What is no longer there takes the roles at it along: another thing of that name starts without any. */
  async scopeRemoved(tx: Tx, scope: string): Promise<void> {
    for (const id of await this.#store.removeUnder(tx, parseScope(scope).key)) await this.#changed(tx, id)
  }

  /** @throws SignetError `not_found` */
  require(id: string): RoleAssignment {
    const found = this.#parts.access.assignment(id.toLowerCase())
    if (!found) throw absent()
    return found
  }

  #grantable({ actor }: RequestContext, roleId: string, scope: Scope): RoleDefinition {
    const { access } = this.#parts
    const role = access.role(roleId.toLowerCase())
    if (!role) throw new SignetError('not_found', 'There is no such role.')
    if (!role.assignableScopes.some((each) => contains(each, scope))) {
      throw new SignetError('invalid_request', `${role.name} cannot be assigned at ${scope.path}.`)
    }
    this.#requireRight({ actor }, writeAction, scope)
    if (actor.kind === 'principal' && !access.holdsAll(ObjectId.parse(actor.id), role, scope)) {
      const detail = `${role.name} allows more than the client itself may do at ${scope.path}.`
      throw new SignetError('forbidden', detail)
    }
    return role
  }

  #requireRight({ actor }: Pick<RequestContext, 'actor'>, action: string, scope: Scope): void {
    if (actor.kind !== 'principal') return
    const asked = { principalId: ObjectId.parse(actor.id), action, isData: false, scope: scope.path }
    if (!this.#parts.access.authorize(asked).allowed) {
      throw new SignetError('forbidden', `The client may not perform ${action} at ${scope.path}.`)
    }
  }

  /** @returns false, that nothing is new */
  async #refuseUnlessSame(
    tx: Tx,
    { id, principalId, role, scope }: { id: string; principalId: string; role: RoleDefinition; scope: Scope },
  ): Promise<false> {
    const known = await this.#store.find(id, tx)
    if (known?.principal_id === principalId && known.role_id === role.id && known.scope_key === scope.key) return false
    if (known) throw new SignetError('conflict', 'The role assignment of that ID is another one.')
    throw new SignetError('conflict', 'The role assignment already exists.')
  }

  async #record(
    tx: Tx,
    context: RequestContext,
    action: 'role_assignment.created' | 'role_assignment.removed',
    of: { id: string; principal: Principal; role: RoleDefinition; scope: Scope; reason: string | undefined },
  ): Promise<void> {
    const { id, principal, role, scope, reason } = of
    const facts = { principalId: principal.objectId, role: role.name, roleId: role.id, scope: scope.path }
    await this.#parts.audit.append(tx, context, {
      action,
      target: { kind: 'role_assignment', id, label: `${role.name} of ${principal.displayName}` },
      ...(reason && { reason }),
      ...(action === 'role_assignment.created' ? { after: facts } : { before: facts }),
    })
    await this.#changed(tx, id)
  }

  async #changed(tx: Tx, id: string): Promise<void> {
    await this.#parts.database.changed(tx, { kind: 'role_assignment', id })
  }
}

function requireLive({ state, displayName }: Principal): void {
  if (state === 'deleted') throw new SignetError('conflict', `${displayName} was deleted.`)
}

function absent(): SignetError {
  return new SignetError('not_found', 'There is no such role assignment.')
}
