import type { resourceGroupsApi } from '@signet/shared/api/resource-groups'
import type { Handlers } from '../platform/http/contract-router.ts'
import type { GroupActs } from './group-acts.ts'

export function resourceGroupHandlers({ groupActs }: { groupActs: GroupActs }): Handlers<typeof resourceGroupsApi> {
  return {
    show: ({ params }) => groupActs.show(params.name),
    pause: ({ params, body }, context) => groupActs.pause(context, params.name, body.reason),
    resume: ({ params, body }, context) => groupActs.resume(context, params.name, body.reason),
  }
}
