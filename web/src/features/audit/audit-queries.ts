import { auditApi } from '@signet/shared/api/audit'
import type { AuditAction, AuditOutcome } from '@signet/shared/vocabulary/audit-events'
import { infiniteQueryOptions, keepPreviousData } from '@tanstack/react-query'
import { call } from '../../api/client.ts'
import { pagesOptions } from '../../api/pages.ts'

const list = call(auditApi.list)

export interface AuditFilter {
  readonly action?: AuditAction | undefined
  readonly outcome?: AuditOutcome | undefined
  /** Only what was done to the thing of this ID. */
  readonly target?: string | undefined
  /** Only what happened in the request of this ID. */
  readonly correlation?: string | undefined
}

export const auditOptions = ({ action, outcome, target, correlation }: AuditFilter) =>
  infiniteQueryOptions({
    ...pagesOptions,
    queryKey: ['audit', { action, outcome, target, correlation }],
    queryFn: ({ pageParam, signal }) =>
      list({ query: { action, outcome, targetId: target, correlationId: correlation, cursor: pageParam } }, signal),
    placeholderData: keepPreviousData,
  })
