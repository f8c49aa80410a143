import type { AuditEvent, AuditHistogram } from '@signet/shared/api/audit'
import type { Page, PageQuery } from '@signet/shared/api/paging'
import type { Term } from '@signet/shared/query/terms'
import { ActorKind, AuditAction } from '@signet/shared/vocabulary/audit-events'
import { type SqlBool, sql } from 'kysely'
import { type Database, sqlOf } from '../platform/database/database.ts'
import type { Cursors } from '../platform/database/paging.ts'
import type { AuditEventsTable } from '../platform/database/schema.ts'
import { firstIdAt, idBoundAt } from '../platform/identifiers.ts'
import type { Tx } from '../platform/transaction.ts'
import { auditCondition, type RareWords, soughtWord, wordSources } from './audit-filter.ts'

/** Which events: those a filter describes, within a time. */
export interface AuditQuery {
  readonly terms: readonly Term[]
  /** Epoch milliseconds, inclusive. */
  readonly from?: number | undefined
  /** Epoch milliseconds, exclusive. */
  readonly to?: number | undefined
}

/** A question with what is known before any event is read. */
export interface AskedEvents extends AuditQuery {
  readonly nowMs: number
  readonly rare: RareWords
}

const list = 'audit'
/** Matches are counted up to here; beyond it a page says "1000+". */
const countedUpTo = 1_000
/**
 * Events with a word that are few enough to be found one by one; those of another are met soon by walking. So many that of the
 * seven ways to have a word one has more than is counted.
 */
const fewEvents = 7 * countedUpTo

/** SQL of the audit log: insert and read, nothing else. */
export class AuditStore {
  readonly #database: Database
  readonly #cursors: Cursors
  readonly #tenantId: string

  constructor(database: Database, cursors: Cursors, tenantId: string) {
    this.#database = database
    this.#cursors = cursors
    this.#tenantId = tenantId
  }

  newest(tx?: Tx): Promise<{ id: string; at: number } | undefined> {
    const reader = tx ? sqlOf(tx) : this.#database.read
    return reader.selectFrom('audit_events').select(['id', 'at']).orderBy('id', 'desc').limit(1).executeTakeFirst()
  }

  async insert(tx: Tx, row: AuditEventsTable): Promise<void> {
    await sqlOf(tx).insertInto('audit_events').values(row).execute()
  }

  /** The newest event of one kind of act. */
  async newestOf(action: AuditAction): Promise<AuditEvent | undefined> {
    const row = await this.#database.read
      .selectFrom('audit_events')
      .selectAll()
      .where('tenant_id', '=', this.#tenantId)
      .where('action', '=', action)
      .orderBy('id', 'desc')
      .limit(1)
      .executeTakeFirst()
    return row && toEvent(row)
  }

  /** Who first did something to each of these, and who did so last, by what was done to; what nothing is known of is left out. */
  async endsOf(targetIds: readonly string[]): Promise<Map<string, { first: AuditEvent; last: AuditEvent }>> {
    const found = new Map<string, { first: AuditEvent; last: AuditEvent }>()
    if (targetIds.length === 0) return found
    const spans = await this.#database.read
      .selectFrom('audit_events')
      .select(({ fn }) => ['target_id', fn.min('id').as('first'), fn.max('id').as('last')])
      .where('tenant_id', '=', this.#tenantId)
      .where(sql<SqlBool>`target_id COLLATE NOCASE IN (${sql.join(targetIds)})`)
      .groupBy('target_id')
      .execute()
    const ids = spans.flatMap(({ first, last }) => [first, last])
    if (ids.length === 0) return found
    const rows = await this.#database.read.selectFrom('audit_events').selectAll().where('id', 'in', ids).execute()
    const byId = new Map(rows.map((row) => [row.id, row]))
    for (const { target_id: target, first, last } of spans) {
      if (target === null) continue
      // What was refused changed nothing; it is rare at either end, and only then looked past one by one.
      const [begun, ended] = await Promise.all([
        doneOr(byId.get(first), () => this.#endOf(target, 'asc')),
        doneOr(byId.get(last), () => this.#endOf(target, 'desc')),
      ])
      if (begun && ended) found.set(target, { first: toEvent(begun), last: toEvent(ended) })
    }
    return found
  }

  #endOf(targetId: string, order: 'asc' | 'desc'): Promise<AuditEventsTable | undefined> {
    return this.#database.read
      .selectFrom('audit_events')
      .selectAll()
      .where('tenant_id', '=', this.#tenantId)
      .where(sql<SqlBool>`target_id COLLATE NOCASE = ${targetId}`)
      .where('outcome', '=', 'ok')
      .orderBy('id', order)
      .limit(1)
      .executeTakeFirst()
  }

  /** Which of these correlation IDs an act of this kind is recorded under. */
  async recordedUnder(action: AuditAction, correlationIds: readonly string[]): Promise<string[]> {
    if (correlationIds.length === 0) return []
    const rows = await this.#database.read
      .selectFrom('audit_events')
      .select('correlation_id')
      // The index of correlation IDs knows no case, and the sign keeps the index of kinds out of it: it reads every act of one.
      .where(sql<SqlBool>`correlation_id COLLATE NOCASE IN (${sql.join(correlationIds)}) AND +action = ${action}`)
      .where('tenant_id', '=', this.#tenantId)
      .execute()
    return rows.map((row) => row.correlation_id)
  }

  async find(id: string): Promise<AuditEvent | undefined> {
    const row = await this.#database.read.selectFrom('audit_events').selectAll().where('id', '=', id).executeTakeFirst()
    return row && row.tenant_id === this.#tenantId ? toEvent(row) : undefined
  }

  /** Newest first. */
  async page(query: AuditQuery, { cursor, limit }: PageQuery, nowMs: number): Promise<Page<AuditEvent>> {
    const after = this.#cursors.read(list, cursor)?.[0]
    // Without a filter a page is a stretch of the primary key, which is read faster than a thread is asked.
    const isStretch = query.terms.length === 0
    const asked = { ...query, nowMs, rare: await this.rareWords(query.terms) }
    let rows = this.#matching(asked, isStretch ? this.#database.read : this.#database.reports).selectAll()
    if (after !== undefined) rows = rows.where('id', '<', after)
    const found = await rows
      .orderBy('id', 'desc')
      .limit(limit + 1)
      .execute()
    return this.#cursors.page(found, { list, limit, keyOf: (row) => [row.id], map: toEvent })
  }

  /** The matching events that come after `before` in a list, newest first, for whoever reads the whole of it. */
  async portion(asked: AskedEvents, before: string, limit: number): Promise<AuditEvent[]> {
    const rows = await this.#matching(asked)
      .selectAll()
      .where('id', '<', before)
      .orderBy('id', 'desc')
      .limit(limit)
      .execute()
    return rows.map(toEvent)
  }

  /** How many events match, counted no further than a page has to say. */
  async count(query: AuditQuery, nowMs: number): Promise<{ matching: number; isCapped: boolean }> {
    const rare = await this.rareWords(query.terms)
    if (isFrequentWord(query, rare)) return { matching: countedUpTo, isCapped: true }
    const some = this.#matching({ ...query, nowMs, rare })
      .select('id')
      .limit(countedUpTo + 1)
    const { rows } = await this.#reports.executeQuery<{ n: number }>(
      sql<{ n: number }>`SELECT count(*) AS n FROM (${some})`.compile(this.#reports),
    )
    const n = rows[0]?.n ?? 0
    return { matching: Math.min(n, countedUpTo), isCapped: n > countedUpTo }
  }

  async histogram(
    query: AuditQuery & { from: number; to: number },
    bucketMs: number,
    nowMs: number,
  ): Promise<AuditHistogram['buckets']> {
    const bucket = sql<number>`cast((at - ${query.from}) / ${bucketMs} AS INTEGER)`
    const rows = await this.#matching({ ...query, nowMs, rare: await this.rareWords(query.terms) })
      .select([bucket.as('bucket'), 'outcome', (eb) => eb.fn.countAll<number>().as('n')])
      .groupBy(['bucket', 'outcome'])
      .execute()
    const buckets = Array.from({ length: Math.ceil((query.to - query.from) / bucketMs) }, (_, index) => ({
      ...{ at: query.from + index * bucketMs, ok: 0, refused: 0, failed: 0 },
    }))
    for (const { bucket: index, outcome, n } of rows) {
      const into = buckets[index]
      if (into) into[outcome] = n
    }
    return buckets
  }

  /** The earliest event there is; nothing older was ever recorded here, or it was archived. */
  async oldestAt(): Promise<number | undefined> {
    const row = await this.#database.read
      .selectFrom('audit_events')
      .select('at')
      .where('tenant_id', '=', this.#tenantId)
      .orderBy('id')
      .limit(1)
      .executeTakeFirst()
    return row?.at
  }

  /** A filter may look at any number of rows to find a few, so these run beside the main thread. */
  get #reports() {
    return this.#database.reports
  }

  /** Bare words that few events have. */
  async rareWords(terms: readonly Term[]): Promise<RareWords> {
    const words = new Set(terms.flatMap((term) => (term.kind === 'text' ? [term.text] : [])))
    const rare = new Set<string>()
    for (const word of words) if (await this.#isRare(word)) rare.add(word)
    return rare
  }

  async #isRare(text: string): Promise<boolean> {
    let size = 0
    for (const source of wordSources(soughtWord(text), this.#tenantId)) {
      const { rows } = await sql<{ n: number }>`SELECT count(*) AS n FROM (${source} LIMIT ${fewEvents + 1})`.execute(
        this.#reports,
      )
      size += rows[0]?.n ?? 0
      if (size > fewEvents) return false
    }
    return true
  }

  #matching({ terms, from, to, nowMs, rare }: AskedEvents, db = this.#reports) {
    let rows = db.selectFrom('audit_events').where('tenant_id', '=', this.#tenantId)
    // IDs rise with time, so a range of time is a stretch of the primary key.
    if (from !== undefined) rows = rows.where('id', '>=', firstIdAt(from)).where('at', '>=', from)
    if (to !== undefined) rows = rows.where('id', '<', idBoundAt(to)).where('at', '<', to)
    return terms.length === 0 ? rows : rows.where(auditCondition(terms, { nowMs, tenantId: this.#tenantId, rare }))
  }
}

/** Nothing is asked for but one word, and many have it. */
function isFrequentWord({ terms, from, to }: AuditQuery, rare: RareWords): boolean {
  const [term, ...more] = terms
  if (term?.kind !== 'text' || more.length > 0 || from !== undefined || to !== undefined) return false
  return !term.negated && !rare.has(term.text)
}

async function doneOr<T>(row: AuditEventsTable | undefined, otherwise: () => Promise<T>) {
  return row?.outcome === 'ok' ? row : otherwise()
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
