import type { signingKeysApi } from '@signet/shared/api/signing-keys'
import type { Handlers } from '../platform/http/contract-router.ts'
import type { RequestContext } from '../platform/request-context.ts'
import type { SigningKeyAdmin } from './signing-key-admin.ts'

/** @param requireStepUp of whoever revokes or removes a key (SEC-22) */
export function signingKeyHandlers({
  admin,
  requireStepUp,
}: {
  admin: SigningKeyAdmin
  requireStepUp: (context: RequestContext) => Promise<void>
}): Handlers<typeof signingKeysApi> {
  return {
    list: async () => ({ items: await admin.list() }),
    emergency: async ({ params, body }, context) => {
      await requireStepUp(context)
      return admin.rotateNow(context, params.kid, body.reason)
    },
    remove: async ({ params, body }, context) => {
      await requireStepUp(context)
      return admin.remove(context, params.kid, { force: body.force, reason: body.reason })
    },
    hold: ({ params, body }, context) => admin.hold(context, params.kid, { held: body.held, reason: body.reason }),
  }
}
