import type { Clock } from '../platform/clock.ts'
import { RootKeyUnavailable } from '../platform/crypto/root-key/root-key-provider.ts'
import { StartupError } from '../platform/signet-error.ts'

/** Why the server is sealed, and what mends it. */
export interface SealFault {
  readonly reason: string
  readonly mend: string
}

/** How often a sealed server asks for its root key again. */
export const unsealRetryMs = 3_000

/**
 * Opens at once, or waits for a root key that is missing or out of reach and opens when it is back (SEC-57). A key that
 * is there and wrong is refused at the start; while waiting it is a reason to go on waiting, since it may be half copied.
 *
 * @param onSealed told of each new reason; the first call is awaited before the first retry
 * @throws StartupError when the first try finds a wrong key; whatever `signal` was aborted with
 */
export async function openWhenUnsealed<T>(options: {
  open: () => Promise<T>
  clock: Clock
  signal: AbortSignal
  onSealed: (fault: SealFault) => Promise<void> | void
}): Promise<T> {
  const { open, clock, signal, onSealed } = options
  let reason: string | undefined
  for (;;) {
    try {
      return await open()
    } catch (error) {
      const isWorthWaiting =
        error instanceof RootKeyUnavailable || (reason !== undefined && error instanceof StartupError)
      if (!isWorthWaiting) throw error
      const fault = faultOf(error)
      if (fault.reason !== reason) await onSealed(fault)
      reason = fault.reason
    }
    await clock.sleep(unsealRetryMs, signal)
  }
}

function faultOf(error: StartupError): SealFault {
  if (error instanceof RootKeyUnavailable) return { reason: error.reason, mend: error.mend }
  return { reason: error.message, mend: 'mend it; the server looks again by itself' }
}
