import { problemOf } from './api-error.ts'

interface QueryLike<T> {
  readonly data: T | undefined
  readonly error: Error | null
  readonly refetch: () => Promise<unknown>
}

/** A query in the form that the design system's `Loadable` shows. */
export function loadStateOf<T>(query: QueryLike<T>) {
  return {
    data: query.data,
    problem: query.error === null ? null : problemOf(query.error),
    retry: () => void query.refetch(),
  }
}
