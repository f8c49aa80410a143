import type { ExportFormat } from '@signet/shared/api/paging'
import { rotationApi } from '@signet/shared/api/rotation'
import { rotationCalendarApi } from '@signet/shared/api/rotation-calendar'
import { RunId } from '@signet/shared/vocabulary/identifiers'
import { dayMs } from '@signet/shared/vocabulary/time'
import { infiniteQueryOptions, keepPreviousData, queryOptions } from '@tanstack/react-query'
import { ApiError } from '../../api/api-error.ts'
import { call, download } from '../../api/client.ts'
import { pagesOptions } from '../../api/pages.ts'
import { policiesOptions } from '../../api/rotation-policies.ts'

const list = call(rotationApi.list)
const show = call(rotationApi.show)
const timeline = call(rotationApi.timeline)
const load = call(rotationApi.load)

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
export const policyOptions = queryOptions({ ...policiesOptions, select: ({ items }) => items[0] })

export const calendarOptions = queryOptions({
  queryKey: ['rotations', 'calendar'],
  queryFn: ({ signal }) => call(rotationCalendarApi.show)({}, signal),
})

/** @param what of a day (midnight UTC, in milliseconds), or what waits */
export const plannedOptions = (what: number | 'waiting') =>
  infiniteQueryOptions({
    ...pagesOptions,
    queryKey: ['rotations', 'planned', what],
    queryFn: ({ pageParam, signal }) => {
      const range = what === 'waiting' ? ({ only: 'waiting' } as const) : { from: what, to: what + dayMs }
      return call(rotationCalendarApi.planned)({ query: { ...range, limit: 50, cursor: pageParam } }, signal)
    },
  })
