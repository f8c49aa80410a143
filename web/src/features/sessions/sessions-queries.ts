import { operatorsApi } from '@signet/shared/api/operators'
import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query'
import { call } from '../../api/client.ts'
import type { QueryRoot } from '../../api/query-roots.ts'

const root: QueryRoot = 'sessions'

export const sessionsOptions = queryOptions({
  queryKey: [root],
  queryFn: ({ signal }) => call(operatorsApi.sessions)({}, signal),
})

/** Signs out one sign-in of one's own, or without a name all but this one. */
export function useEndSessions() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (sessionId: string | undefined) =>
      sessionId === undefined
        ? call(operatorsApi.endOtherSessions)()
        : call(operatorsApi.endSession)({ params: { sessionId } }),
    // One that has ended by itself is gone from the list too.
    onSettled: () => client.invalidateQueries({ queryKey: [root] }),
  })
}
