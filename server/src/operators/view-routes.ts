import type { viewsApi } from '@signet/shared/api/views'
import type { Handlers } from '../platform/http/contract-router.ts'
import type { SavedViews } from './saved-views.ts'

export function viewHandlers(views: SavedViews): Handlers<typeof viewsApi> {
  return {
    list: async ({ query }, context) => ({ items: await views.visible(context, query.list) }),
    save: ({ body }, context) => views.save(context, body),
    remove: async ({ params }, context) => {
      await views.remove(context, params.viewId)
      return undefined
    },
  }
}
