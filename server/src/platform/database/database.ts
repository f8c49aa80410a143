import { statSync } from 'node:fs'
import { join } from 'node:path'
import { ChangeKind } from '@signet/shared/api/events'
import type { Database as Sqlite } from 'better-sqlite3'
import { CompiledQuery, Kysely, sql, type Transaction } from 'kysely'
import { type Clock, systemClock } from '../clock.ts'
import type { Change, ChangeRecorder, SequencedChange, Transactor, Tx } from '../transaction.ts'
import { migrate } from './migrate.ts'
import { init } from './migrations/0001-init.ts'
import { openReports } from './reports.ts'
import { type ChangedRow, RowTags } from './row-tags.ts'
import type { Schema } from './schema.ts'
import { type OpenCommit, SharedCommits } from './shared-commits.ts'
import { openSqlite, SignetSqliteDialect } from './sqlite.ts'
import { type StorageFailure, storageFailed, storageFailureOf } from './storage-failure.ts'

const mostLogBytes = 16 * 2 ** 20
/** How long a transaction holds up the event loop for the lock of another process before it waits beside it (SEC-138). */
const lockWaitMs = 50

const openTransactions = new WeakMap<Tx, OpenCommit>()

/**
 * The one handle stores receive: `read` sees the last commit and never waits for a writer, `transact` is one immediate
 * transaction at a time, which shares its flush with others that wait. Changes recorded in a transaction are handed to the
 * subscribers after its commit, in order. After the first failed flush every transaction is refused: what a commit that failed left on the disk only a restart can tell (SEC-140).
 */
export class Database implements Transactor, ChangeRecorder {
  readonly read: Kysely<Schema>
  /** As `read`, in a thread of its own; for statements that may look at more rows than they answer with. */
  readonly reports: Kysely<Schema>
  /** Whether rows are as they were written. */
  readonly rows = new RowTags()
  readonly #sqlite: Sqlite
  readonly #write: Kysely<Schema>
  readonly #commits: SharedCommits
  readonly #clock: Clock
  readonly #file: string
  readonly #failureObservers: ((failure: StorageFailure) => void)[] = []
  #failure: StorageFailure | undefined
  readonly #subscribers = new Set<(changes: readonly SequencedChange[]) => void>()

  private constructor(file: string, write: Sqlite, clock: Clock) {
    this.#file = file
    this.#sqlite = write
    this.#write = new Kysely<Schema>({ dialect: new SignetSqliteDialect(write) })
    // How long another process has the lock is no matter of the time that the product is told.
    this.#commits = new SharedCommits(this.#write, systemClock, {
      record: (sql, changes) => this.#record(sql, changes),
      announce: (changes) => {
        for (const subscriber of this.#subscribers) subscriber(changes)
      },
    })
    this.read = new Kysely<Schema>({ dialect: new SignetSqliteDialect(openSqlite(file, { readonly: true })) })
    this.reports = openReports(file)
    this.#clock = clock
  }

  /** Opens and migrates `signet.db` in the data folder. @throws StartupError */
  static open(dataDir: string, clock: Clock): Database {
    const file = join(dataDir, 'signet.db')
    const write = openSqlite(file)
    try {
      migrate(write, file, [{ version: 1, sql: init }], clock.now())
    } catch (error) {
      write.close()
      throw error
    }
    write.pragma(`busy_timeout = ${lockWaitMs}`)
    return new Database(file, write, clock)
  }

  /** From now on rows that decide who may do what are tagged under this key, and checked (SEC-64). */
  tagRows(key: Buffer): void {
    this.rows.begin(key, this.#sqlite)
  }

  /** The rows that are not as they were written, of all there are (SEC-142). */
  changedRows(): Promise<ChangedRow[]> {
    return this.rows.findChanged(this.#sqlite)
  }

  async transact<T>(work: (tx: Tx) => Promise<T>): Promise<T> {
    if (this.#failure) throw storageFailed()
    try {
      return await this.#commits.run((open) => within(open, work))
    } catch (error) {
      throw this.failed(error) ? storageFailed(error) : error
    }
  }

  /**
   * Takes note of an error of this or another file in the data folder; a failed flush ends all writing.
   *
   * @returns whether it was one
   */
  failed(error: unknown): boolean {
    const failure = storageFailureOf(error)
    if (!failure) return false
    const isFirst = this.#failure === undefined
    this.#failure ??= failure
    if (isFirst) for (const observe of this.#failureObservers) observe(failure)
    return true
  }

  /** Called once, at the first failed flush. Must not throw. */
  onStorageFailure(observer: (failure: StorageFailure) => void): void {
    this.#failureObservers.push(observer)
  }

  /** One transaction after the failure, on a connection that knows nothing of it; nobody is told of its changes. */
  async lastWords(work: (tx: Tx) => Promise<void>): Promise<void> {
    await this.#write.destroy()
    const fresh = new Kysely<Schema>({ dialect: new SignetSqliteDialect(openSqlite(this.#file)) })
    try {
      await fresh.transaction().execute(async (sql) => {
        const open = { sql, changes: new Map() }
        await within(open, work)
        await this.#record(sql, [...open.changes.values()])
      })
    } finally {
      await fresh.destroy()
    }
  }

  async changed(tx: Tx, change: Change): Promise<void> {
    // Who follows changes looks at rows as the commit left them, so once is enough.
    openOf(tx).changes.set(`${change.kind} ${change.id}`, change)
  }

  /** All of a commit in one statement, which is most of what announcing costs. */
  async #record(on: Transaction<Schema>, changes: readonly Change[]): Promise<SequencedChange[]> {
    const rows = JSON.stringify(changes.map(({ kind, id }) => [kind, id]))
    const inserted = await sql<{ seq: number }>`
      INSERT INTO change_events (kind, entity_id, at)
      SELECT value ->> 0, value ->> 1, ${this.#clock.now()} FROM json_each(${rows}) ORDER BY key
      RETURNING seq`.execute(on)
    // Rows are inserted in this order; in which they are answered is not promised.
    const seqs = inserted.rows.map(({ seq }) => seq).sort((one, other) => one - other)
    return seqs.flatMap((seq, index) => {
      const change = changes[index]
      return change ? [{ seq, ...change }] : []
    })
  }

  subscribe(subscriber: (changes: readonly SequencedChange[]) => void): () => void {
    this.#subscribers.add(subscriber)
    return () => this.#subscribers.delete(subscriber)
  }

  /** Number of the newest change; grows with every one. */
  async latestSeq(): Promise<number> {
    const row = await this.read
      .selectFrom('change_events')
      .select((eb) => eb.fn.max('seq').as('seq'))
      .executeTakeFirst()
    return row?.seq ?? 0
  }

  /**
   * Changes with a higher number, oldest first, `most` at a time.
   *
   * @returns undefined when some of them have been dropped already
   */
  async changesAfter(seq: number, most: number): Promise<readonly SequencedChange[] | undefined> {
    const rows = await this.read
      .selectFrom('change_events')
      .select(['seq', 'kind', 'entity_id'])
      .where('seq', '>', seq)
      .orderBy('seq')
      .limit(most)
      .execute()
    // Numbers have no gaps, and the newest change is never dropped.
    const last = rows.at(-1)
    if (last !== undefined && last.seq !== seq + rows.length) return undefined
    return rows.map((row) => ({ seq: row.seq, kind: ChangeKind.parse(row.kind), id: row.entity_id }))
  }

  /** Drops changes nobody can still be waiting for. The newest stays, so that numbers never start again. */
  async forgetChangesBefore(at: number): Promise<void> {
    await this.transact(async (tx) => {
      await sqlOf(tx)
        .deleteFrom('change_events')
        .where('at', '<', at)
        .where('seq', '<', (eb) => eb.selectFrom('change_events').select((inner) => inner.fn.max('seq').as('newest')))
        .execute()
    })
  }

  /**
   * Puts the write-ahead log into the database and empties it, once it is longer than `mostBytes` and nobody reads what it
   * still holds; never waits for a reader, the next call tries again (SEC-138).
   *
   * @returns how long it is after that
   */
  async boundLog(mostBytes = mostLogBytes): Promise<number> {
    const length = () => statSync(`${this.#file}-wal`, { throwIfNoEntry: false })?.size ?? 0
    if (length() > mostBytes && !this.#failure) {
      await this.#write.connection().execute(async (connection) => {
        for (const pragma of ['busy_timeout = 0', 'wal_checkpoint(TRUNCATE)', `busy_timeout = ${lockWaitMs}`])
          await connection.executeQuery(CompiledQuery.raw(`PRAGMA ${pragma}`))
      })
    }
    return length()
  }

  async close(): Promise<void> {
    await this.#commits.settled()
    await this.reports.destroy()
    await this.read.destroy()
    await this.#write.destroy()
  }
}

async function within<T>(open: OpenCommit, work: (tx: Tx) => Promise<T>): Promise<T> {
  const tx = {} as Tx
  openTransactions.set(tx, open)
  try {
    return await work(tx)
  } finally {
    // The commit may go on with others, who have nothing to do with this one.
    openTransactions.delete(tx)
  }
}

/** The statements of an open transaction; only stores call this. */
export function sqlOf(tx: Tx): Transaction<Schema> {
  return openOf(tx).sql
}

function openOf(tx: Tx): OpenCommit {
  const open = openTransactions.get(tx)
  if (!open) throw new Error('not an open transaction')
  return open
}
