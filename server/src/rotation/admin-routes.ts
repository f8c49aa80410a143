import type { rotationApi } from '@signet/shared/api/rotation'
import type { Handlers } from '../platform/http/contract-router.ts'
import { SignetError } from '../platform/signet-error.ts'
import { summaryOf } from '../principals/index.ts'
import type { Rotation } from './rotation.ts'

export function rotationHandlers(rotation: Rotation): Handlers<typeof rotationApi> {
  const { history, policies, rollover, slots, registry } = rotation
  return {
    list: ({ query }) => history.page(query),
    show: ({ params }) => history.show(params.runId),
    credentials: async ({ params }) => {
      const { objectId } = await registry.require(params.principalId)
      const [standing] = await slots.ofPrincipals([objectId])
      const credentials = await registry.credentialsOf(objectId)
      return { items: credentials.map(summaryOf), nextRotationAt: standing?.rotateAfter ?? null }
    },
    rotate: async ({ params, body }, context) => {
      await registry.require(params.principalId)
      const [run] = await rollover.rotateNow(context, params.principalId, body.reason || undefined)
      if (!run) throw new SignetError('conflict')
      return history.show(run.id)
    },
    policy: () => policies.current(),
    setPolicy: ({ body }, context) => policies.change(context, body),
  }
}
