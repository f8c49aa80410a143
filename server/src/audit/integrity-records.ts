import { randomBytes } from 'node:crypto'
import type { Clock } from '../platform/clock.ts'
import type { Database } from '../platform/database/database.ts'
import { Cursors } from '../platform/database/paging.ts'
import { DataKeyDamaged } from '../platform/database/recovery.ts'
import { wordsOfChanged } from '../platform/database/row-tags.ts'
import type { RefusalObserver, Sealer } from '../platform/database/sealer.ts'
import { deploymentSettings } from '../platform/database/settings-store.ts'
import { newGuid } from '../platform/identifiers.ts'
import type { Logger } from '../platform/log.ts'
import { systemContext } from '../platform/request-context.ts'
import { StartupError } from '../platform/signet-error.ts'
import { AuditLog } from './audit-log.ts'

const mostNamed = 20

/**
 * Records every stored value that does not open (SEC-60), and every row that is not as it was written (SEC-64). The read has failed already when this begins, and never waits
 * for the record.
 *
 * @returns resolves when what has been refused so far is on record
 */
export function recordRefusals(parts: {
  database: Database
  sealer: Sealer
  audit: AuditLog
  log: Logger
}): () => Promise<void> {
  const { database, sealer, audit, log } = parts
  const pending = new Set<Promise<void>>()
  const observe: RefusalObserver = ({ table, column, rowId }, reason) => {
    log.error({ table, column, rowId, reason }, 'a stored value is refused')
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
  }
  sealer.onRefusal(observe)
  database.rows.onRefusal(observe)
  return async () => {
    await Promise.all(pending)
  }
}

/**
 * Refuses data of which a row that decides who may do what is not as it was written; each is on record, the first twenty
 * by name (SEC-142).
 *
 * @throws StartupError
 */
export async function requireIntactRows({
  database,
  clock,
  log,
}: {
  database: Database
  clock: Clock
  log: Logger
}): Promise<void> {
  const changed = await database.changedRows()
  if (changed.length === 0) return
  const mend = 'put it back as it was, or restore a backup with `signet restore`'
  const refusal = new StartupError(`${wordsOfChanged(changed)}: nothing is served; ${mend}`)
  try {
    const { tenantId } = await deploymentSettings(database, clock)
    const audit = new AuditLog({ database, cursors: new Cursors(randomBytes(32)), clock, tenantId })
    for (const { table, rowId } of changed.slice(0, mostNamed)) {
      await audit.record(systemContext('integrity check', newGuid()), {
        action: 'integrity.failure',
        outcome: 'failed',
        target: { kind: table, id: rowId, label: `${table}.tag` },
        reason: `at the start: ${changed.length} rows are not as they were written`,
      })
    }
  } catch (error) {
    // The settings may be what was changed.
    log.error({ err: error }, 'the refusal could not be recorded')
  }
  throw refusal
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
