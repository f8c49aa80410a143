import type { AuditLog } from '../audit/index.ts'
import type { Ballast } from '../platform/ballast.ts'
import type { Clock } from '../platform/clock.ts'
import type { Database } from '../platform/database/database.ts'
import { newGuid } from '../platform/identifiers.ts'
import type { Lifecycle } from '../platform/lifecycle.ts'
import type { Logger } from '../platform/log.ts'
import { systemContext } from '../platform/request-context.ts'

/** As long as answers that are under way may take to go out. */
const answersMs = 1_000
const mostStopMs = 5_000

/**
 * Ends the process after the first failed flush: nothing is written any more but one last record, requests get 503, and
 * whoever started the process starts it again on what the disk really holds (SEC-140). On a full disk the ballast makes
 * room for that record (SEC-141).
 *
 * @param exit ends the process
 */
export function endAtStorageFailure(parts: {
  database: Database
  audit: AuditLog
  ballast: Ballast
  lifecycle: Lifecycle
  clock: Clock
  log: Logger
  exit: () => void
}): void {
  const { database, audit, ballast, lifecycle, clock, log } = parts
  const end = async (code: string, isFull: boolean) => {
    log.error({ code, isFull }, 'storage failed: the server stops writing and ends, to start again')
    if (isFull) ballast.release()
    await database
      .lastWords((tx) =>
        audit.append(tx, systemContext('server', newGuid()), {
          action: 'storage.failed',
          outcome: 'failed',
          reason: code,
        }),
      )
      .catch((error: unknown) => log.error({ err: error }, 'the failure could not be recorded'))
    await clock.sleep(answersMs)
    await Promise.race([lifecycle.stop(), clock.sleep(mostStopMs)])
    parts.exit()
  }
  database.onStorageFailure(({ code, isFull }) => void end(code, isFull))
}
