import type { AuditEvent } from '@signet/shared/api/audit'
import type { Page, PageQuery } from '@signet/shared/api/paging'
import { ActorKind, AuditAction, type AuditOutcome } from '@signet/shared/vocabulary/audit-events'
import { type Database, sqlOf } from '../platform/database/database.ts'
import type { Cursors } from '../platform/database/paging.ts'
import type { AuditEventsTable } from '../platform/database/schema.ts'
import type { Tx } from '../platform/transaction.ts'

export interface AuditFilter extends PageQuery {
  readonly action?: AuditAction | undefined
  readonly outcome?: AuditOutcome | undefined
  readonly actorId?: string | undefined
  readonly targetId?: string | undefined
  readonly correlationId?: string | undefined
  /** Epoch milliseconds, inclusive. */
  readonly from?: number | undefined
  /** Epoch milliseconds, exclusive. */
  readonly to?: number | undefined
}

const list = 'audit'

/** SQL of the audit log: insert and read, nothing else. */
export class AuditStore {
  readonly #database: Database
  readonly #cursors: Cursors

  constructor(database: Database, cursors: Cursors) {
    this.#database = database
    this.#cursors = cursors
  }

  async insert(tx: Tx, row: AuditEventsTable): Promise<void> {
    await sqlOf(tx).insertInto('audit_events').values(row).execute()
  }

  async find(tenantId: string, id: string): Promise<AuditEvent | undefined> {
    const row = await this.#database.read
      .selectFrom('audit_events')
      .selectAll()
      .where('tenant_id', '=', tenantId)
      .where('id', '=', id)
      .executeTakeFirst()
    return row && toEvent(row)
  }

  async page(tenantId: string, filter: AuditFilter): Promise<Page<AuditEvent>> {
    const after = this.#cursors.read(list, filter.cursor)?.[0]
    let query = this.#database.read.selectFrom('audit_events').selectAll().where('tenant_id', '=', tenantId)
    if (after !== undefined) query = query.where('id', '<', after)
    if (filter.action) query = query.where('action', '=', filter.action)
    if (filter.outcome) query = query.where('outcome', '=', filter.outcome)
    if (filter.actorId) query = query.where('actor_id', '=', filter.actorId)
    if (filter.targetId) query = query.where('target_id', '=', filter.targetId)
    if (filter.correlationId) query = query.where('correlation_id', '=', filter.correlationId)
    if (filter.from !== undefined) query = query.where('at', '>=', filter.from)
    if (filter.to !== undefined) query = query.where('at', '<', filter.to)
    const rows = await query
      .orderBy('id', 'desc')
      .limit(filter.limit + 1)
      .execute()
    return this.#cursors.page(rows, { list, limit: filter.limit, keyOf: (row) => [row.id], map: toEvent })
  }
}

function toEvent(row: AuditEventsTable): AuditEvent {
  return {
    id: row.id,
    at: row.at,
    actor: { kind: ActorKind.parse(row.actor_kind), id: row.actor_id, label: row.actor_label, ip: row.actor_ip },
    action: AuditAction.parse(row.action),
    target:
      row.target_kind !== null && row.target_id !== null
        ? { kind: row.target_kind, id: row.target_id, label: row.target_label ?? row.target_id }
        : null,
    outcome: row.outcome,
    reason: row.reason,
    correlationId: row.correlation_id,
    before: row.before === null ? null : JSON.parse(row.before),
    after: row.after === null ? null : JSON.parse(row.after),
  }
}
