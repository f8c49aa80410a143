import { auditApi } from '@signet/shared/api/audit'
import type { ExportFormat } from '@signet/shared/api/paging'
import { keepPreviousData, queryOptions } from '@tanstack/react-query'
import { call, download } from '../../api/client.ts'
import { type RangeSearch, rangeOf } from './audit-range.ts'

const list = call(auditApi.list)
const count = call(auditApi.count)
const histogram = call(auditApi.histogram)
const show = call(auditApi.show)

/** What the address of the page says: a filter without faults, and a stretch of time. */
export interface AuditSearch extends RangeSearch {
  readonly filter?: string | undefined
}

/** A preset ends now, so it is reckoned anew with every question. */
const asked = (search: AuditSearch) => ({ filter: search.filter, ...rangeOf(search, Date.now()) })

export const auditKey = (search: AuditSearch) => ['audit', 'list', search]

export const readAudit = (search: AuditSearch, cursor: string | undefined, signal: AbortSignal) =>
  list({ query: { ...asked(search), cursor } }, signal)

/** Everything the page would show, as a file. */
export const exportAudit = (search: AuditSearch, format: ExportFormat) =>
  download(auditApi.export)({ query: { ...asked(search), format } })

export const auditCountOptions = (search: AuditSearch) =>
  queryOptions({
    queryKey: ['audit', 'count', search],
    queryFn: ({ signal }) => count({ query: asked(search) }, signal),
    placeholderData: keepPreviousData,
  })

export const auditHistogramOptions = (search: AuditSearch) =>
  queryOptions({
    queryKey: ['audit', 'histogram', search],
    queryFn: ({ signal }) => histogram({ query: asked(search) }, signal),
    placeholderData: keepPreviousData,
  })

export const auditEventOptions = (eventId: string) =>
  queryOptions({
    queryKey: ['audit', 'one', eventId],
    queryFn: ({ signal }) => show({ params: { eventId } }, signal),
    staleTime: Number.POSITIVE_INFINITY,
  })
