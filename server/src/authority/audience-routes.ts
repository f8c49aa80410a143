import type { Audience, audiencesApi } from '@signet/shared/api/audiences'
import type { AudienceId } from '@signet/shared/vocabulary/identifiers'
import type { Handlers } from '../platform/http/contract-router.ts'
import type { RequestContext } from '../platform/request-context.ts'
import type { AppRoles } from './app-roles.ts'
import type { Audiences } from './audiences.ts'

export function audienceHandlers({
  audiences,
  appRoles,
}: {
  audiences: Audiences
  appRoles: AppRoles
}): Handlers<typeof audiencesApi> {
  const setEnabled =
    (enabled: boolean) =>
    async (
      given: {
        params: { audienceId: AudienceId }
        body: { reason?: string | undefined }
        ifMatch: number | undefined
      },
      context: RequestContext,
    ): Promise<Audience> => {
      const { audienceId } = given.params
      await audiences.setEnabled(context, audienceId, enabled, { ...given.body, expected: given.ifMatch })
      return audiences.show(audienceId)
    }
  return {
    list: ({ query }) => audiences.page(query),
    register: async ({ body }, context) => audiences.show(await audiences.register(context, body)),
    show: ({ params }) => audiences.show(params.audienceId),
    change: async ({ params, body, ifMatch }, context) => {
      await audiences.change(context, params.audienceId, { ...body, expected: ifMatch })
      return audiences.show(params.audienceId)
    },
    disable: setEnabled(false),
    enable: setEnabled(true),
    remove: async ({ params, body, ifMatch }, context) => {
      await audiences.remove(context, params.audienceId, { ...body, expected: ifMatch })
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
