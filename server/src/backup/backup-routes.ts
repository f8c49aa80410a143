import type { backupsApi } from '@signet/shared/api/backups'
import type { Handlers } from '../platform/http/contract-router.ts'
import type { RequestContext } from '../platform/request-context.ts'
import type { Backups } from './backups.ts'

export function backupHandlers(parts: {
  backups: Backups
  requireStepUp: (context: RequestContext) => Promise<void>
}): Handlers<typeof backupsApi> {
  const { backups, requireStepUp } = parts
  return {
    status: () => backups.status(),
    make: (_input, context) => backups.make(context),
    release: async (_input, context) => {
      await requireStepUp(context)
      return backups.release(context)
    },
  }
}
