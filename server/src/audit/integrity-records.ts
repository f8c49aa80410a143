import { randomBytes } from 'node:crypto'
import type { Clock } from '../platform/clock.ts'
import type { Database } from '../platform/database/database.ts'
import { Cursors } from '../platform/database/paging.ts'
import { DataKeyDamaged } from '../platform/database/recovery.ts'
import type { Sealer } from '../platform/database/sealer.ts'
import { deploymentSettings } from '../platform/database/settings-store.ts'
import { newGuid } from '../platform/identifiers.ts'
import type { Logger } from '../platform/log.ts'
import { systemContext } from '../platform/request-context.ts'
import { AuditLog } from './audit-log.ts'

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

/**
 * Records a purpose key that `open` finds changed, before the start fails for it (SEC-60). The audit log needs none of those
 * keys to be written to.
 */
export async function recordingDamage<T>(
  { database, clock }: { database: Database; clock: Clock },
  open: () => Promise<T>,
): Promise<T> {
  try {
    return await open()
  } catch (error) {
    if (!(error instanceof DataKeyDamaged)) throw error
    const { tenantId } = await deploymentSettings(database, clock)
    const audit = new AuditLog({ database, cursors: new Cursors(randomBytes(32)), clock, tenantId })
    await audit.record(systemContext('integrity check', newGuid()), {
      action: 'integrity.failure',
      outcome: 'failed',
      target: { kind: 'data_keys', id: error.keyId, label: 'data_keys.wrapped' },
      reason: error.reason,
    })
    throw error
  }
}
