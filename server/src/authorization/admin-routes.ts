import {
  type AccessTerms,
  type authorizationApi,
  type ScopedAssignment,
  type RoleDefinition as ShownRole,
  unusedAfterDays,
} from '@signet/shared/api/authorization'
import type { ListCount, Page, PageQuery } from '@signet/shared/api/paging'
import { dayMs } from '@signet/shared/vocabulary/time'
import type { Clock } from '../platform/clock.ts'
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
  readonly clock: Clock
  readonly accessTerms: AccessTerms
}

export function authorizationHandlers(parts: AuthorizationParts): Handlers<typeof authorizationApi> {
  const { access, assignments, definitions } = parts.authorization
  const shown = async (each: RoleAssignment) => {
    const [item] = await named(parts, [each])
    if (!item) throw new Error('an assignment that counts has a principal')
    return item
  }
  return {
    roles: async () => {
      const counts = countsByRole(access.assignments({ order: 'newest' }))
      return { items: access.roles().map((role) => shownRole(role, counts)) }
    },
    createRole: async ({ body }, context) => shownRole(await definitions.create(context, body), new Map()),
    role: async ({ params }) =>
      shownRole(definitions.require(params.roleId), countsByRole(access.assignments({ order: 'newest' }))),
    changeRole: async ({ params, body, ifMatch }, context) => {
      const role = await definitions.change(context, params.roleId, { ...body, expected: ifMatch })
      return shownRole(role, countsByRole(access.assignments({ order: 'newest' })))
    },
    removeRole: async ({ params }, context) => {
      await definitions.remove(context, params.roleId)
      return undefined
    },
    assignments: ({ query }) => listed(parts, query),
    assignment: async ({ params }) => shown(assignments.require(params.assignmentId)),
    preview: async ({ query }, context) => {
      const { principal, role, scope, same, adds } = await assignments.preview(context, query)
      const { objectId, displayName, kind } = principal
      const { id, name, description, permission } = role
      return {
        principal: { principalId: objectId, name: displayName, kind },
        role: { id, name, description, permission: listsOf(permission) },
        scope: scope.path,
        isSame: same !== undefined,
        adds: { actions: [...adds.actions], dataActions: [...adds.dataActions] },
      }
    },
    terms: async () => parts.accessTerms,
    assign: async ({ body }, context) => shown((await assignments.grant(context, body)).assignment),
    unassign: async ({ params, body }, context) => {
      await assignments.revoke(context, params.assignmentId, body.reason)
      return undefined
    },
    explain: async ({ query }) => {
      const { objectId, displayName, kind, state } = await parts.registry.require(query.principalId)
      const asked = { ...query, isData: query.data === 'true' }
      const { by, ...rest } = access.explain(asked)
      return {
        ...rest,
        by: by ?? null,
        nearMisses: [...rest.nearMisses],
        principal: { principalId: objectId, name: displayName, kind, state },
        remedies: by ? [] : access.remedies(asked).map(({ id, name }) => ({ id, name })),
      }
    },
    whoCan: ({ query }) => {
      const found = access.whoCan({ ...query, isData: query.data === 'true' })
      return page(parts, found, { query, list: 'who can', keyOf: ({ assignmentId }) => [assignmentId] })
    },
  }
}

type Question = Parameters<Handlers<typeof authorizationApi>['assignments']>[0]['query']

/** As in every list: the count stops here. */
const mostCounted = 1_000

async function listed(parts: AuthorizationParts, query: Question) {
  const { access } = parts.authorization
  const all = access.assignments({ principalId: query.principalId, order: 'newest' })
  const found = all.filter(matching(parts, query))
  const keyOf = ({ createdAt, assignmentId }: RoleAssignment) => [String(createdAt), assignmentId]
  const one = await page(parts, found, { query, list: 'role assignments', keyOf })
  const count: ListCount = {
    shown: Math.min(found.length, mostCounted),
    isCapped: found.length > mostCounted,
    all: query.principalId === undefined ? all.length : access.assignments().length,
  }
  return { ...one, count: query.cursor === undefined ? count : null }
}

function matching(parts: AuthorizationParts, query: Question): (each: RoleAssignment) => boolean {
  const at = query.at === undefined ? undefined : parseScope(query.at)
  const under = query.under === undefined ? undefined : parseScope(query.under)
  const roleId = query.roleId?.toLowerCase()
  return (each) => {
    if (roleId !== undefined && each.role.id !== roleId) return false
    if ((at && !contains(each.scope, at)) || (under && !contains(under, each.scope))) return false
    if (query.unused !== undefined && isUnused(parts, each) !== (query.unused === 'true')) return false
    return query.broad === undefined || isBroad(each) === (query.broad === 'true')
  }
}

function isUnused({ authorization, clock }: AuthorizationParts, { assignmentId, createdAt }: RoleAssignment): boolean {
  const since = authorization.access.uses.lastOf(assignmentId) ?? createdAt
  return clock.now() - since >= unusedAfterDays * dayMs
}

/** At the subscription or everywhere. */
function isBroad({ scope }: RoleAssignment): boolean {
  return scope.key.split('/').length <= 3
}

function countsByRole(assignments: readonly RoleAssignment[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>()
  for (const { role } of assignments) counts.set(role.id, (counts.get(role.id) ?? 0) + 1)
  return counts
}

function shownRole(role: RoleDefinition, counts: ReadonlyMap<string, number>): ShownRole {
  const { id, name, description, builtIn, permission, version } = role
  return {
    ...{ id, name, description, builtIn, version, assignments: counts.get(id) ?? 0 },
    permission: listsOf(permission),
    assignableScopes: role.assignableScopes.map(({ path }) => path),
  }
}

/** @param found in the order of their keys, of which the last member is the ID */
async function page(
  parts: AuthorizationParts,
  found: readonly RoleAssignment[],
  { query, list, keyOf }: { query: PageQuery; list: string; keyOf: (each: RoleAssignment) => string[] },
): Promise<Page<ScopedAssignment>> {
  const after = parts.cursors.read(list, query.cursor)
  const start = after === undefined ? 0 : found.findIndex((each) => isBehind(keyOf(each), after))
  const cut = start === -1 ? [] : found.slice(start, start + query.limit + 1)
  const { items, nextCursor } = parts.cursors.page(cut, { list, limit: query.limit, keyOf, map: (each) => each })
  return { items: await named(parts, items), nextCursor }
}

/** Times fall and IDs rise along a list. */
function isBehind(key: readonly string[], after: readonly string[]): boolean {
  const [id = '', lastId = ''] = [key.at(-1), after.at(-1)]
  const [at, lastAt] = [Number(key.at(-2) ?? 0), Number(after.at(-2) ?? 0)]
  return at === lastAt ? id > lastId : at < lastAt
}

async function named(parts: AuthorizationParts, assignments: readonly RoleAssignment[]): Promise<ScopedAssignment[]> {
  const principals = await parts.registry.findAll([...new Set(assignments.map(({ principalId }) => principalId))])
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
        lastUsedAt: parts.authorization.access.uses.lastOf(each.assignmentId),
        isUnused: isUnused(parts, each),
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
