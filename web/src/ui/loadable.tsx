import type { ReactNode } from 'react'
import { ErrorPanel } from './error-panel.tsx'
import type { ProblemView } from './problem.ts'
import { RefetchLine } from './refetch-line.tsx'
import { Skeleton } from './skeleton.tsx'

export interface LoadState<T> {
  readonly data: T | undefined
  readonly problem: ProblemView | null
  /** Whether data that is shown is being read again. */
  readonly refreshing?: boolean
  readonly retry: () => void
}

/** Shows what is loaded; before that a skeleton, or why it could not be loaded. Old data stays when a refresh fails. */
export function Loadable<T>(props: { state: LoadState<T>; lines?: number; children: (data: T) => ReactNode }) {
  const { data, problem, refreshing = false, retry } = props.state
  if (data === undefined) {
    if (problem !== null) return <ErrorPanel problem={problem} onRetry={retry} />
    return <Skeleton {...(props.lines === undefined ? {} : { lines: props.lines })} />
  }
  return (
    <>
      {problem !== null && <ErrorPanel problem={problem} onRetry={retry} />}
      <RefetchLine active={refreshing} />
      {props.children(data)}
    </>
  )
}
