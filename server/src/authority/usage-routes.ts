import type { usageApi } from '@signet/shared/api/usage'
import type { Handlers } from '../platform/http/contract-router.ts'
import type { UseList } from '../principals/index.ts'
import type { UsageReports } from './usage-reports.ts'

export function usageHandlers({ list, reports }: { list: UseList; reports: UsageReports }): Handlers<typeof usageApi> {
  return {
    list: ({ query }) => list.page(query),
    facets: () => list.facets(),
    ...list.exports,
    ofPrincipal: ({ params, query }) => reports.ofPrincipal(params.principalId, query),
    ofInstance: ({ params, query }) => reports.ofInstance(params.instanceId, query),
  }
}
