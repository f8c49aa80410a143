import type { AuditLog } from './audit/index.ts'
import type { RequestContext } from './platform/request-context.ts'
import { SignetError } from './platform/signet-error.ts'

/** @throws SignetError `conflict` when this is no demo, or nobody is there to remove it */
export function demoRemoval(parts: { isDemo: boolean; audit: AuditLog; removeDemo: (() => void) | undefined }) {
  return async (context: RequestContext): Promise<void> => {
    if (!parts.isDemo) throw new SignetError('conflict', 'This is not a demo; nothing of it is removed.')
    if (!parts.removeDemo) {
      throw new SignetError('conflict', 'This server was not started by signet start --demo.', {
        fix: 'Stop it, run signet start --demo, and remove the demo there.',
      })
    }
    await parts.audit.record(context, { action: 'demo.removed' })
    parts.removeDemo()
  }
}
