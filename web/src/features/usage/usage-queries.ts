import { type UsageSort, usageApi } from '@signet/shared/api/usage'
import { InstanceId, ObjectId } from '@signet/shared/vocabulary/identifiers'
import { dayMs } from '@signet/shared/vocabulary/time'
import { keepPreviousData, queryOptions } from '@tanstack/react-query'
import { idIn } from '../../api/address-id.ts'
import { problemOf } from '../../api/api-error.ts'
import { call, download } from '../../api/client.ts'
import { useListExport } from '../../api/list-export.ts'
import { useFacets, useListRows } from '../../api/list-rows.ts'
import type { QueryRoot } from '../../api/query-roots.ts'
import { notify } from '../../ui/toaster.tsx'

const list = call(usageApi.list)
const facets = call(usageApi.facets)
const ofPrincipal = call(usageApi.ofPrincipal)
const ofInstance = call(usageApi.ofInstance)
const exportSelected = download(usageApi.exportSelected)

const root: QueryRoot = 'usage'
// The first token of an hour is announced, the others are not.
const tokenPaceMs = 15_000

export function useUsageRows(question: { filter: string; sort: UsageSort; enabled: boolean }) {
  return useListRows({ root, list, refetchMs: tokenPaceMs }, question)
}

export function useUsageFacets() {
  return useFacets(root, facets)
}

/** Whose counters a tab shows. */
export interface UsageOf {
  readonly kind: 'principal' | 'instance'
  readonly id: string
  /** Of an instance with an identity of its own: whose hosts are shown too. */
  readonly ownPrincipalId?: string | undefined
}

export const usageOptions = ({ kind, id }: UsageOf, days: number) =>
  queryOptions({
    queryKey: [root, kind, id, days],
    queryFn: ({ signal }) => {
      const query = { from: Math.max(Date.now() - (days - 1) * dayMs, 0) }
      return kind === 'principal'
        ? ofPrincipal({ params: { principalId: idIn(ObjectId, id, 'principal ID') }, query }, signal)
        : ofInstance({ params: { instanceId: idIn(InstanceId, id, 'ID of an instance') }, query }, signal)
    },
    refetchInterval: tokenPaceMs,
    placeholderData: keepPreviousData,
  })

export function useUsageExport() {
  return useListExport<UsageSort>({
    permission: 'instances.read',
    path: usageApi.export.path,
    named: (body) => exportSelected({ body }),
    onFailed: (error) => notify('bad', 'The selection was not exported', problemOf(error).detail),
  })
}
