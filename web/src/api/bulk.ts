import { type BulkWish, bulkApi, type Job } from '@signet/shared/api/bulk'
import { JobId } from '@signet/shared/vocabulary/identifiers'
import type { JobItemState } from '@signet/shared/vocabulary/job-states'
import { infiniteQueryOptions, queryOptions, useMutation, useQueryClient } from '@tanstack/react-query'
import { ApiError } from './api-error.ts'
import { addressOf, call } from './client.ts'
import { pagesOptions } from './pages.ts'

const list = call(bulkApi.list)
const show = call(bulkApi.show)
const items = call(bulkApi.items)
const preview = call(bulkApi.preview)

/** Every item is announced by the event stream; this is for a stream that is broken. */
const runningPaceMs = 3_000

export function isOpen(job: Pick<Job, 'finishedAt'>): boolean {
  return job.finishedAt === null
}

export const jobsOptions = infiniteQueryOptions({
  ...pagesOptions,
  queryKey: ['jobs', 'list'],
  queryFn: ({ pageParam, signal }) => list({ query: { cursor: pageParam } }, signal),
})

export const openJobsOptions = queryOptions({
  queryKey: ['jobs', 'open'],
  queryFn: ({ signal }) => list({ query: { open: 'true' } }, signal),
})

export const jobOptions = (jobId: string) =>
  queryOptions({
    queryKey: ['jobs', 'one', jobId],
    queryFn: ({ signal }) => {
      const id = JobId.safeParse(jobId)
      if (!id.success) throw new ApiError({ code: 'not_found', detail: 'The address holds no job ID.' })
      return show({ params: { jobId: id.data } }, signal)
    },
    refetchInterval: ({ state: { data } }) => (data !== undefined && isOpen(data) ? runningPaceMs : false),
  })

export const jobItemsOptions = (jobId: JobId, state: JobItemState | undefined) =>
  infiniteQueryOptions({
    ...pagesOptions,
    queryKey: ['jobs', 'items', jobId, state],
    queryFn: ({ pageParam, signal }) => items({ params: { jobId }, query: { cursor: pageParam, state } }, signal),
  })

/** Where the browser downloads the result of a job. */
export function jobExportAddress(jobId: JobId, format: 'csv' | 'ndjson'): string {
  return addressOf(bulkApi.export.path, { params: { jobId }, query: { format } })
}

export const bulkPreviewOptions = (wish: Omit<BulkWish, 'reason'>) =>
  queryOptions({
    queryKey: ['bulk-preview', wish],
    queryFn: ({ signal }) => preview({ body: wish }, signal),
    // What it says holds for the moment it is asked for.
    staleTime: 0,
    gcTime: 0,
  })

export function useStartBulk() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (wish: BulkWish) => call(bulkApi.start)({ body: wish }),
    onSuccess: () => client.invalidateQueries({ queryKey: ['jobs'] }),
  })
}

export type JobCommand = 'pause' | 'resume' | 'cancel' | 'retry' | 'undo'

/** Pauses, resumes, cancels, retries or undoes a job; undoing answers with the job that does it. */
export function useJobCommand() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: ({ jobId, command }: { jobId: JobId; command: JobCommand }) =>
      call(bulkApi[command])({ params: { jobId }, body: {} }),
    onSettled: () => client.invalidateQueries({ queryKey: ['jobs'] }),
  })
}
