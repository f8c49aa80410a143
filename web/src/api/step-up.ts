import { operatorsApi } from '@signet/shared/api/operators'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { call } from './client.ts'
import { adoptSession } from './session.ts'

/** Confirms the signed-in person with a fresh one-time code (SEC-22). */
export function useStepUp() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (code: string) => call(operatorsApi.stepUp)({ body: { code } }),
    onSuccess: (session) => adoptSession(client, session),
  })
}
