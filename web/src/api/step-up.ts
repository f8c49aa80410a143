import { operatorsApi } from '@signet/shared/api/operators'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { hasCode, problemOf } from './api-error.ts'
import { call } from './client.ts'
import { adoptSession } from './session.ts'

/** Confirms the signed-in person with a fresh one-time code (SEC-22), in the shape that `StepUpDialog` takes. */
export function useStepUp(onConfirmed: () => void) {
  const client = useQueryClient()
  const { mutate, isPending, error, reset } = useMutation({
    mutationFn: (code: string) => call(operatorsApi.stepUp)({ body: { code } }),
    onSuccess: (session) => {
      adoptSession(client, session)
      onConfirmed()
    },
  })
  const isRefused = hasCode(error, 'code_refused')
  return { submit: mutate, isPending, isRefused, problem: error === null || isRefused ? null : problemOf(error), reset }
}

/**
 * The dialog of a mutation that may be refused for want of a fresh confirmation (SEC-22).
 *
 * @param again asks for the same once more, after the confirmation
 */
export function useStepUpFor(
  mutation: { readonly error: Error | null; readonly reset: () => void },
  again: () => void,
) {
  const stepUp = useStepUp(again)
  return { open: needsStepUp(mutation.error), stepUp, onClose: mutation.reset }
}

export function needsStepUp(error: Error | null): boolean {
  return hasCode(error, 'step_up_required')
}
