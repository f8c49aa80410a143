import type { rotationActsApi } from '@signet/shared/api/rotation-acts'
import type { Handlers } from '../platform/http/contract-router.ts'
import type { StepUp } from './admin-routes.ts'
import type { Rotation } from './rotation.ts'

export function rotationActHandlers(rotation: Rotation, requireStepUp: StepUp): Handlers<typeof rotationActsApi> {
  const { acts, drills, history, registry } = rotation
  return {
    rollBack: async ({ params, body }, context) => {
      await acts.rollBack(context, params.runId, body.reason)
      return history.show(params.runId)
    },
    retire: async ({ params, body }, context) => {
      await requireStepUp(context)
      await acts.retireNow(context, params.runId, body.reason)
      return history.show(params.runId)
    },
    keep: async ({ params, body }, context) => {
      await acts.keepLonger(context, params.runId, body.until, body.reason)
      return history.show(params.runId)
    },
    emergency: async ({ params, body }, context) => {
      await registry.require(params.principalId)
      await requireStepUp(context)
      const runs = await acts.emergency(context, params.principalId, body.reason)
      return { items: await Promise.all(runs.map((run) => history.show(run.id))) }
    },
    startDrill: async ({ params }, context) => {
      await registry.require(params.principalId)
      return { items: await drills.start(context, params.principalId) }
    },
    drills: async ({ params }) => {
      await registry.require(params.principalId)
      return { items: await drills.ofPrincipal(params.principalId) }
    },
  }
}
