import { SignetError } from '../signet-error.ts'

/** What went wrong below the database, by SQLite's own code. */
export interface StorageFailure {
  readonly code: string
  readonly isFull: boolean
}

/** A disk that is full, fails or was damaged: what a failed flush looks like from above (SEC-140). Undefined for all else. */
export function storageFailureOf(error: unknown): StorageFailure | undefined {
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  const isFull = code === 'SQLITE_FULL'
  const isFailure = isFull || /^SQLITE_(IOERR|CORRUPT|NOTADB|CANTOPEN|READONLY)/.test(code)
  return isFailure ? { code, isFull } : undefined
}

/** What callers hear: whether it was done shows after the restart, so it is asked for again by its ID and never assumed absent. */
export function storageFailed(cause?: unknown): SignetError {
  return new SignetError('unavailable', 'The server cannot write to its disk, and starts again.', {
    cause,
    fix: 'Ask again with the same idempotency key: it may have been done.',
    retryAfterSeconds: 5,
  })
}
