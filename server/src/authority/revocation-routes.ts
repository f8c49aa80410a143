import type { revocationsApi } from '@signet/shared/api/revocations'
import { ObjectId } from '@signet/shared/vocabulary/identifiers'
import type { Handlers } from '../platform/http/contract-router.ts'
import type { Revocations } from './revocations.ts'

/** @param connectedAgents how many agents have the principal and are told at once */
export function revocationHandlers({
  revocations,
  connectedAgents,
}: {
  revocations: Revocations
  connectedAgents: (principalId: ObjectId) => Promise<number>
}): Handlers<typeof revocationsApi> {
  return {
    revokeToken: async ({ params, body }, context) => {
      const { principalId, until } = await revocations.revokeToken(context, params.uti, body.reason)
      return { uti: params.uti, principalId: ObjectId.parse(principalId), until }
    },
    revokeAll: async ({ params, body }, context) => {
      const { principalId } = params
      const before = await revocations.revokeAll(context, principalId, body.reason)
      // One server is all there is: it refuses from the commit on.
      return { principalId, before, propagation: { replicas: 1, agents: await connectedAgents(principalId) } }
    },
  }
}
