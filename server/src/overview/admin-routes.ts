import type { overviewApi } from '@signet/shared/api/overview'
import type { Permission } from '@signet/shared/vocabulary/permissions'
import type { Handlers } from '../platform/http/contract-router.ts'
import type { RequestContext } from '../platform/request-context.ts'
import type { Overview } from './overview.ts'

/** @param hasPermission whether whoever asks has it: not every role that sees the numbers reads the audit log */
export function overviewHandlers(
  { attention, expiries, numbers }: Overview,
  hasPermission: (context: RequestContext, permission: Permission) => boolean,
): Handlers<typeof overviewApi> {
  return {
    overview: (_input, context) => numbers.read({ withChanges: hasPermission(context, 'audit.read') }),
    expiries: ({ query }) => expiries.page(query),
    attention: () => attention.list(),
  }
}
