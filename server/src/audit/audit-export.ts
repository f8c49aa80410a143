import type { AuditEvent } from '@signet/shared/api/audit'
import type { Download } from '@signet/shared/api/contract'
import type { ExportFormat } from '@signet/shared/api/paging'
import { auditFields } from '@signet/shared/query/audit-fields'
import type { Clock } from '../platform/clock.ts'
import { type ExportColumns, exportedTime, exportFile } from '../platform/export-file.ts'
import { requireTerms } from '../platform/query-text.ts'
import type { RequestContext } from '../platform/request-context.ts'
import { SignetError } from '../platform/signet-error.ts'
import type { AuditLog } from './audit-log.ts'

/** Exports read the whole log; more of them at once would wait for one another (SEC-165). */
const mostAtOnce = 2
const retryAfterSeconds = 30

/** The log as a file. */
export class AuditExports {
  readonly #audit: AuditLog
  readonly #clock: Clock
  #running = 0

  constructor(audit: AuditLog, clock: Clock) {
    this.#audit = audit
    this.#clock = clock
  }

  /**
   * What the filter describes of the log as it is now. The export is in the log before its first byte leaves, and is not
   * in itself.
   *
   * @throws SignetError `too_many_requests` | `invalid_request` for a filter that cannot be read
   */
  async open(
    context: RequestContext,
    query: { filter?: string | undefined; from?: number | undefined; to?: number | undefined; format: ExportFormat },
  ): Promise<Download> {
    const { filter, from, to, format } = query
    const terms = requireTerms(filter, auditFields)
    const ended = this.#enter()
    try {
      const at = this.#clock.now()
      const count = new Counted(await this.#audit.each({ terms, from, to }))
      const asked = { filter: filter ?? '', from: exportedTime(from), to: exportedTime(to) }
      await this.#audit.record(context, { action: 'audit.exported', after: { ...asked, format } })
      const manifest = () => ({ ...count.seen, ...asked, generatedAt: exportedTime(at) })
      return { ...exportFile({ name: 'audit', format, at, columns, rows: count, record, manifest }), ended }
    } catch (error) {
      ended()
      throw error
    }
  }

  #enter(): () => void {
    if (this.#running >= mostAtOnce) {
      throw new SignetError('too_many_requests', `${mostAtOnce} exports of the audit log are under way already.`, {
        fix: 'Wait until one of them has ended.',
        retryAfterSeconds,
      })
    }
    this.#running += 1
    let isOver = false
    return () => {
      if (!isOver) this.#running -= 1
      isOver = true
    }
  }
}

/** Passes events on and keeps what the manifest says of them. */
class Counted implements AsyncIterable<AuditEvent> {
  readonly #events: AsyncIterable<AuditEvent>
  #count = 0
  #firstId: string | null = null
  #lastId: string | null = null

  constructor(events: AsyncIterable<AuditEvent>) {
    this.#events = events
  }

  get seen(): { count: number; firstId: string | null; lastId: string | null } {
    return { count: this.#count, firstId: this.#firstId, lastId: this.#lastId }
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<AuditEvent> {
    for await (const event of this.#events) {
      this.#count += 1
      this.#firstId ??= event.id
      this.#lastId = event.id
      yield event
    }
  }
}

function record(event: AuditEvent): Record<string, unknown> {
  return { ...event, at: exportedTime(event.at) }
}

const columns: ExportColumns<AuditEvent> = [
  ['id', (event) => event.id],
  ['at', (event) => exportedTime(event.at)],
  ['actor_kind', (event) => event.actor.kind],
  ['actor_id', (event) => event.actor.id],
  ['actor', (event) => event.actor.label],
  ['actor_ip', (event) => event.actor.ip],
  ['action', (event) => event.action],
  ['target_kind', (event) => event.target?.kind ?? null],
  ['target_id', (event) => event.target?.id ?? null],
  ['target', (event) => event.target?.label ?? null],
  ['outcome', (event) => event.outcome],
  ['reason', (event) => event.reason],
  ['correlation_id', (event) => event.correlationId],
  ['before', (event) => (event.before === null ? null : JSON.stringify(event.before))],
  ['after', (event) => (event.after === null ? null : JSON.stringify(event.after))],
]
