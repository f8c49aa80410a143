import { setImmediate } from 'node:timers/promises'
import type { AuditEvent, AuditHistogram } from '@signet/shared/api/audit'
import type { Page, PageQuery } from '@signet/shared/api/paging'
import type { AuditAction, AuditOutcome } from '@signet/shared/vocabulary/audit-events'
import type { Clock } from '../platform/clock.ts'
import type { Database } from '../platform/database/database.ts'
import type { Cursors } from '../platform/database/paging.ts'
import { SequentialIds } from '../platform/identifiers.ts'
import type { RequestContext } from '../platform/request-context.ts'
import { SignetError } from '../platform/signet-error.ts'
import { bucketsOver } from '../platform/time-buckets.ts'
import type { Tx } from '../platform/transaction.ts'
import { type AskedEvents, type AuditQuery, AuditStore } from './audit-store.ts'

export type { AuditQuery }

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

/** Hears of an event inside its transaction: what it writes stands or falls with the event, and what it throws undoes both. */
export type AppendObserver = (tx: Tx, event: NewAuditEvent, at: number) => Promise<void>

/** Events read at a time by whoever reads all of them: what the main thread handles between two of its other jobs. */
const portionLength = 100

/** Every write in the product passes here. */
export class AuditLog {
  readonly #store: AuditStore
  readonly #database: Database
  readonly #clock: Clock
  readonly #ids: SequentialIds
  readonly #tenantId: string
  readonly #observers: AppendObserver[] = []
  /** Time of the newest event, once it is known: later ones are never earlier (SEC-145). */
  #lastAt: number | undefined

  constructor(options: { database: Database; cursors: Cursors; clock: Clock; tenantId: string }) {
    this.#store = new AuditStore(options.database, options.cursors, options.tenantId)
    this.#database = options.database
    this.#clock = options.clock
    this.#ids = new SequentialIds(options.clock)
    this.#tenantId = options.tenantId
  }

  /** Appends to the caller's transaction: the record stands or falls with the change. */
  async append(tx: Tx, context: RequestContext, event: NewAuditEvent): Promise<void> {
    const at = await this.#nextAt(tx)
    const id = this.#ids.next()
    await this.#store.insert(tx, {
      id,
      tenant_id: this.#tenantId,
      at,
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
    await context.recorded?.(tx, id)
    for (const observer of this.#observers) await observer(tx, event, at)
  }

  onAppend(observer: AppendObserver): void {
    this.#observers.push(observer)
  }

  /** Records an act that has no transaction of its own, such as a refusal. Durable when it resolves. */
  async record(context: RequestContext, event: NewAuditEvent): Promise<void> {
    await this.#database.transact((tx) => this.append(tx, context, event))
  }

  /** The event of an ID, and whether there are events of a request of that ID. */
  async lookUp(guid: string): Promise<{ event: AuditEvent | undefined; ofRequest: boolean }> {
    const terms = [{ kind: 'field', field: 'correlation', operator: 'is', values: [guid], negated: false }] as const
    const [event, { items }] = await Promise.all([this.#store.find(guid), this.page({ terms }, { limit: 1 })])
    return { event, ofRequest: items.length > 0 }
  }

  newestOf(action: AuditAction): Promise<AuditEvent | undefined> {
    return this.#store.newestOf(action)
  }

  /** The first and the last act that is recorded of each target, by its ID; one without any is left out. */
  endsOf(targetIds: readonly string[]): Promise<ReadonlyMap<string, { first: AuditEvent; last: AuditEvent }>> {
    return this.#store.endsOf(targetIds)
  }

  /** Which of these correlation IDs an act of this kind is recorded under. */
  async recordedUnder(action: AuditAction, correlationIds: readonly string[]): Promise<ReadonlySet<string>> {
    return new Set(await this.#store.recordedUnder(action, correlationIds))
  }

  /** Newest first. */
  page(query: AuditQuery, page: PageQuery): Promise<Page<AuditEvent>> {
    return this.#store.page(query, page, this.#clock.now())
  }

  /**
   * Every matching event that exists at this moment, newest first, read in portions: what is written meanwhile is not in
   * it, and nothing is skipped or repeated (SEC-134).
   */
  async each(query: AuditQuery): Promise<AsyncIterable<AuditEvent>> {
    const newest = await this.#store.newest()
    const asked = { ...query, nowMs: this.#clock.now(), rare: await this.#store.rareWords(query.terms) }
    return this.#portions(asked, newest ? `${newest.id}~` : '')
  }

  async *#portions(asked: AskedEvents, end: string): AsyncGenerator<AuditEvent> {
    let before = end
    for (;;) {
      const events = await this.#store.portion(asked, before, portionLength)
      yield* events
      const last = events.at(-1)
      if (last === undefined || events.length < portionLength) return
      before = last.id
      // The thread may answer before the queue of messages is empty, and would keep everybody else waiting.
      await setImmediate()
    }
  }

  count(query: AuditQuery): Promise<{ matching: number; isCapped: boolean }> {
    return this.#store.count(query, this.#clock.now())
  }

  /** Matching events over time, in at most 120 bars of a length people know. Without a range: all there is, up to now. */
  async histogram(query: AuditQuery): Promise<AuditHistogram> {
    const now = this.#clock.now()
    const asked = { from: query.from ?? (await this.#store.oldestAt()) ?? now, to: query.to ?? now + 1 }
    const { from, to, bucketMs } = bucketsOver(asked)
    const buckets = await this.#store.histogram({ ...query, from, to }, bucketMs, now)
    return { bucketMs, buckets }
  }

  /** @throws SignetError `not_found` */
  async require(id: string): Promise<AuditEvent> {
    const event = await this.#store.find(id)
    if (!event) throw new SignetError('not_found', 'There is no such audit event.')
    return event
  }

  /** Epoch milliseconds of the newest event; undefined before the first one ever. */
  async newestAt(): Promise<number | undefined> {
    return (await this.#store.newest())?.at
  }

  async #nextAt(tx: Tx): Promise<number> {
    if (this.#lastAt === undefined) {
      const newest = await this.#store.newest(tx)
      if (newest) this.#ids.startAfter(newest.id)
      this.#lastAt = newest?.at ?? 0
    }
    this.#lastAt = Math.max(this.#lastAt, this.#clock.now())
    return this.#lastAt
  }
}
