import type { clockApi } from '@signet/shared/api/clock'
import type { Handlers } from '../platform/http/contract-router.ts'
import type { ClockConfirmation } from './clock-confirmation.ts'

export function clockHandlers(confirmation: ClockConfirmation): Handlers<typeof clockApi> {
  return {
    status: async () => confirmation.status(),
    confirm: ({ body }, context) => confirmation.confirm(context, body.steppedAt),
  }
}
