import type { Audience, audiencesApi } from '@signet/shared/api/audiences'
import type { AudienceId } from '@signet/shared/vocabulary/identifiers'
import type { Handlers } from '../platform/http/contract-router.ts'
import type { RequestContext } from '../platform/request-context.ts'
import type { AppRoles } from './app-roles.ts'
import type { AudienceAct } from './audience-acts.ts'
import type { AudienceList } from './audience-list.ts'
import type { Audiences } from './audiences.ts'

interface Given {
  readonly params: { audienceId: AudienceId }
  readonly body: { reason?: string | undefined }
  readonly ifMatch: number | undefined
}

export function audienceHandlers({
  audiences,
  list,
  appRoles,
}: {
  audiences: Audiences
  list: AudienceList
  appRoles: AppRoles
}): Handlers<typeof audiencesApi> {
  const act = ({ params, body, ifMatch }: Given, context: RequestContext, name: AudienceAct): Promise<void> =>
    audiences.act(context, name, params.audienceId, { ...body, expected: ifMatch })
  const setEnabled =
    (name: 'enable' | 'disable') =>
    async (given: Given, context: RequestContext): Promise<Audience> => {
      await act(given, context, name)
      return audiences.show(given.params.audienceId)
    }
  return {
    list: ({ query }) => list.page(query),
    facets: () => list.facets(),
    ...list.exports,
    register: async ({ body }, context) => audiences.show(await audiences.register(context, body)),
    show: ({ params }) => audiences.show(params.audienceId),
    change: async ({ params, body, ifMatch }, context) => {
      await audiences.change(context, params.audienceId, { ...body, expected: ifMatch })
      return audiences.show(params.audienceId)
    },
    disable: setEnabled('disable'),
    enable: setEnabled('enable'),
    remove: async (given, context) => {
      await act(given, context, 'delete')
      return undefined
    },
    assignments: ({ params, query }) => appRoles.page(params.audienceId, query),
    assign: ({ params, body }, context) => appRoles.assign(context, { ...body, ...params }),
    unassign: async ({ params, body }, context) => {
      await appRoles.unassign(context, { ...body, ...params })
      return undefined
    },
  }
}
