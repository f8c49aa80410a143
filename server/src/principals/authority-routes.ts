import type { certificateAuthoritiesApi } from '@signet/shared/api/certificate-authorities'
import type { Handlers } from '../platform/http/contract-router.ts'
import type { RequestContext } from '../platform/request-context.ts'
import type { CertificateAuthorities } from './certificate-authorities.ts'

/** @param requireStepUp of whoever has another CA sign (SEC-22), or takes the key of one (SEC-54) */
export function authorityHandlers({
  authorities,
  requireStepUp,
}: {
  authorities: Pick<CertificateAuthorities, 'list' | 'rotateNow' | 'exportKey'>
  requireStepUp: (context: RequestContext) => Promise<void>
}): Handlers<typeof certificateAuthoritiesApi> {
  return {
    list: async () => ({ items: authorities.list() }),
    rotate: async ({ params, body }, context) => {
      await requireStepUp(context)
      return authorities.rotateNow(context, params.id, body.reason)
    },
    exportKey: async ({ params, body }, context) => {
      await requireStepUp(context)
      return authorities.exportKey(context, params.id, body.reason)
    },
  }
}
