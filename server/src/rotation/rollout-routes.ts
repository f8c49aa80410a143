import type { rolloutsApi } from '@signet/shared/api/rollouts'
import type { Handlers } from '../platform/http/contract-router.ts'
import type { StepUp } from './admin-routes.ts'
import type { Rollouts } from './rollouts.ts'

export function rolloutHandlers(rollouts: Rollouts, requireStepUp: StepUp): Handlers<typeof rolloutsApi> {
  return {
    preview: ({ body }) => rollouts.preview(body),
    start: async ({ body }, context) => {
      if (body.act === 'emergency') await requireStepUp(context)
      return rollouts.start(context, body)
    },
    list: ({ query }) => rollouts.page({ ...query, open: query.open === 'true' }),
    show: ({ params }) => rollouts.show(params.rolloutId),
    items: ({ params, query }) => rollouts.items(params.rolloutId, query),
    pause: ({ params, body }, context) => rollouts.pause(context, params.rolloutId, body.reason),
    resume: ({ params, body }, context) => rollouts.resume(context, params.rolloutId, body),
    cancel: ({ params, body }, context) => rollouts.cancel(context, params.rolloutId, body.reason),
    rollBack: ({ params, body }, context) => rollouts.rollBack(context, params.rolloutId, body),
  }
}
