import { errorCatalogue } from '@signet/shared/errors'
import { MutationCache, notifyManager, QueryCache, QueryClient } from '@tanstack/react-query'
import { ApiError, hasCode } from './api-error.ts'
import { isSteppingUp, sessionKey } from './session.ts'

const retries = 2
const longestRetryMs = 30_000

/** Retries what can heal by itself, as the catalogue says; a refusal is final. */
export function shouldRetry(failures: number, error: unknown): boolean {
  return failures < retries && error instanceof ApiError && errorCatalogue[error.code].retryable
}

export function createQueryClient(): QueryClient {
  // By timer, as it is otherwise, the second click of a hasty pair comes before its button is busy.
  notifyManager.setScheduler(queueMicrotask)
  const onError = (error: unknown) => {
    // The session ended somewhere else; the gate notices and leads to the sign-in page.
    if (hasCode(error, 'unauthenticated')) client.setQueryData(sessionKey, null)
  }
  const client: QueryClient = new QueryClient({
    queryCache: new QueryCache({ onError: (error) => !isSteppingUp(client) && onError(error) }),
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
