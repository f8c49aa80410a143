import type { UseMutationResult } from '@tanstack/react-query'
import { useState } from 'react'
import { hasCode, problemOf } from './api-error.ts'
import { needsStepUp, useStepUpFor } from './step-up.ts'

interface AskedAct<W, R> {
  readonly mutation: Pick<UseMutationResult<R, Error, W>, 'mutateAsync' | 'isPending' | 'error' | 'reset'>
  /** What is asked of the server for the reason that was given. */
  readonly wishOf: (reason: string) => W
  readonly onDone: (result: R) => void
}

/**
 * An act that somebody asks for in a dialog, with a reason, in the shape that the dialogs of `ui/asked-dialogs.tsx` take.
 * It may be refused for want of a fresh confirmation (SEC-22), or since what it is about was changed meanwhile.
 */
export function useAskedAct<W, R>({ mutation, wishOf, onDone }: AskedAct<W, R>) {
  const [given, setGiven] = useState('')
  const { error, isPending, reset } = mutation
  const run = (reason: string) => {
    setGiven(reason)
    // By promise, since the dialog may be gone by the time the answer is shown. What fails is in `error`.
    mutation.mutateAsync(wishOf(reason)).then(onDone, () => undefined)
  }
  const stepUp = useStepUpFor(mutation, () => run(given))
  const isStale = hasCode(error, 'precondition_failed')
  const problem = error === null || isStale || needsStepUp(error) ? null : problemOf(error)
  return { run, isPending, problem, isStale, reset, stepUp }
}
