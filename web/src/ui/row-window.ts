/** The rows of a list as far as they are here; a table draws what it can see of it and says so. */
export interface RowWindow<T> {
  /** How many rows are known so far. */
  readonly count: number
  /** Whether there are more behind them. */
  readonly hasMore: boolean
  /** Undefined while that row is on its way. */
  readonly rowAt: (index: number) => T | undefined
  /** Tells which rows are on screen, so that these and their neighbours are fetched and kept fresh. */
  readonly show: (first: number, last: number) => void
  /** Nothing has come yet. */
  readonly isPending: boolean
  /** What is shown is being read again, or belongs to the question before. */
  readonly isRefreshing: boolean
}

/** Rows that are here already. */
export function rowsInMemory<T>(rows: readonly T[]): RowWindow<T> {
  return {
    count: rows.length,
    hasMore: false,
    rowAt: (index) => rows[index],
    show: () => undefined,
    isPending: false,
    isRefreshing: false,
  }
}
