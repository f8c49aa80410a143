import type { BulkList } from '@signet/shared/api/bulk'
import { secondMs } from '@signet/shared/vocabulary/time'
import type { AuditLog } from '../audit/index.ts'
import type { Clock } from '../platform/clock.ts'
import { newGuid } from '../platform/identifiers.ts'
import type { Logger } from '../platform/log.ts'
import { PeriodicTask } from '../platform/periodic.ts'
import { systemContext } from '../platform/request-context.ts'
import { SignetError } from '../platform/signet-error.ts'
import type { ChangeRecorder, Transactor, Tx } from '../platform/transaction.ts'
import { actOf, contextOf } from './bulk-job.ts'
import { kindFacts } from './bulk-kinds.ts'
import type { BulkStore, ClaimedJob, ItemRow, JobRow, NewItem, Outcome } from './bulk-store.ts'
import { type BulkThings, ItemInput, type Performed } from './bulk-things.ts'

const turnMs = secondMs
const leaseMs = 30 * secondMs
const mostJobsPerClaim = 8
const selectedAtOnce = 1_000

export interface RunnerParts {
  readonly store: BulkStore
  readonly database: Transactor & ChangeRecorder
  readonly things: Readonly<Record<BulkList, BulkThings>>
  readonly audit: AuditLog
  readonly clock: Clock
  readonly log: Logger
}

/**
 * Works off bulk jobs. An item's effect, its outcome and the job's counters are one transaction that names the fence, so
 * a process may die at any point and any number of them may run: no item is done twice and none is forgotten (SEC-144).
 * The pace is kept in the row as well: a job is due again a second after its last portion.
 */
export class BulkRunner {
  readonly #parts: RunnerParts
  readonly #owner = newGuid()
  #task: PeriodicTask | undefined

  constructor(parts: RunnerParts) {
    this.#parts = parts
  }

  start(): void {
    const { clock, log } = this.#parts
    this.#task ??= new PeriodicTask({ name: 'bulk jobs', intervalMs: turnMs, clock, log, run: () => this.turn() })
  }

  async stop(): Promise<void> {
    await this.#task?.stop()
  }

  /** A job was started: it need not wait for the next turn. */
  poke(): void {
    this.#task?.poke()
  }

  /** One portion of every job that is due. */
  async turn(): Promise<void> {
    const { database, store, clock } = this.#parts
    const claims = await database.transact((tx) =>
      store.claim(tx, { owner: this.#owner, now: clock.now(), leaseMs, limit: mostJobsPerClaim }),
    )
    for (const claim of claims) await this.#work(claim)
  }

  async #work(claim: ClaimedJob): Promise<void> {
    const { store, clock } = this.#parts
    const startedAt = clock.now()
    while ((await this.#held(claim))?.state === 'selecting') if (!(await this.#select(claim))) return
    const job = await this.#held(claim)
    if (!job) return
    const items = await store.itemsAfter(job.id, 'waiting', 0, kindFacts(job.list, job.kind).perSecond)
    for (const item of items) if (!(await this.#carryOut(claim, item))) return
    await this.#release(claim, startedAt + turnMs)
  }

  #held(claim: ClaimedJob): Promise<JobRow | undefined> {
    return this.#parts.database.transact((tx) => this.#parts.store.heldJob(tx, claim))
  }

  /** Adds the next portion of what the job is about. @returns false when the claim was lost */
  async #select(claim: ClaimedJob): Promise<boolean> {
    const { store, database, clock } = this.#parts
    const job = await this.#held(claim)
    if (!job) return false
    const { items, next } = await this.#nextItems(job)
    return database.transact(async (tx) => {
      const held = await store.heldJob(tx, claim)
      if (!held || held.cursor !== job.cursor) return false
      const added = await store.addItems(tx, job.id, items)
      await store.updateJob(tx, held, {
        total: held.total + added,
        cursor: next,
        ...(next === null && { selected: 1 as const, state: 'running' as const }),
        due_at: clock.now() + leaseMs,
        updated_at: clock.now(),
      })
      await database.changed(tx, { kind: 'job', id: job.id })
      return true
    })
  }

  async #nextItems(job: JobRow): Promise<{ items: NewItem[]; next: string | null }> {
    const { store, things } = this.#parts
    if (job.undo_of === null) {
      const after = job.cursor ?? undefined
      const { ids, next } = await things[job.list].select(job.q ?? '', { after, limit: selectedAtOnce })
      return { items: ids.map((id) => ({ item_id: id, input: null })), next }
    }
    const done = await store.itemsAfter(job.undo_of, 'changed', Number(job.cursor ?? 0), selectedAtOnce)
    const last = done.at(-1)
    const next = last && done.length === selectedAtOnce ? String(last.position) : null
    return { items: done.map((item) => ({ item_id: item.item_id, input: item.undo })), next }
  }

  /** @returns false when the claim was lost, or somebody paused or cancelled the job */
  async #carryOut(claim: ClaimedJob, item: ItemRow): Promise<boolean> {
    let performed: Performed | undefined
    try {
      const isDone = await this.#finish(claim, item, async (tx, job) => {
        const input = item.input === null ? {} : ItemInput.parse(JSON.parse(item.input))
        performed = await this.#parts.things[job.list].perform(tx, contextOf(job), actOf(job), item.item_id, input)
        return performed.changed ? changed(performed.undo ?? {}) : already
      })
      if (isDone) performed?.committed?.()
      return isDone
    } catch (error) {
      const outcome = outcomeOf(error)
      if (outcome.state === 'failed') this.#parts.log.error({ err: error, jobId: item.job_id }, 'bulk item failed')
      return this.#finish(claim, item, async () => outcome)
    }
  }

  #finish(claim: ClaimedJob, item: ItemRow, decide: (tx: Tx, job: JobRow) => Promise<Outcome>): Promise<boolean> {
    const { store, database, clock } = this.#parts
    return database.transact(async (tx) => {
      const job = await store.heldJob(tx, claim)
      if (!job) return false
      const outcome = await decide(tx, job)
      const isDone = await store.finishItem(tx, item, outcome, clock.now())
      if (!isDone) throw new SignetError('conflict', 'The item was done in the meantime.')
      await database.changed(tx, { kind: 'job', id: job.id })
      return true
    })
  }

  /** Ends the job when nothing waits, else gives it back for the next second. */
  async #release(claim: ClaimedJob, dueAt: number): Promise<void> {
    const { store, database, audit, clock } = this.#parts
    await database.transact(async (tx) => {
      const job = await store.heldJob(tx, claim)
      if (!job) return
      if (await store.hasWaiting(tx, job.id)) {
        await store.updateJob(tx, job, { due_at: dueAt, lease_owner: null })
        return
      }
      const now = clock.now()
      await store.updateJob(tx, job, { state: 'finished', finished_at: now, lease_owner: null, updated_at: now })
      const { total, changed: done, already: so, refused, failed } = job
      await audit.append(tx, systemContext('bulk jobs', job.correlation_id), {
        action: 'bulk.finished',
        outcome: failed > 0 ? 'failed' : 'ok',
        target: { kind: 'job', id: job.id, label: job.kind },
        after: { total, changed: done, already: so, refused, failed },
      })
      await database.changed(tx, { kind: 'job', id: job.id })
    })
  }
}

const already: Outcome = { state: 'already', detail: null, undo: null }

function changed(undo: ItemInput): Outcome {
  return { state: 'changed', detail: null, undo: JSON.stringify(undo) }
}

/** A refusal is of the item; anything else is a failure, of which only what is safe to show is kept. */
function outcomeOf(error: unknown): Outcome {
  const { code, detail } = SignetError.from(error)
  const isRefusal = code === 'conflict' || code === 'not_found'
  return { state: isRefusal ? 'refused' : 'failed', detail, undo: null }
}
