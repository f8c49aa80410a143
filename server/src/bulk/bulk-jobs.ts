import { setImmediate } from 'node:timers/promises'
import type { BulkKind, BulkList, BulkWish, Job, JobItem } from '@signet/shared/api/bulk'
import type { Download } from '@signet/shared/api/contract'
import type { ExportFormat, Page, PageQuery } from '@signet/shared/api/paging'
import type { AuditAction } from '@signet/shared/vocabulary/audit-events'
import type { JobItemState } from '@signet/shared/vocabulary/job-states'
import type { AuditLog } from '../audit/index.ts'
import type { Clock } from '../platform/clock.ts'
import { type ExportColumns, exportedTime, exportFile } from '../platform/export-file.ts'
import { SequentialIds } from '../platform/identifiers.ts'
import type { RequestContext } from '../platform/request-context.ts'
import { SignetError } from '../platform/signet-error.ts'
import type { ChangeRecorder, Transactor, Tx } from '../platform/transaction.ts'
import { toJob } from './bulk-job.ts'
import { kindFacts } from './bulk-kinds.ts'
import type { BulkStore, ItemRow, JobRow } from './bulk-store.ts'
import type { BulkThings } from './bulk-things.ts'

/** Later than any clock: a paused job is never due. */
const never = 8_640_000_000_000_000
const exportedAtOnce = 500

export interface JobsParts {
  readonly store: BulkStore
  readonly database: Transactor & ChangeRecorder
  readonly things: Readonly<Record<BulkList, BulkThings>>
  readonly audit: AuditLog
  readonly clock: Clock
  readonly tenantId: string
  /** Wakes the runner. */
  readonly started: () => void
}

/** Starting, steering and reading bulk jobs; carrying them out is the runner's. */
export class BulkJobs {
  readonly #parts: JobsParts
  readonly #ids: SequentialIds

  constructor(parts: JobsParts) {
    this.#parts = parts
    this.#ids = new SequentialIds(parts.clock)
  }

  /** Starts a job; one with a filter text finds its items by itself, portion by portion. */
  async start(context: RequestContext, wish: BulkWish): Promise<Job> {
    const { store, database } = this.#parts
    const { ids, q } = wish.selection
    const row = this.#newJob(context, { ...wish, q: q ?? null, tags: wish.tags ? JSON.stringify(wish.tags) : null })
    await database.transact(async (tx) => {
      await store.insertJob(tx, row)
      if (ids) {
        const items = [...new Set(ids)].map((id) => ({ item_id: id, input: null }))
        const total = await store.addItems(tx, row.id, items)
        await store.updateJob(tx, row, { total, selected: 1, state: 'running' })
      }
      await this.#record(tx, context, 'bulk.started', row, {
        list: row.list,
        kind: row.kind,
        ...(ids ? { items: ids.length } : { q }),
        ...(wish.tags && { tags: wish.tags }),
        ...(wish.identity && { identity: wish.identity }),
      })
    })
    this.#parts.started()
    return this.show(row.id)
  }

  /** Starts the job that undoes what a job has changed. @throws SignetError `not_found` | `conflict` */
  async undo(context: RequestContext, jobId: string, reason: string | undefined): Promise<Job> {
    const { store, database } = this.#parts
    const id = await database.transact(async (tx) => {
      const job = await this.#require(jobId, tx)
      const { list } = job
      const { inverse: kind } = kindFacts(list, job.kind)
      if (kind === null) throw new SignetError('conflict', `Nothing undoes a job of the kind ${job.kind}.`)
      if (job.finished_at === null) {
        throw new SignetError('conflict', 'The job has not ended.', { fix: 'Cancel the rest of it first.' })
      }
      if (job.changed === 0) throw new SignetError('conflict', 'The job has changed nothing.')
      const wish = { list, kind, q: null, tags: null, identity: job.identity_id ?? undefined, reason }
      const row = { ...this.#newJob(context, wish), undo_of: job.id }
      if (!(await store.insertJob(tx, row))) throw new SignetError('conflict', 'The job was undone already.')
      await this.#record(tx, context, 'bulk.started', row, { list, kind, undoOf: job.id })
      return row.id
    })
    this.#parts.started()
    return this.show(id)
  }

  pause(context: RequestContext, jobId: string, reason: string | undefined): Promise<Job> {
    return this.#steer(context, jobId, { action: 'bulk.paused', reason, from: ['selecting', 'running'] }, () => ({
      state: 'paused',
      due_at: never,
    }))
  }

  resume(context: RequestContext, jobId: string, reason: string | undefined): Promise<Job> {
    return this.#steer(context, jobId, { action: 'bulk.resumed', reason, from: ['paused'] }, (job, now) => ({
      state: job.selected === 1 ? 'running' : 'selecting',
      due_at: now,
    }))
  }

  /** What was done stays; what waits is left undone. */
  cancel(context: RequestContext, jobId: string, reason: string | undefined): Promise<Job> {
    const from = ['selecting', 'running', 'paused'] as const
    return this.#steer(context, jobId, { action: 'bulk.cancelled', reason, from }, (_job, now) => ({
      state: 'cancelled',
      finished_at: now,
    }))
  }

  /** @throws SignetError `conflict` when nothing has failed, or the job was cancelled or undone */
  retry(context: RequestContext, jobId: string, reason: string | undefined): Promise<Job> {
    const from = ['running', 'paused', 'finished'] as const
    return this.#steer(context, jobId, { action: 'bulk.retried', reason, from }, async (job, now, tx) => {
      if (job.failed + job.refused === 0) throw new SignetError('conflict', 'No item has failed.')
      // What it changed from now on would be left out of the undoing, and out of any other.
      if ((await this.#parts.store.undoing([job.id], tx)).size > 0) {
        throw new SignetError('conflict', 'The job was undone.', { fix: 'Start a new one.' })
      }
      await this.#parts.store.requeue(tx, job)
      const again = { failed: 0, refused: 0 }
      return job.state === 'finished' ? { ...again, state: 'running', finished_at: null, due_at: now } : again
    })
  }

  async page(filter: PageQuery & { open?: boolean }): Promise<Page<Job>> {
    const { items, nextCursor } = await this.#parts.store.jobs(this.#parts.tenantId, filter)
    return { items: await this.#views(items), nextCursor }
  }

  /** @throws SignetError `not_found` */
  async show(jobId: string): Promise<Job> {
    const [job] = await this.#views([await this.#require(jobId)])
    if (!job) throw new SignetError('internal')
    return job
  }

  /** What kind a job is of, and what kind would undo it. @throws SignetError `not_found` */
  async kindsOf(jobId: string): Promise<{ list: BulkList; kind: BulkKind; inverse: BulkKind | null }> {
    const { list, kind } = await this.#require(jobId)
    return { list, kind, inverse: kindFacts(list, kind).inverse }
  }

  /** @throws SignetError `not_found` */
  async items(jobId: string, filter: PageQuery & { state?: JobItemState | undefined }): Promise<Page<JobItem>> {
    const job = await this.#require(jobId)
    const isCancelled = job.state === 'cancelled'
    const wanted = filter.state
    const stored = wanted === 'cancelled' ? 'waiting' : wanted
    const isNone = (wanted === 'cancelled' && !isCancelled) || (wanted === 'waiting' && isCancelled)
    if (isNone) return { items: [], nextCursor: null }
    const { items, nextCursor } = await this.#parts.store.items(jobId, { ...filter, state: stored })
    return { items: await this.#itemViews(job, items), nextCursor }
  }

  /** The whole result as a file; in the audit log before its first byte leaves. @throws SignetError `not_found` */
  async export(context: RequestContext, jobId: string, format: ExportFormat): Promise<Download> {
    const { audit, clock } = this.#parts
    const job = await this.#require(jobId)
    const target = { kind: 'job', id: job.id, label: job.kind }
    await audit.record(context, { action: 'bulk.exported', target, after: { format } })
    return exportFile({ name: `job-${job.id}`, format, at: clock.now(), columns, rows: this.#each(job) })
  }

  /** Every item in its order; others are served in between. */
  async *#each(job: JobRow): AsyncGenerator<JobItem> {
    let cursor: string | undefined
    do {
      const page = await this.#parts.store.items(job.id, { cursor, limit: exportedAtOnce })
      yield* await this.#itemViews(job, page.items)
      cursor = page.nextCursor ?? undefined
      await setImmediate()
    } while (cursor !== undefined)
  }

  async #steer(
    context: RequestContext,
    jobId: string,
    how: { action: AuditAction; reason: string | undefined; from: readonly JobRow['state'][] },
    change: (job: JobRow, now: number, tx: Tx) => Partial<JobRow> | Promise<Partial<JobRow>>,
  ): Promise<Job> {
    const { store, database, clock } = this.#parts
    await database.transact(async (tx) => {
      const job = await this.#require(jobId, tx)
      if (!how.from.includes(job.state)) throw new SignetError('conflict', `The job is ${job.state}.`)
      const now = clock.now()
      const wanted = await change(job, now, tx)
      await store.updateJob(tx, job, { ...wanted, updated_at: now })
      await this.#record(tx, context, how.action, { ...job, reason: how.reason || null })
    })
    this.#parts.started()
    return this.show(jobId)
  }

  async #record(
    tx: Tx,
    context: RequestContext,
    action: AuditAction,
    job: Pick<JobRow, 'id' | 'kind' | 'reason' | 'correlation_id'>,
    after?: Record<string, unknown>,
  ): Promise<void> {
    await this.#parts.audit.append(
      tx,
      { ...context, correlationId: job.correlation_id },
      {
        action,
        target: { kind: 'job', id: job.id, label: job.kind },
        ...(job.reason !== null && { reason: job.reason }),
        ...(after && { after }),
      },
    )
    await this.#parts.database.changed(tx, { kind: 'job', id: job.id })
  }

  #newJob(
    context: RequestContext,
    wish: Pick<JobRow, 'list' | 'kind' | 'q' | 'tags'> & { identity?: string | undefined; reason?: string | undefined },
  ): JobRow {
    const now = this.#parts.clock.now()
    return {
      id: this.#ids.next(),
      tenant_id: this.#parts.tenantId,
      list: wish.list,
      kind: wish.kind,
      state: 'selecting',
      q: wish.q,
      undo_of: null,
      tags: wish.tags,
      identity_id: wish.identity ?? null,
      reason: wish.reason || null,
      actor_kind: context.actor.kind,
      actor_id: context.actor.id,
      actor_label: context.actor.label,
      actor_ip: context.ip,
      correlation_id: context.correlationId,
      cursor: null,
      selected: 0,
      total: 0,
      changed: 0,
      already: 0,
      refused: 0,
      failed: 0,
      due_at: now,
      lease_owner: null,
      fence: 0,
      finished_at: null,
      version: 1,
      created_at: now,
      updated_at: now,
    }
  }

  async #require(jobId: string, tx?: Tx): Promise<JobRow> {
    const job = await this.#parts.store.job(jobId, tx)
    if (!job) throw new SignetError('not_found', 'No such job.')
    return job
  }

  async #views(jobs: readonly JobRow[]): Promise<Job[]> {
    const undoing = await this.#parts.store.undoing(jobs.map((job) => job.id))
    const identities = [...new Set(jobs.flatMap((job) => job.identity_id ?? []))]
    const names = await this.#parts.things.identities.names(identities)
    return jobs.map((job) => toJob(job, undoing.get(job.id), names))
  }

  async #itemViews(job: JobRow, items: readonly ItemRow[]): Promise<JobItem[]> {
    const names = await this.#parts.things[job.list].names(items.map((item) => item.item_id))
    return items.map((item) => ({
      id: item.item_id,
      name: names.get(item.item_id) ?? null,
      state: item.state === 'waiting' && job.state === 'cancelled' ? 'cancelled' : item.state,
      detail: item.detail,
      at: item.done_at,
    }))
  }
}

const columns: ExportColumns<JobItem> = [
  ['id', (item) => item.id],
  ['name', (item) => item.name],
  ['state', (item) => item.state],
  ['detail', (item) => item.detail],
  ['at', (item) => exportedTime(item.at)],
]
