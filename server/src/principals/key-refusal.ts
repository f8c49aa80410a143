import type { AuditLog } from '../audit/index.ts'
import type { RequestContext } from '../platform/request-context.ts'
import { SignetError } from '../platform/signet-error.ts'

/** Runs `work`; when that is refused for a key that somebody has used before, the refusal is on record all the same. */
export async function recordingKeyRefusal<T>(
  audit: AuditLog,
  context: RequestContext,
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof SignetError && error.code === 'key_reused') {
      await audit.record(context, { action: 'credential.key_refused', outcome: 'refused', reason: error.code })
    }
    throw error
  }
}
