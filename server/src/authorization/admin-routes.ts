import type { authorizationApi, ScopedAssignment, RoleDefinition as ShownRole } from '@signet/shared/api/authorization'
import type { Page, PageQuery } from '@signet/shared/api/paging'
import type { Cursors } from '../platform/database/paging.ts'
import type { Handlers } from '../platform/http/contract-router.ts'
import type { PrincipalRegistry } from '../principals/index.ts'
import type { RoleAssignment } from './access.ts'
import type { Authorization } from './authorization.ts'
import type { RoleDefinition } from './role-definition.ts'
import { contains, parseScope } from './scope.ts'

interface AuthorizationParts {
  readonly authorization: Authorization
  readonly registry: Pick<PrincipalRegistry, 'findAll' | 'require'>
  readonly cursors: Cursors
}

export function authorizationHandlers(parts: AuthorizationParts): Handlers<typeof authorizationApi> {
  const { access, assignments, definitions } = parts.authorization
  const shown = async (each: RoleAssignment) => {
    const [item] = await named(parts, [each])
    if (!item) throw new Error('an assignment that counts has a principal')
    return item
  }
  const shownRole = (role: RoleDefinition): ShownRole => {
    const having = access.assignments().filter((each) => each.role.id === role.id)
    const { id, name, description, builtIn, permission, version } = role
    return {
      ...{ id, name, description, builtIn, version, assignments: having.length },
      permission: listsOf(permission),
      assignableScopes: role.assignableScopes.map(({ path }) => path),
    }
  }
  return {
    roles: async () => ({ items: access.roles().map(shownRole) }),
    createRole: async ({ body }, context) => shownRole(await definitions.create(context, body)),
    role: async ({ params }) => shownRole(definitions.require(params.roleId)),
    changeRole: async ({ params, body, ifMatch }, context) =>
      shownRole(await definitions.change(context, params.roleId, { ...body, expected: ifMatch })),
    removeRole: async ({ params }, context) => {
      await definitions.remove(context, params.roleId)
      return undefined
    },
    assignments: ({ query }) => {
      const at = query.at === undefined ? undefined : parseScope(query.at)
      const under = query.under === undefined ? undefined : parseScope(query.under)
      const found = access.assignments(query).filter(({ role, scope }) => {
        if (query.roleId !== undefined && role.id !== query.roleId.toLowerCase()) return false
        return (!at || contains(scope, at)) && (!under || contains(under, scope))
      })
      return page(parts, found, query)
    },
    assign: async ({ body }, context) => shown((await assignments.grant(context, body)).assignment),
    unassign: async ({ params, body }, context) => {
      await assignments.revoke(context, params.assignmentId, body.reason)
      return undefined
    },
    explain: async ({ query }) => {
      await parts.registry.require(query.principalId)
      const { by, ...rest } = access.explain({ ...query, isData: query.data === 'true' })
      return { ...rest, by: by ?? null, nearMisses: [...rest.nearMisses] }
    },
    whoCan: ({ query }) => page(parts, access.whoCan({ ...query, isData: query.data === 'true' }), query),
  }
}

/** @param found in the order of their IDs */
async function page(
  parts: AuthorizationParts,
  found: readonly RoleAssignment[],
  query: PageQuery,
): Promise<Page<ScopedAssignment>> {
  const list = 'role assignments'
  const [after] = parts.cursors.read(list, query.cursor) ?? []
  const rest = after === undefined ? found : found.filter(({ assignmentId }) => assignmentId > after)
  const cut = rest.slice(0, query.limit + 1)
  const { items, nextCursor } = parts.cursors.page(cut, {
    ...{ list, limit: query.limit },
    keyOf: ({ assignmentId }) => [assignmentId],
    map: (each) => each,
  })
  return { items: await named(parts, items), nextCursor }
}

async function named(
  { registry }: AuthorizationParts,
  assignments: readonly RoleAssignment[],
): Promise<ScopedAssignment[]> {
  const principals = await registry.findAll([...new Set(assignments.map(({ principalId }) => principalId))])
  const byId = new Map(principals.map((principal) => [principal.objectId, principal]))
  return assignments.flatMap((each) => {
    const principal = byId.get(each.principalId)
    if (!principal) return []
    const { objectId, displayName, kind } = principal
    return [
      {
        id: each.assignmentId,
        principal: { principalId: objectId, name: displayName, kind },
        role: { id: each.role.id, name: each.role.name },
        scope: each.scope.path,
        description: each.description,
        createdBy: each.createdBy,
        createdAt: each.createdAt,
      },
    ]
  })
}

function listsOf({ actions, notActions, dataActions, notDataActions }: RoleDefinition['permission']) {
  return {
    actions: [...actions],
    notActions: [...notActions],
    dataActions: [...dataActions],
    notDataActions: [...notDataActions],
  }
}
