import { setImmediate } from 'node:timers/promises'
import { CompiledQuery, type ControlledTransaction, type Kysely, type Transaction } from 'kysely'
import type { Clock } from '../clock.ts'
import { randomShare } from '../identifiers.ts'
import { SignetError } from '../signet-error.ts'
import type { Change, SequencedChange } from '../transaction.ts'
import type { Schema } from './schema.ts'
import { storageFailureOf } from './storage-failure.ts'

/** The commit that a transaction is part of: its statements, and what the members of it announce, by what it is of. */
export interface OpenCommit {
  readonly sql: Transaction<Schema>
  readonly changes: Map<string, Change>
}

/** Where changes go. */
export interface ChangeLog {
  /** Writes down those of one commit, as its last statement. */
  record(sql: Transaction<Schema>, changes: readonly Change[]): Promise<readonly SequencedChange[]>
  /** Called after the commit, before anybody who took part in it is answered. */
  announce(changes: readonly SequencedChange[]): void
}

interface Member {
  /** @returns answers whoever waits for it */
  work(open: OpenCommit): Promise<() => void>
  reject(error: unknown): void
}

/**
 * For so long the event loop may belong to transactions; then what they wrote is flushed and others have their turn. At least
 * as long as the flush before took, since on a slow disk little work between two of them would be mostly waiting.
 */
const sliceMs = { least: 12, most: 50 }
const mostMembers = 64

/**
 * Of the event loop between two commits, whose flush each takes one. A listener accepts one connection in a turn (libuv since 1.45),
 * so with a single one in between, as many connections as commits were accepted, and the others waited for their handshake.
 */
const turnsBetween = 8

/** With what SQLite itself waits before each, about the 5 s of SEC-138. */
const mostRetries = 5
const firstRetryMs = 160

const savepoint = CompiledQuery.raw('savepoint member')
const release = CompiledQuery.raw('release member')
const rollback = CompiledQuery.raw('rollback to member')

/**
 * Transactions of one connection, one after the other in the order of their arrival. Those that wait at the same time share
 * one flush to the disk, which takes longer than all their statements: each has a savepoint of its own, so one that throws
 * takes no other with it, and nobody is answered before the flush. One that is alone is flushed alone, and waits for nobody.
 */
export class SharedCommits {
  readonly #write: Kysely<Schema>
  readonly #clock: Pick<Clock, 'monotonicMs' | 'sleep'>
  readonly #log: ChangeLog
  #waiting: Member[] = []
  #working: Promise<void> | undefined
  /** How long the last flush took. */
  #flushMs = 0

  constructor(write: Kysely<Schema>, clock: Pick<Clock, 'monotonicMs' | 'sleep'>, log: ChangeLog) {
    this.#write = write
    this.#clock = clock
    this.#log = log
  }

  /** Resolves when the work is on stable storage; rejects when nothing of it is. The work is done once at most. */
  run<T>(work: (open: OpenCommit) => Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      const answered = async (open: OpenCommit) => {
        const answer = await work(open)
        return () => resolve(answer)
      }
      this.#waiting.push({ work: answered, reject })
      this.#working ??= this.#workOff()
    })
  }

  /** Resolves when nothing waits any more. */
  async settled(): Promise<void> {
    while (this.#working !== undefined) await this.#working
  }

  async #workOff(): Promise<void> {
    do {
      // Whoever comes in these turns of the event loop takes part.
      for (let turn = 0; turn < turnsBetween; turn += 1) await setImmediate()
      await this.#commit()
    } while (this.#waiting.length > 0)
    this.#working = undefined
  }

  async #commit(): Promise<void> {
    const members: Member[] = []
    const answers: (() => void)[] = []
    let sql: ControlledTransaction<Schema> | undefined
    try {
      sql = await this.#begin()
      const open = { sql, changes: new Map<string, Change>() }
      const until = this.#clock.monotonicMs() + Math.min(Math.max(this.#flushMs, sliceMs.least), sliceMs.most)
      do {
        const member = this.#waiting.shift()
        if (!member) break
        members.push(member)
        answers.push(await takePart(open, member))
      } while (members.length < mostMembers && this.#clock.monotonicMs() < until)
      const changes = open.changes.size === 0 ? [] : await this.#log.record(sql, [...open.changes.values()])
      const since = this.#clock.monotonicMs()
      await sql.commit().execute()
      this.#flushMs = this.#clock.monotonicMs() - since
      if (changes.length > 0) this.#log.announce(changes)
    } catch (error) {
      if (sql?.isCommitted === false) await sql.rollback().execute().catch(ignored)
      if (!sql) members.push(...this.#waiting.splice(0))
      for (const { reject } of members) reject(error)
      return
    }
    for (const answer of answers) answer()
  }

  /**
   * Another process may hold the lock. SQLite itself waits for it a little, and holds up the event loop; between its attempts
   * the event loop is free. Nothing has been done by then that would be done twice.
   *
   * @throws SignetError `unavailable` when it holds it all the while
   */
  async #begin(): Promise<ControlledTransaction<Schema>> {
    for (let retries = 0; ; retries += 1) {
      try {
        return await this.#write.startTransaction().execute()
      } catch (error) {
        if (!isBusy(error)) throw error
        if (retries === mostRetries) throw busy(error)
        await this.#clock.sleep(firstRetryMs * 2 ** retries * (0.75 + randomShare() / 2))
      }
    }
  }
}

/** @returns answers whoever waits for it, once all is flushed. @throws what the whole commit fails with */
async function takePart({ sql, changes }: OpenCommit, member: Member): Promise<() => void> {
  const before = changes.size
  await sql.executeQuery(savepoint)
  try {
    const answer = await member.work({ sql, changes })
    await sql.executeQuery(release)
    return answer
  } catch (error) {
    if (storageFailureOf(error)) throw error
    await sql.executeQuery(rollback)
    await sql.executeQuery(release)
    for (const key of [...changes.keys()].slice(before)) changes.delete(key)
    return () => member.reject(error)
  }
}

function isBusy(error: unknown): boolean {
  return error instanceof Error && 'code' in error && String(error.code).startsWith('SQLITE_BUSY')
}

function busy(cause: unknown): SignetError {
  return new SignetError('unavailable', 'Another process writes to the database all the while.', {
    cause,
    retryAfterSeconds: 5,
  })
}

function ignored(): void {
  // What went wrong first is what is told.
}
