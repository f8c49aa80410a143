import { type TokenLookup, type TokenTest, tokenTestsApi } from '@signet/shared/api/token-tests'
import { InstanceId } from '@signet/shared/vocabulary/identifiers'
import { infiniteQueryOptions, keepPreviousData, queryOptions } from '@tanstack/react-query'
import { z } from 'zod'
import { ApiError } from '../../api/api-error.ts'
import { call } from '../../api/client.ts'
import { pagesOptions } from '../../api/pages.ts'

const targets = call(tokenTestsApi.targets)
const keys = call(tokenTestsApi.keys)
const trace = call(tokenTestsApi.trace)
const traces = call(tokenTestsApi.traces)

/** @param wanted.instance is listed too, however many there are; an ID that is none counts as not given */
export const targetsOptions = (wanted: { q?: string; instance?: string | undefined }) => {
  const instanceId = InstanceId.safeParse(wanted.instance).data
  const query = { q: wanted.q === '' ? undefined : wanted.q, instanceId }
  return queryOptions({
    queryKey: ['targets', query],
    queryFn: ({ signal }) => targets({ query }, signal),
    placeholderData: keepPreviousData,
  })
}

/** The published keys, read afresh: the check in the browser is worth nothing against old ones. */
export const keysOptions = queryOptions({
  queryKey: ['keys'],
  queryFn: ({ signal }) => keys({}, signal),
  staleTime: 0,
})

export interface TraceFilter {
  readonly instance?: string | undefined
  readonly outcome?: 'ok' | 'failed' | undefined
}

export const tracesOptions = ({ instance, outcome }: TraceFilter) => {
  const instanceId = InstanceId.safeParse(instance).data
  return infiniteQueryOptions({
    ...pagesOptions,
    queryKey: ['traces', { instanceId, outcome }],
    queryFn: ({ pageParam, signal }) => traces({ query: { instanceId, outcome, cursor: pageParam } }, signal),
    placeholderData: keepPreviousData,
  })
}

/** A trace never changes. */
export const traceOptions = (traceId: string) =>
  queryOptions({
    queryKey: ['trace', traceId],
    queryFn: ({ signal }) => {
      if (!z.guid().safeParse(traceId).success) {
        throw new ApiError({ code: 'not_found', detail: 'The address holds no trace ID.' })
      }
      return trace({ params: { traceId } }, signal)
    },
    staleTime: Number.POSITIVE_INFINITY,
  })

export function readTest(testId: string, signal: AbortSignal): Promise<TokenTest> {
  return call(tokenTestsApi.show)({ params: { testId } }, signal)
}

/** Reads the raw token of a test. It is kept by the caller alone, never in a cache (SEC-19). */
export function revealToken(testId: string): Promise<{ token: string }> {
  return call(tokenTestsApi.reveal)({ params: { testId }, body: {} })
}

/** Asks the server about one ID; nothing else of what was pasted leaves the browser. */
export function lookUp(kind: 'correlation' | 'uti' | 'kid', value: string): Promise<TokenLookup> {
  return call(tokenTestsApi.lookUp)({ body: { kind, value } })
}
