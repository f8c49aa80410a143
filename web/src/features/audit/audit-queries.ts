import { auditApi } from '@signet/shared/api/audit'
import type { AuditAction, AuditOutcome } from '@signet/shared/vocabulary/audit-events'
import { infiniteQueryOptions, keepPreviousData } from '@tanstack/react-query'
import { call } from '../../api/client.ts'
import { pagesOptions } from '../../api/pages.ts'

const list = call(auditApi.list)

export interface AuditFilter {
  readonly action?: AuditAction | undefined
  readonly outcome?: AuditOutcome | undefined
}

export const auditOptions = ({ action, outcome }: AuditFilter) =>
  infiniteQueryOptions({
    ...pagesOptions,
    queryKey: ['audit', { action, outcome }],
    queryFn: ({ pageParam, signal }) => list({ query: { action, outcome, cursor: pageParam } }, signal),
    placeholderData: keepPreviousData,
  })
