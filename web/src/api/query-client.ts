import { errorCatalogue } from '@signet/shared/errors'
import { MutationCache, notifyManager, QueryCache, QueryClient } from '@tanstack/react-query'
import { ApiError, hasCode } from './api-error.ts'
import { sessionKey } from './session.ts'

const retries = 2
const longestRetryMs = 30_000

/** Retries what can heal by itself, as the catalogue says; a refusal is final. */
export function shouldRetry(failures: number, error: unknown): boolean {
  return failures < retries && error instanceof ApiError && errorCatalogue[error.code].retryable
}

export function createQueryClient(): QueryClient {
  // By timer, as it is otherwise, the second click of a hasty pair comes before its button is busy.
  notifyManager.setScheduler(queueMicrotask)
  // The session ended somewhere else, or has another ID since another tab confirmed it: the server says which of them.
  // Where there is none the gate notices and leads to the sign-in page.
  const onError = (error: unknown) => {
    if (hasCode(error, 'unauthenticated')) void client.invalidateQueries({ queryKey: sessionKey })
  }
  const client: QueryClient = new QueryClient({
    queryCache: new QueryCache({
      onError: (error, { queryKey }) => {
        if (queryKey[0] !== sessionKey[0]) return onError(error)
        if (hasCode(error, 'unauthenticated')) client.setQueryData(sessionKey, null)
      },
    }),
    mutationCache: new MutationCache({ onError }),
    defaultOptions: {
      // Changes arrive by the event stream; the short time only spares queries when going back and forth.
      queries: {
        retry: shouldRetry,
        retryDelay: (failures) => Math.min(longestRetryMs, 1_000 * 2 ** failures),
        staleTime: 5_000,
        refetchOnWindowFocus: false,
        // Whether the server answers is found out by asking it, not from what the browser thinks of the network.
        networkMode: 'always',
      },
      mutations: { retry: false, networkMode: 'always' },
    },
  })
  return client
}
