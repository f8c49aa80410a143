import { problemOf } from './api-error.ts'

interface QueryLike<T> {
  readonly data: T | undefined
  readonly error: Error | null
  readonly isFetching?: boolean
  readonly refetch: () => Promise<unknown>
}

/** A query in the form that the design system's `Loadable` shows. */
export function loadStateOf<T>(query: QueryLike<T>) {
  return {
    data: query.data,
    refreshing: query.isFetching === true && query.data !== undefined,
    problem: query.error === null ? null : problemOf(query.error),
    retry: () => void query.refetch(),
  }
}
