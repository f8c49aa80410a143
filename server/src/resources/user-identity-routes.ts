import type { HeldRole, UserIdentityDetail, userIdentitiesApi } from '@signet/shared/api/user-identities'
import type { InstanceId, ObjectId } from '@signet/shared/vocabulary/identifiers'
import type { AuditLog } from '../audit/index.ts'
import type { Handlers } from '../platform/http/contract-router.ts'
import type { RequestContext } from '../platform/request-context.ts'
import { SignetError } from '../platform/signet-error.ts'
import type { Transactor } from '../platform/transaction.ts'
import type { PrincipalRegistry } from '../principals/index.ts'
import type { InstanceView } from './instance-view.ts'
import type { ResourceGroups } from './resource-groups.ts'
import type { ToldCounts } from './told-counts.ts'
import type { UserIdentities } from './user-identities.ts'
import type { UserIdentityAct } from './user-identity.ts'
import type { UserIdentityList } from './user-identity-list.ts'
import type { UserIdentityView } from './user-identity-view.ts'

interface UserIdentityRouteParts {
  readonly users: UserIdentities
  readonly userList: UserIdentityList
  readonly userView: UserIdentityView
  readonly view: Pick<InstanceView, 'tokens' | 'tokenHistogram'>
  readonly groups: ResourceGroups
  readonly registry: PrincipalRegistry
  readonly roles: (principalId: ObjectId) => Promise<HeldRole[]>
  readonly audit: AuditLog
  readonly database: Transactor
  /** How many are told of an act by now. */
  readonly told: ToldCounts
}

interface Given<Body = unknown> {
  readonly params: { principalId: ObjectId }
  readonly body: Body & { reason?: string | undefined }
  readonly ifMatch: number | undefined
}

export function userIdentityHandlers(parts: UserIdentityRouteParts): Handlers<typeof userIdentitiesApi> {
  const { users, userList, userView, view, groups, registry, roles, told } = parts
  const detail = ({ principalId }: { principalId: ObjectId }): Promise<UserIdentityDetail> =>
    userView.detail(principalId)
  const act =
    (name: UserIdentityAct) =>
    async ({ params, body, ifMatch }: Given, context: RequestContext) => {
      await users.act(context, name, params.principalId, { ...body, expected: ifMatch })
      return detail(params)
    }
  const stop = (name: UserIdentityAct) => async (given: Given, context: RequestContext) => ({
    ...(await act(name)(given, context)),
    propagation: await told(given.params),
  })
  const assign =
    (name: 'attach' | 'detach') =>
    async ({ params, body, ifMatch }: Given<{ instanceIds: InstanceId[] }>, context: RequestContext) => {
      await users[name](context, params.principalId, { ...body, expected: ifMatch })
      return detail(params)
    }
  return {
    list: ({ query }) => userList.page(query),
    facets: () => userList.facets(),
    ...userList.exports,
    create: async ({ body }, context) => detail(await users.create(context, body)),
    show: ({ params }) => detail(params),
    change: async ({ params, body, ifMatch }, context) => {
      await users.change(context, params.principalId, { ...body, expected: ifMatch })
      return detail(params)
    },
    instances: ({ params, query }) => userView.instances(params.principalId, query),
    attach: assign('attach'),
    detach: async (given, context) => {
      const shown = await assign('detach')(given, context)
      return { ...shown, propagation: await told(context) }
    },
    pause: stop('pause'),
    resume: act('resume'),
    remove: stop('delete'),
    restore: act('restore'),
    ofInstance: async ({ params }) => ({ items: await userView.ofInstance(params.instanceId) }),
    tokens: async ({ params, query }) => view.tokens(await users.require(params.principalId), query),
    tokenHistogram: async ({ params, query }) => view.tokenHistogram(await users.require(params.principalId), query),
    setLifetime: async ({ params, body }, context) => {
      await setTokenLifetime(parts, context, params.principalId, body)
      return { seconds: body.seconds }
    },
    lifetime: async ({ params }) => ({ seconds: (await registry.require(params.principalId)).tokenLifetimeSeconds }),
    roles: async ({ params }) => ({ items: await roles((await registry.require(params.principalId)).objectId) }),
    groups: async () => ({ items: await groups.list() }),
    createGroup: ({ body }, context) => groups.create(context, body.name),
  }
}

/** Of an identity of any kind. @throws SignetError `not_found` | `conflict` for one that was deleted */
async function setTokenLifetime(
  { registry, audit, database }: UserIdentityRouteParts,
  context: RequestContext,
  principalId: ObjectId,
  { seconds, reason }: { seconds: number | null; reason?: string | undefined },
): Promise<void> {
  await database.transact(async (tx) => {
    const { displayName, state, tokenLifetimeSeconds } = await registry.require(principalId, tx)
    if (state === 'deleted') throw new SignetError('conflict', `The identity ${displayName} was deleted.`)
    if (tokenLifetimeSeconds === seconds) return
    await registry.change(tx, principalId, { token_ttl_s: seconds })
    await audit.append(tx, context, {
      action: 'identity.lifetime_changed',
      target: { kind: 'identity', id: principalId, label: displayName },
      ...(reason && { reason }),
      before: { tokenLifetimeSeconds },
      after: { tokenLifetimeSeconds: seconds },
    })
  })
}
