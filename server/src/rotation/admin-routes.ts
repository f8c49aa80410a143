import type { rotationApi } from '@signet/shared/api/rotation'
import { rotationFields } from '@signet/shared/query/rotation-fields'
import type { Handlers } from '../platform/http/contract-router.ts'
import { requireTerms } from '../platform/query-text.ts'
import { SignetError } from '../platform/signet-error.ts'
import { certificateFile } from './certificate-file.ts'
import type { Rotation } from './rotation.ts'

export function rotationHandlers(rotation: Rotation): Handlers<typeof rotationApi> {
  const { history, policies, rollover, registry } = rotation
  return {
    list: async ({ query }) =>
      history.page({ terms: requireTerms(query.filter, rotationFields), from: query.from, to: query.to }, query),
    export: ({ query }, context) => rotation.exports.open(context, query),
    timeline: ({ query }) => history.lanes(query, query),
    load: async ({ query }) => ({ days: await history.load(query) }),
    show: ({ params }) => history.show(params.runId),
    certificate: ({ params }) => certificateFile(registry, params),
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
