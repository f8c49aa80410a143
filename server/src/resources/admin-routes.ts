import type { InstanceDetail, resourcesApi } from '@signet/shared/api/resources'
import { TenantId } from '@signet/shared/vocabulary/identifiers'
import type { AuditLog } from '../audit/index.ts'
import type { Handlers } from '../platform/http/contract-router.ts'
import { SignetError } from '../platform/signet-error.ts'
import { exportInstances } from './instance-export.ts'
import type { InstanceList } from './instance-list.ts'
import type { InstanceView } from './instance-view.ts'
import type { ManagedIdentity } from './managed-identity.ts'
import type { ResourceManager } from './resource-manager.ts'
import type { ServiceInstance } from './service-instance.ts'

export function resourceHandlers(parts: {
  resources: ResourceManager
  identities: ManagedIdentity
  view: InstanceView
  list: InstanceList
  audit: AuditLog
  tenantId: string
  authorityUrl: string
}): Handlers<typeof resourcesApi> {
  const { resources, identities, view } = parts
  const tenantId = TenantId.parse(parts.tenantId)
  const detail = async (instance: ServiceInstance): Promise<InstanceDetail> => {
    const [summary] = await view.summaries([instance])
    if (!summary) throw new SignetError('internal')
    return { ...summary, tenantId, authorityUrl: parts.authorityUrl }
  }
  return {
    list: ({ query }) => parts.list.page(query),
    facets: () => parts.list.facets(),
    export: ({ query }, context) => exportInstances(context, query, parts),
    show: async ({ params }) => detail(await resources.require(params.instanceId)),
    register: async ({ body }, context) => detail(await resources.register(context, body)),
    setIdentity: async ({ params, body }, context) => {
      await (body.enabled
        ? identities.turnOn(context, params.instanceId)
        : identities.turnOff(context, params.instanceId))
      return detail(await resources.require(params.instanceId))
    },
    tokens: async ({ params, query }) => view.recentTokens(await resources.require(params.instanceId), query),
  }
}
