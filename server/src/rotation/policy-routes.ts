import type { rotationCalendarApi } from '@signet/shared/api/rotation-calendar'
import type { rotationPoliciesApi } from '@signet/shared/api/rotation-policies'
import type { Handlers } from '../platform/http/contract-router.ts'
import type { Rotation } from './rotation.ts'

export function rotationPolicyHandlers({
  policies,
  simulation,
  registry,
}: Rotation): Handlers<typeof rotationPoliciesApi> {
  return {
    list: async () => ({ items: await policies.list() }),
    reach: async () => ({ items: await policies.reach() }),
    preview: ({ body }) => simulation.preview(body),
    create: ({ body }, context) => policies.create(context, body),
    show: ({ params }) => policies.show(params.policyId),
    change: ({ params, body, ifMatch }, context) =>
      policies.change(context, params.policyId, { ...body, expected: ifMatch }),
    remove: async ({ params, body, ifMatch }, context) => {
      await policies.remove(context, params.policyId, { ...body, expected: ifMatch })
      return undefined
    },
    ofIdentity: async ({ params }) => {
      const { objectId } = await registry.require(params.principalId)
      return { items: await policies.ofIdentity(objectId) }
    },
    freezes: async () => ({ items: await policies.freezes() }),
    freeze: ({ params, body }, context) => policies.freeze(context, params.policyId, body),
    unfreeze: async ({ params, body }, context) => {
      await policies.unfreeze(context, params.policyId, body.reason)
      return undefined
    },
  }
}

export function rotationCalendarHandlers({ calendar }: Rotation): Handlers<typeof rotationCalendarApi> {
  return {
    show: () => calendar.show(),
    planned: ({ query }) => calendar.planned(query, query),
  }
}
