import type { InstanceDetail, resourcesApi } from '@signet/shared/api/resources'
import { type ObjectId, TenantId } from '@signet/shared/vocabulary/identifiers'
import type { AuditLog } from '../audit/index.ts'
import type { Clock } from '../platform/clock.ts'
import type { Handlers } from '../platform/http/contract-router.ts'
import type { RequestContext } from '../platform/request-context.ts'
import { SignetError } from '../platform/signet-error.ts'
import { instanceExports } from './instance-export.ts'
import type { InstanceList } from './instance-list.ts'
import type { InstanceView } from './instance-view.ts'
import type { ManagedIdentity } from './managed-identity.ts'
import type { ResourceManager } from './resource-manager.ts'
import type { ServiceInstance } from './service-instance.ts'
import type { ToldCounts } from './told-counts.ts'

/** @param requireStepUp throws unless the operator confirmed that it is them within the last minutes (SEC-22) */
export function resourceHandlers(parts: {
  resources: ResourceManager
  identities: ManagedIdentity
  view: InstanceView
  list: InstanceList
  audit: AuditLog
  clock: Clock
  tenantId: string
  authorityUrl: string
  requireStepUp: (context: RequestContext) => Promise<void>
  /** How many are told of an act by now. */
  told: ToldCounts
}): Handlers<typeof resourcesApi> {
  const { resources, identities, view, told } = parts
  const tenantId = TenantId.parse(parts.tenantId)
  const detail = async (instance: ServiceInstance): Promise<InstanceDetail> => {
    const [summary] = await view.summaries([instance])
    if (!summary) throw new SignetError('internal')
    return { ...summary, tenantId, authorityUrl: parts.authorityUrl }
  }
  const act =
    (name: 'pause' | 'resume' | 'restore') =>
    async (
      {
        params,
        body,
        ifMatch,
      }: { params: { principalId: ObjectId }; body: { reason?: string | undefined }; ifMatch: number | undefined },
      context: RequestContext,
    ) => {
      const instanceId = await identities.actOn(context, name, params.principalId, { ...body, expected: ifMatch })
      return detail(await resources.require(instanceId))
    }
  return {
    list: ({ query }) => parts.list.page(query),
    facets: () => parts.list.facets(),
    ...instanceExports(parts),
    show: async ({ params }) => detail(await resources.require(params.instanceId)),
    register: async ({ body }, context) => detail(await resources.register(context, body)),
    setIdentity: async ({ params, body, ifMatch }, context) => {
      const options = { expected: ifMatch, reason: body.reason }
      const { principalId } = await (body.enabled
        ? identities.turnOn(context, params.instanceId, options)
        : identities.turnOff(context, params.instanceId, options))
      const shown = await detail(await resources.require(params.instanceId))
      return body.enabled || principalId === null ? shown : { ...shown, propagation: await told({ principalId }) }
    },
    pause: async (given, context) => {
      const { params } = given
      return { ...(await act('pause')(given, context)), propagation: await told(params) }
    },
    resume: act('resume'),
    restore: act('restore'),
    blastRadius: ({ params }) => view.blastRadius(params.principalId),
    tag: async ({ params, body, ifMatch }, context) => {
      await resources.tag(context, params.instanceId, { ...body, expected: ifMatch })
      return detail(await resources.require(params.instanceId))
    },
    remove: async ({ params, body, ifMatch }, context) => {
      await parts.requireStepUp(context)
      await identities.remove(context, params.instanceId, { ...body, expected: ifMatch })
      return { propagation: await told(context) }
    },
    tokens: async ({ params, query }) => view.tokens(await resources.require(params.instanceId), query),
    tokenHistogram: async ({ params, query }) => view.tokenHistogram(await resources.require(params.instanceId), query),
  }
}
