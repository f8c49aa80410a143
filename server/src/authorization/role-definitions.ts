import { ObjectId } from '@signet/shared/vocabulary/identifiers'
import type { AuditLog } from '../audit/index.ts'
import type { Clock } from '../platform/clock.ts'
import type { Database } from '../platform/database/database.ts'
import { newGuid } from '../platform/identifiers.ts'
import type { RequestContext } from '../platform/request-context.ts'
import { SignetError } from '../platform/signet-error.ts'
import { requireVersion } from '../platform/versions.ts'
import type { Access } from './access.ts'
import { RoleAssignmentsStore } from './role-assignments-store.ts'
import { builtInRoles, type RoleDefinition, type RolePermission, roleDefinition } from './role-definition.ts'
import { RoleDefinitionsStore } from './role-definitions-store.ts'
import { parseScope } from './scope.ts'

export interface WantedRole {
  readonly name: string
  readonly description: string
  readonly permission: RolePermission
  readonly assignableScopes: readonly string[]
}

interface RoleDefinitionsParts {
  readonly database: Database
  readonly audit: AuditLog
  readonly clock: Clock
  readonly tenantId: string
  readonly access: Access
}

const writeAction = 'Microsoft.Authorization/roleDefinitions/write'
const deleteAction = 'Microsoft.Authorization/roleDefinitions/delete'

/** A deployment's own roles. A principal makes none that allows more than it may do itself (SEC-31). */
export class RoleDefinitions {
  readonly #parts: RoleDefinitionsParts
  readonly #store: RoleDefinitionsStore
  readonly #assignments: RoleAssignmentsStore

  constructor(parts: RoleDefinitionsParts) {
    this.#parts = parts
    this.#store = new RoleDefinitionsStore(parts.database)
    this.#assignments = new RoleAssignmentsStore(parts.database)
  }

  /** @throws SignetError `invalid_request` | `forbidden` | `conflict` when the name or the ID is taken */
  async create(context: RequestContext, wanted: WantedRole, id: string = newGuid()): Promise<RoleDefinition> {
    const { database, clock, audit, tenantId, access } = this.#parts
    const now = clock.now()
    const role = definitionOf(wanted, { id: id.toLowerCase(), version: 1, createdAt: now, updatedAt: now })
    this.#requireRights(context, writeAction, role)
    if (isBuiltIn(role)) throw taken(role.name)
    await database.transact(async (tx) => {
      if (!(await this.#store.insert(tx, role, tenantId))) throw taken(role.name)
      const target = { kind: 'role_definition', id: role.id, label: role.name }
      await audit.append(tx, context, { action: 'role_definition.created', target, after: factsOf(role) })
      await database.changed(tx, { kind: 'role_definition', id: role.id })
    })
    await access.settled()
    return this.require(role.id)
  }

  /**
   * Counts at once for everybody who has the role.
   *
   * @throws SignetError `not_found` | `invalid_request` | `forbidden` | `conflict` | `precondition_failed`
   */
  async change(
    context: RequestContext,
    id: string,
    { expected, ...wanted }: WantedRole & { expected?: number | undefined },
  ): Promise<RoleDefinition> {
    const { database, clock, audit, access } = this.#parts
    const before = this.#own(id)
    requireVersion(expected, before.version)
    const role = definitionOf(wanted, before)
    this.#requireRights(context, writeAction, before)
    this.#requireRights(context, writeAction, role)
    await database.transact(async (tx) => {
      if (isBuiltIn({ name: role.name }) || (await this.#store.isNamed(tx, role.name, role.id))) throw taken(role.name)
      if (!(await this.#store.update(tx, role, clock.now()))) {
        throw new SignetError('conflict', 'The role was changed in the meantime.')
      }
      await audit.append(tx, context, {
        action: 'role_definition.changed',
        target: { kind: 'role_definition', id: role.id, label: role.name },
        before: factsOf(before),
        after: factsOf(role),
      })
      await database.changed(tx, { kind: 'role_definition', id: role.id })
    })
    await access.settled()
    return this.require(role.id)
  }

  /** @throws SignetError `not_found` | `forbidden` | `precondition_failed` | `conflict` while somebody has it */
  async remove(context: RequestContext, id: string, expected?: number): Promise<RoleDefinition> {
    const { database, audit, access } = this.#parts
    const role = this.#own(id)
    this.#requireRights(context, deleteAction, role)
    requireVersion(expected, role.version)
    await database.transact(async (tx) => {
      if (await this.#assignments.isAssigned(tx, role.id)) {
        throw new SignetError('conflict', `${role.name} is assigned.`, { fix: 'Take it from everybody first.' })
      }
      await this.#store.remove(tx, role.id)
      const target = { kind: 'role_definition', id: role.id, label: role.name }
      await audit.append(tx, context, { action: 'role_definition.removed', target, before: factsOf(role) })
      await database.changed(tx, { kind: 'role_definition', id: role.id })
    })
    await access.settled()
    return role
  }

  /** @throws SignetError `not_found` */
  require(id: string): RoleDefinition {
    const role = this.#parts.access.role(id.toLowerCase())
    if (!role) throw new SignetError('not_found', 'There is no such role.')
    return role
  }

  #own(id: string): RoleDefinition {
    const role = this.require(id)
    if (role.builtIn) throw new SignetError('conflict', `${role.name} is built in and stays as it is.`)
    return role
  }

  /** At every place where the role can be assigned. */
  #requireRights({ actor }: RequestContext, action: string, role: RoleDefinition): void {
    if (actor.kind !== 'principal') return
    const { access } = this.#parts
    const principalId = ObjectId.parse(actor.id)
    for (const scope of role.assignableScopes) {
      if (!access.authorize({ principalId, action, isData: false, scope: scope.path }).allowed) {
        throw new SignetError('forbidden', `The client may not perform ${action} at ${scope.path}.`)
      }
      if (action === writeAction && !access.holdsAll(principalId, role, scope)) {
        throw new SignetError('forbidden', `${role.name} allows more than the client itself may do at ${scope.path}.`)
      }
    }
  }
}

function definitionOf(
  { name, description, permission, assignableScopes }: WantedRole,
  of: Pick<RoleDefinition, 'id' | 'version' | 'createdAt' | 'updatedAt'>,
): RoleDefinition {
  const { id, version, createdAt, updatedAt } = of
  if (assignableScopes.length === 0) throw new SignetError('invalid_request', 'A role can be assigned somewhere.')
  return roleDefinition({
    ...{ id, name, description, builtIn: false, permission, version, createdAt, updatedAt },
    assignableScopes: assignableScopes.map(parseScope),
  })
}

function isBuiltIn({ id, name }: { id?: string; name: string }): boolean {
  return builtInRoles.some((role) => role.id === id || role.name.toLowerCase() === name.toLowerCase())
}

function taken(name: string): SignetError {
  return new SignetError('conflict', `There is a role called ${name} already, or one of that ID.`)
}

function factsOf({ name, description, permission, assignableScopes }: RoleDefinition) {
  return { name, description, ...permission, assignableScopes: assignableScopes.map(({ path }) => path) }
}
