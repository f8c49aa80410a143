import { applicationsApi } from '@signet/shared/api/applications'
import type { Page } from '@signet/shared/api/paging'
import { resourcesApi, type TokenHistogram, type TokenRequest } from '@signet/shared/api/resources'
import { userIdentitiesApi } from '@signet/shared/api/user-identities'
import type { InstanceId, ObjectId } from '@signet/shared/vocabulary/identifiers'
import { infiniteQueryOptions, keepPreviousData, queryOptions } from '@tanstack/react-query'
import { call } from '../../api/client.ts'
import { pagesOptions } from '../../api/pages.ts'
import type { QueryRoot } from '../../api/query-roots.ts'

const root: QueryRoot = 'tokens'
// Requests for tokens are not announced, so what shows them is read again now and then.
const tokenPaceMs = 15_000

/** Which token requests are shown; the instants are epoch milliseconds. */
export interface TokenSearch {
  readonly result?: 'ok' | 'refused' | undefined
  readonly audience?: string | undefined
  readonly from?: number | undefined
  readonly to?: number | undefined
}

/** Whose token requests are shown. */
export interface ActivitySource {
  readonly id: string
  readonly tokens: (
    query: TokenSearch & { cursor: string | undefined },
    signal: AbortSignal,
  ) => Promise<Page<TokenRequest>>
  readonly histogram: (
    query: TokenSearch & { from: number; to: number },
    signal: AbortSignal,
  ) => Promise<TokenHistogram>
}

export function instanceActivity(instanceId: InstanceId): ActivitySource {
  const params = { instanceId }
  return {
    id: instanceId,
    tokens: (query, signal) => call(resourcesApi.tokens)({ params, query }, signal),
    histogram: (query, signal) => call(resourcesApi.tokenHistogram)({ params, query }, signal),
  }
}

export function identityActivity(principalId: ObjectId): ActivitySource {
  const params = { principalId }
  return {
    id: principalId,
    tokens: (query, signal) => call(userIdentitiesApi.tokens)({ params, query }, signal),
    histogram: (query, signal) => call(userIdentitiesApi.tokenHistogram)({ params, query }, signal),
  }
}

export function applicationActivity(principalId: ObjectId): ActivitySource {
  const params = { principalId }
  return {
    id: principalId,
    tokens: (query, signal) => call(applicationsApi.tokens)({ params, query }, signal),
    histogram: (query, signal) => call(applicationsApi.tokenHistogram)({ params, query }, signal),
  }
}

export const tokensOptions = (source: ActivitySource, search: TokenSearch = {}) =>
  infiniteQueryOptions({
    ...pagesOptions,
    queryKey: [root, source.id, search],
    queryFn: ({ pageParam, signal }) => source.tokens({ ...search, cursor: pageParam }, signal),
    placeholderData: keepPreviousData,
    refetchInterval: tokenPaceMs,
  })

/** Over the given stretch, or the one that ends now. */
export const tokenHistogramOptions = (source: ActivitySource, search: TokenSearch, spanMs: number) =>
  queryOptions({
    queryKey: [root, source.id, 'histogram', search, spanMs],
    queryFn: ({ signal }) => {
      const to = search.to ?? Date.now()
      return source.histogram({ ...search, from: search.from ?? to - spanMs, to }, signal)
    },
    placeholderData: keepPreviousData,
    refetchInterval: tokenPaceMs,
  })
