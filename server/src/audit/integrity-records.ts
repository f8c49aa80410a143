import type { Sealer } from '../platform/database/sealer.ts'
import { newGuid } from '../platform/identifiers.ts'
import type { Logger } from '../platform/log.ts'
import { systemContext } from '../platform/request-context.ts'
import type { AuditLog } from './audit-log.ts'

/**
 * Records every stored value that does not open (SEC-60). The read has failed already when this begins, and never waits
 * for the record.
 *
 * @returns resolves when what has been refused so far is on record
 */
export function recordRefusals(parts: { sealer: Sealer; audit: AuditLog; log: Logger }): () => Promise<void> {
  const { sealer, audit, log } = parts
  const pending = new Set<Promise<void>>()
  sealer.onRefusal(({ table, column, rowId }, reason) => {
    log.error({ table, column, rowId, reason }, 'a stored value does not open')
    const record = audit
      .record(systemContext('integrity check', newGuid()), {
        action: 'integrity.failure',
        outcome: 'failed',
        target: { kind: table, id: rowId, label: `${table}.${column}` },
        reason,
      })
      .catch((error: unknown) => log.error({ err: error }, 'the refusal could not be recorded'))
      .finally(() => pending.delete(record))
    pending.add(record)
  })
  return async () => {
    await Promise.all(pending)
  }
}
