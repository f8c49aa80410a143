import { operatorsApi } from '@signet/shared/api/operators'
import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query'
import { call } from '../../api/client.ts'
import { adoptSession } from '../../api/session.ts'

const readSetup = call(operatorsApi.setup)

/** Whether an administrator exists already; not cached, because the first sign-in changes it. */
export const setupOptions = queryOptions({
  queryKey: ['setup'],
  queryFn: ({ signal }) => readSetup({}, signal),
  staleTime: 0,
})

export function useSignIn() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (code: string) => call(operatorsApi.signIn)({ body: { code } }),
    onSuccess: (session) => adoptSession(client, session),
  })
}
