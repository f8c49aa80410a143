import type { rolloutsApi } from '@signet/shared/api/rollouts'
import type { Handlers } from '../platform/http/contract-router.ts'
import type { Rollouts } from './rollouts.ts'

export function rolloutHandlers(rollouts: Rollouts): Handlers<typeof rolloutsApi> {
  return {
    preview: ({ body }) => rollouts.preview(body),
    start: ({ body }, context) => rollouts.start(context, body),
    list: ({ query }) => rollouts.page({ ...query, open: query.open === 'true' }),
    show: ({ params }) => rollouts.show(params.rolloutId),
    items: ({ params, query }) => rollouts.items(params.rolloutId, query),
    pause: ({ params, body }, context) => rollouts.pause(context, params.rolloutId, body.reason),
    resume: ({ params, body }, context) => rollouts.resume(context, params.rolloutId, body),
    cancel: ({ params, body }, context) => rollouts.cancel(context, params.rolloutId, body.reason),
    rollBack: ({ params, body }, context) => rollouts.rollBack(context, params.rolloutId, body),
  }
}
