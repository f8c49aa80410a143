import { ObjectId } from '@signet/shared/vocabulary/identifiers'
import { z } from 'zod'
import {
  type Authorization,
  contains,
  parseScope,
  type RoleAssignment,
  type RoleDefinition,
  type RolePermission,
  type Scope,
} from '../authorization/index.ts'
import { SignetError } from '../platform/signet-error.ts'
import type { PrincipalRegistry } from '../principals/index.ts'
import {
  type ArmAnswer,
  type ArmCall,
  ArmError,
  type ArmRoute,
  badContent,
  deleted,
  isObject,
  ok,
  put,
} from './arm-call.ts'
import { requireText } from './deployment-resources.ts'
import { readFilter, requireTerms } from './filters.ts'

interface RoleParts {
  readonly authorization: Authorization
  readonly principals: Pick<PrincipalRegistry, 'find'>
  readonly subscriptionId: string
}

const base = 'Microsoft.Authorization'
const lowerBase = `{scope}/providers/${base.toLowerCase()}`
const guid = z.guid()
const texts = z.array(z.string()).max(200).default([])
const Permission = z.object({ actions: texts, notActions: texts, dataActions: texts, notDataActions: texts })

/** Role definitions and assignments at any scope. What may be granted is the domain's to say (SEC-31). */
export class RoleResources {
  readonly #parts: RoleParts

  constructor(parts: RoleParts) {
    this.#parts = parts
  }

  routes(): ArmRoute[] {
    const at = (params: ArmCall['params']) => params['scope'] ?? '/'
    const right = (what: string) => ({ action: `${base}/${what}`, at })
    const definition = `${lowerBase}/roledefinitions/{id}`
    const assignment = `${lowerBase}/roleassignments/{id}`
    return [
      {
        ...{ method: 'GET', path: `${lowerBase}/roledefinitions`, right: right('roleDefinitions/read') },
        run: async (call) => this.#definitions(call),
      },
      {
        ...{ method: 'GET', path: definition, right: right('roleDefinitions/read') },
        run: async (call) => ok(this.#shownRole(this.#role(call.params['id']), at(call.params))),
      },
      {
        ...{ method: 'PUT', path: definition, right: right('roleDefinitions/write') },
        run: (call) => this.#putRole(call),
      },
      {
        ...{ method: 'DELETE', path: definition, right: right('roleDefinitions/delete') },
        run: (call) => this.#removeRole(call),
      },
      {
        ...{ method: 'GET', path: `${lowerBase}/roleassignments`, right: right('roleAssignments/read') },
        run: async (call) => this.#assignments(call),
      },
      {
        ...{ method: 'GET', path: assignment, right: right('roleAssignments/read') },
        run: async (call) => ok(this.#shown(this.#assignment(call))),
      },
      {
        ...{ method: 'PUT', path: assignment, right: right('roleAssignments/write') },
        run: (call) => this.#assign(call),
      },
      {
        ...{ method: 'DELETE', path: assignment, right: right('roleAssignments/delete') },
        run: (call) => this.#revoke(call),
      },
    ]
  }

  #definitions({ params, query }: ArmCall): ArmAnswer {
    const filter = readFilter(query.get('$filter'))
    requireTerms(filter, ['rolename', 'type', 'atscopeandbelow()', 'atscope()'])
    const scope = parseScope(params['scope'] ?? '/')
    const name = filter.get('rolename')?.toLowerCase()
    const type = filter.get('type')?.toLowerCase()
    const found = this.#parts.authorization.access.roles().filter((role) => {
      if (name !== undefined && role.name.toLowerCase() !== name) return false
      if (type !== undefined && typeOf(role).toLowerCase() !== type) return false
      return role.assignableScopes.some((each) => contains(each, scope) || contains(scope, each))
    })
    return ok({ value: found.map((role) => this.#shownRole(role, scope.path)) })
  }

  async #putRole({ context, params, body, expected, onlyNew }: ArmCall): Promise<ArmAnswer> {
    const { definitions, access } = this.#parts.authorization
    const id = guidOf(params['id'])
    const known = access.role(id)
    if (known && onlyNew) throw new ArmError(412, 'PreconditionFailed', 'The role definition exists already.')
    if (!known && expected !== undefined) throw new ArmError(412, 'PreconditionFailed', 'It does not exist.')
    const { properties } = body
    if (!isObject(properties)) throw badContent('properties is missing.')
    const wanted = {
      name: requireText(properties['roleName'], 'properties.roleName').slice(0, 100),
      description: typeof properties['description'] === 'string' ? properties['description'].slice(0, 500) : '',
      permission: permissionOf(properties['permissions']),
      assignableScopes: scopesOf(properties['assignableScopes']),
    }
    const role = known
      ? await definitions.change(context, id, { ...wanted, expected })
      : await definitions.create(context, wanted, id)
    return put(!known, this.#shownRole(role, params['scope'] ?? '/'))
  }

  async #removeRole({ context, params, expected }: ArmCall): Promise<ArmAnswer> {
    const { definitions, access } = this.#parts.authorization
    const id = guidOf(params['id'])
    if (!access.role(id)) return deleted(false)
    return ok(this.#shownRole(await definitions.remove(context, id, expected), params['scope'] ?? '/'))
  }

  /** At the scope, above it and below it; `atScope()` leaves out what is below. */
  #assignments({ params, query }: ArmCall): ArmAnswer {
    const filter = readFilter(query.get('$filter'))
    requireTerms(filter, ['principalid', 'assignedto()', 'atscope()'])
    const scope = parseScope(params['scope'] ?? '/')
    const principalId = filter.get('principalid') ?? filter.get('assignedto()')
    const found = this.#parts.authorization.access
      .assignments({ principalId: principalId?.toLowerCase() })
      .filter((each) => contains(each.scope, scope) || (!filter.has('atscope()') && contains(scope, each.scope)))
    return ok({ value: found.map((each) => this.#shown(each)) })
  }

  #assignment({ params }: ArmCall): RoleAssignment {
    const found = this.#parts.authorization.access.assignment(guidOf(params['id']))
    if (found && found.scope.key === parseScope(params['scope'] ?? '/').key) return found
    throw new ArmError(404, 'RoleAssignmentNotFound', 'There is no such role assignment at this scope.')
  }

  async #assign({ context, params, body, onlyNew }: ArmCall): Promise<ArmAnswer> {
    if (onlyNew && this.#parts.authorization.access.assignment(guidOf(params['id']))) {
      throw new ArmError(412, 'PreconditionFailed', 'The role assignment exists already.')
    }
    const { properties } = body
    if (!isObject(properties)) throw badContent('properties is missing.')
    if ((properties['condition'] ?? null) !== null) {
      throw new ArmError(400, 'ConditionNotSupported', 'Conditions on role assignments are not offered.')
    }
    const roleId = /([^/]+)$/.exec(requireText(properties['roleDefinitionId'], 'properties.roleDefinitionId'))?.[1]
    const role = this.#role(roleId)
    const principalId = await this.#principal(properties['principalId'])
    const description = typeof properties['description'] === 'string' ? properties['description'] : undefined
    const wanted = { id: guidOf(params['id']), principalId, roleId: role.id, scope: params['scope'] ?? '/' }
    try {
      const given = { ...wanted, description: description?.slice(0, 500) }
      const { assignment, isNew } = await this.#parts.authorization.assignments.grant(context, given)
      return put(isNew, this.#shown(assignment))
    } catch (error) {
      if (!(error instanceof SignetError) || error.code !== 'conflict') throw error
      throw new ArmError(409, 'RoleAssignmentExists', error.detail)
    }
  }

  async #revoke(call: ArmCall): Promise<ArmAnswer> {
    const { access, assignments } = this.#parts.authorization
    if (!access.assignment(guidOf(call.params['id']))) return deleted(false)
    const { assignmentId } = this.#assignment(call)
    return ok(this.#shown(await assignments.revoke(call.context, assignmentId)))
  }

  #role(id: string | undefined): RoleDefinition {
    const role = this.#parts.authorization.access.role(guidOf(id))
    if (role) return role
    throw new ArmError(404, 'RoleDefinitionDoesNotExist', 'The specified role definition does not exist.')
  }

  /** The text is what az looks for when it tries again after it made the principal. */
  async #principal(id: unknown): Promise<ObjectId> {
    const read = ObjectId.safeParse(id)
    if (!read.success) throw badContent('properties.principalId is no object ID.')
    const principal = await this.#parts.principals.find(read.data)
    if (principal && principal.state !== 'deleted') return read.data
    const message = `Principal ${read.data} does not exist in the directory of this deployment.`
    throw new ArmError(400, 'PrincipalNotFound', message)
  }

  #shownRole(role: RoleDefinition, scope: string) {
    const { id, name, description, permission, assignableScopes } = role
    const place = scope === '/' ? '' : `/subscriptions/${this.#parts.subscriptionId}`
    return {
      ...{ id: `${place}/providers/${base}/roleDefinitions/${id}`, name: id, type: `${base}/roleDefinitions` },
      properties: {
        ...{ roleName: name, type: typeOf(role), description, permissions: [permission] },
        assignableScopes: assignableScopes.map(({ path }) => path),
        ...(role.builtIn ? {} : { createdOn: isoOf(role.createdAt), updatedOn: isoOf(role.updatedAt) }),
      },
      // Built-in ones never change.
      ...(!role.builtIn && { etag: `"${role.version}"` }),
    }
  }

  #shown({ assignmentId, principalId, role, scope, description, createdBy, createdAt }: RoleAssignment) {
    const at = isoOf(createdAt)
    const place = scope.path === '/' ? '' : scope.path
    return {
      id: `${place}/providers/${base}/roleAssignments/${assignmentId}`,
      ...{ name: assignmentId, type: `${base}/roleAssignments` },
      properties: {
        roleDefinitionId: this.#shownRole(role, scope.path).id,
        ...{ principalId, principalType: 'ServicePrincipal', scope: scope.path, description },
        ...{ condition: null, conditionVersion: null, delegatedManagedIdentityResourceId: null },
        ...{ createdOn: at, updatedOn: at, createdBy: createdBy.id, updatedBy: createdBy.id },
      },
    }
  }
}

function typeOf({ builtIn }: RoleDefinition): string {
  return builtIn ? 'BuiltInRole' : 'CustomRole'
}

function isoOf(ms: number): string {
  return new Date(ms).toISOString()
}

function guidOf(id: string | undefined): string {
  const read = guid.safeParse(id)
  if (read.success) return read.data.toLowerCase()
  throw new ArmError(400, 'InvalidResourceName', 'The name is a GUID here.')
}

function permissionOf(permissions: unknown): RolePermission {
  const [only, ...more] = Array.isArray(permissions) ? permissions : []
  const read = Permission.safeParse(only)
  if (!read.success || more.length > 0) throw badContent('properties.permissions is one object of lists of actions.')
  return read.data
}

function scopesOf(scopes: unknown): string[] {
  const read = z.array(z.string()).min(1).max(20).safeParse(scopes)
  if (!read.success) throw badContent('properties.assignableScopes is a list of scopes.')
  const parsed: Scope[] = read.data.map(parseScope)
  return parsed.map(({ path }) => path)
}
