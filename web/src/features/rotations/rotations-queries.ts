import type { ExportFormat } from '@signet/shared/api/paging'
import { rotationApi } from '@signet/shared/api/rotation'
import { type RotationPolicy, rotationPoliciesApi } from '@signet/shared/api/rotation-policies'
import { RunId } from '@signet/shared/vocabulary/identifiers'
import {
  infiniteQueryOptions,
  keepPreviousData,
  queryOptions,
  useMutation,
  useQueryClient,
} from '@tanstack/react-query'
import { ApiError } from '../../api/api-error.ts'
import { call, download } from '../../api/client.ts'
import { pagesOptions } from '../../api/pages.ts'

const list = call(rotationApi.list)
const show = call(rotationApi.show)
const timeline = call(rotationApi.timeline)
const load = call(rotationApi.load)
const policies = call(rotationPoliciesApi.list)

const runningPaceMs = 3_000

interface Axis {
  readonly from: number
  readonly until: number
}

export const rotationsKey = (filter: string) => ['rotations', 'list', filter]

export const readRotations = (filter: string, cursor: string | undefined, signal: AbortSignal) =>
  list({ query: { filter, cursor } }, signal)

export const exportRotations = (filter: string, format: ExportFormat) =>
  download(rotationApi.export)({ query: { filter, format } })

export const timelineOptions = ({ instance, axis }: { instance: string | undefined; axis: Axis }) =>
  infiniteQueryOptions({
    ...pagesOptions,
    queryKey: ['rotations', 'timeline', instance, axis],
    queryFn: ({ pageParam, signal }) =>
      timeline({ query: { instance, from: axis.from, to: axis.until, limit: 25, cursor: pageParam } }, signal),
    placeholderData: keepPreviousData,
  })

export const loadOptions = (axis: Axis) =>
  queryOptions({
    queryKey: ['rotations', 'load', axis],
    queryFn: ({ signal }) => load({ query: { from: axis.from, to: axis.until } }, signal),
    placeholderData: keepPreviousData,
  })

export const rotationOptions = (runId: string) =>
  queryOptions({
    queryKey: ['rotations', 'one', runId],
    queryFn: ({ signal }) => {
      const id = RunId.safeParse(runId)
      if (!id.success) throw new ApiError({ code: 'not_found', detail: 'The address holds no rotation ID.' })
      return show({ params: { runId: id.data } }, signal)
    },
    // Steps come by events; the first use of the new certificate does not.
    refetchInterval: ({ state: { data } }) => (data?.finishedAt === null ? runningPaceMs : false),
  })

/** The default policy. */
export const policyOptions = queryOptions({
  queryKey: ['policy', 'list'],
  queryFn: ({ signal }) => policies({}, signal),
  select: ({ items }) => items[0],
})

export function useSetPolicy() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: ({ id, version, policy }: { id: string; version: number; policy: RotationPolicy }) =>
      call(rotationPoliciesApi.change)({ params: { policyId: id }, body: { policy }, ifMatch: version }),
    onSuccess: () => client.invalidateQueries({ queryKey: policyOptions.queryKey }),
  })
}
