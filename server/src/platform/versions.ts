import { SignetError } from './signet-error.ts'

/** @throws SignetError `precondition_failed` when the caller has seen another version (SEC-120) */
export function requireVersion(expected: number | undefined, actual: number): void {
  if (expected === undefined || expected === actual) return
  throw new SignetError('precondition_failed', 'Somebody or something else changed it in the meantime.', {
    fix: 'Reload, look at it as it is now, and decide again.',
  })
}
