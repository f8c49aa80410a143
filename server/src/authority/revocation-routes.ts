import type { Propagation, PropagationState, revocationsApi } from '@signet/shared/api/revocations'
import type { Handlers } from '../platform/http/contract-router.ts'
import type { Revocations } from './revocations.ts'

/** What is known of where an act has arrived. */
interface PropagationBook {
  counts(which: { principalId: string }): Promise<Propagation>
  state(which: { principalId: string }): Promise<PropagationState | null>
}

export function revocationHandlers({
  revocations,
  withdrawals,
}: {
  revocations: Revocations
  withdrawals: PropagationBook
}): Handlers<typeof revocationsApi> {
  return {
    revokeToken: async ({ params, body }, context) => {
      const { principalId, until } = await revocations.revokeToken(context, params.uti, body.reason)
      return { uti: params.uti, principalId, until, propagation: await withdrawals.counts({ principalId }) }
    },
    revokeAll: async ({ params, body }, context) => {
      const { principalId } = params
      const before = await revocations.revokeAll(context, principalId, body.reason)
      return { principalId, before, propagation: await withdrawals.counts({ principalId }) }
    },
    propagation: async ({ params }) => ({ propagation: await withdrawals.state(params) }),
  }
}
