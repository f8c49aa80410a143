import type { AuditAction } from '@signet/shared/vocabulary/audit-events'
import { rolloutTitle } from '@signet/shared/vocabulary/rollout-states'
import type { AuditLog } from '../audit/index.ts'
import type { RequestContext } from '../platform/request-context.ts'
import type { ChangeRecorder, Tx } from '../platform/transaction.ts'
import type { RolloutRow } from './rollout-store.ts'

/** How acts of people on a rollout are recorded: under its correlation ID, with what they gave as the reason. */
export class RolloutRecords {
  readonly #parts: { readonly audit: AuditLog; readonly database: ChangeRecorder }

  constructor(parts: { audit: AuditLog; database: ChangeRecorder }) {
    this.#parts = parts
  }

  async record(
    tx: Tx,
    context: RequestContext,
    action: AuditAction,
    row: RolloutRow,
    after?: Record<string, unknown>,
  ): Promise<void> {
    await this.#parts.audit.append(
      tx,
      { ...context, correlationId: row.correlation_id },
      {
        action,
        target: { kind: 'rollout', id: row.id, label: rolloutTitle(row) },
        ...(row.reason !== null && { reason: row.reason }),
        ...(after && { after }),
      },
    )
    await this.#parts.database.changed(tx, { kind: 'rollout', id: row.id })
  }
}
