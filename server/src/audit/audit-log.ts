import type { AuditEvent } from '@signet/shared/api/audit'
import type { Page } from '@signet/shared/api/paging'
import type { AuditAction, AuditOutcome } from '@signet/shared/vocabulary/audit-events'
import type { Clock } from '../platform/clock.ts'
import type { Database } from '../platform/database/database.ts'
import type { Cursors } from '../platform/database/paging.ts'
import { SequentialIds } from '../platform/identifiers.ts'
import type { RequestContext } from '../platform/request-context.ts'
import type { Tx } from '../platform/transaction.ts'
import { type AuditFilter, AuditStore } from './audit-store.ts'

export interface NewAuditEvent {
  readonly action: AuditAction
  /** `ok` unless given. */
  readonly outcome?: AuditOutcome
  readonly target?: { readonly kind: string; readonly id: string; readonly label: string }
  /** Catalogue code of a refusal or failure, or the reason somebody gave. Never a secret. */
  readonly reason?: string
  readonly before?: Record<string, unknown>
  readonly after?: Record<string, unknown>
}

/** Every write in the product passes here. */
export class AuditLog {
  readonly #store: AuditStore
  readonly #database: Database
  readonly #clock: Clock
  readonly #ids: SequentialIds
  readonly #tenantId: string

  constructor(options: { database: Database; cursors: Cursors; clock: Clock; tenantId: string }) {
    this.#store = new AuditStore(options.database, options.cursors)
    this.#database = options.database
    this.#clock = options.clock
    this.#ids = new SequentialIds(options.clock)
    this.#tenantId = options.tenantId
  }

  /** Appends to the caller's transaction: the record stands or falls with the change. */
  async append(tx: Tx, context: RequestContext, event: NewAuditEvent): Promise<void> {
    const id = this.#ids.next()
    await this.#store.insert(tx, {
      id,
      tenant_id: this.#tenantId,
      at: this.#clock.now(),
      actor_kind: context.actor.kind,
      actor_id: context.actor.id,
      actor_label: context.actor.label,
      actor_ip: context.ip,
      action: event.action,
      target_kind: event.target?.kind ?? null,
      target_id: event.target?.id ?? null,
      target_label: event.target?.label ?? null,
      outcome: event.outcome ?? 'ok',
      reason: event.reason ?? null,
      correlation_id: context.correlationId,
      before: event.before ? JSON.stringify(event.before) : null,
      after: event.after ? JSON.stringify(event.after) : null,
    })
    await this.#database.changed(tx, { kind: 'audit', id })
  }

  /** Records an act that has no transaction of its own, such as a refusal. Durable when it resolves. */
  async record(context: RequestContext, event: NewAuditEvent): Promise<void> {
    await this.#database.transact((tx) => this.append(tx, context, event))
  }

  /** The event of an ID, and whether there are events of a request of that ID. */
  async lookUp(guid: string): Promise<{ event: AuditEvent | undefined; ofRequest: boolean }> {
    const event = await this.#store.find(this.#tenantId, guid)
    const { items } = await this.page({ correlationId: guid, limit: 1 })
    return { event, ofRequest: items.length > 0 }
  }

  page(filter: AuditFilter): Promise<Page<AuditEvent>> {
    return this.#store.page(this.#tenantId, filter)
  }
}
