import type { rotationApi } from '@signet/shared/api/rotation'
import { rotationFields } from '@signet/shared/query/rotation-fields'
import type { Handlers } from '../platform/http/contract-router.ts'
import { requireTerms } from '../platform/query-text.ts'
import type { RequestContext } from '../platform/request-context.ts'
import { SignetError } from '../platform/signet-error.ts'
import { certificateFile } from './certificate-file.ts'
import type { Rotation } from './rotation.ts'
import { chosenOverlap } from './slot-acts.ts'

export type StepUp = (context: RequestContext) => Promise<void>

export function rotationHandlers(rotation: Rotation, requireStepUp: StepUp): Handlers<typeof rotationApi> {
  const { history, rollover, registry } = rotation
  return {
    list: async ({ query }) =>
      history.page({ terms: requireTerms(query.filter, rotationFields), from: query.from, to: query.to }, query),
    export: ({ query }, context) => rotation.exports.open(context, query),
    timeline: ({ query }) => history.lanes(query, query),
    load: async ({ query }) => ({ days: await history.load(query) }),
    show: ({ params }) => history.show(params.runId),
    review: async ({ body }, context) => ({ reviewed: await rotation.reviews.mark(context, body) }),
    certificate: ({ params }) => certificateFile(registry, params),
    rotate: async ({ params, body }, context) => {
      await registry.require(params.principalId)
      if (body.overlap === 'none') await requireStepUp(context)
      const overlapSeconds = chosenOverlap(body.overlap)
      const [run] = await rollover.rotateNow(context, params.principalId, body.reason || undefined, overlapSeconds)
      if (!run) throw new SignetError('conflict')
      return history.show(run.id)
    },
  }
}
