import { Worker } from 'node:worker_threads'
import {
  type CompiledQuery,
  type DatabaseConnection,
  type Dialect,
  type Driver,
  Kysely,
  type QueryResult,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
} from 'kysely'
import type { Schema } from './schema.ts'

/** What goes to the thread and what comes back. */
export interface ReportRequest {
  readonly id: number
  readonly sql: string
  readonly parameters: readonly unknown[]
}

export type ReportAnswer =
  | { readonly id: number; readonly rows: readonly unknown[] }
  | { readonly id: number; readonly error: string }

/**
 * A read-only handle whose statements run in a thread of their own: whatever may look at more rows than a page has
 * belongs here, so that tokens never wait for a list (data-and-scale §9). The thread starts with the first statement.
 */
export function openReports<Tables = Schema>(file: string): Kysely<Tables> {
  return new Kysely<Tables>({ dialect: new ReportsDialect(file) })
}

class ReportsDialect implements Dialect {
  readonly #file: string

  constructor(file: string) {
    this.#file = file
  }

  createDriver = (): Driver => new ReportsDriver(this.#file)
  createQueryCompiler = () => new SqliteQueryCompiler()
  createAdapter = () => new SqliteAdapter()
  createIntrospector = (db: Kysely<unknown>) => new SqliteIntrospector(db)
}

interface Waiting {
  readonly resolve: (rows: readonly unknown[]) => void
  readonly reject: (error: Error) => void
}

class ReportsDriver implements Driver {
  readonly #file: string
  readonly #waiting = new Map<number, Waiting>()
  #worker: Worker | undefined
  #lastId = 0

  constructor(file: string) {
    this.#file = file
  }

  async init(): Promise<void> {}

  async acquireConnection(): Promise<DatabaseConnection> {
    return {
      executeQuery: async <R>(query: CompiledQuery): Promise<QueryResult<R>> => ({
        rows: (await this.#ask(query.sql, query.parameters)) as R[],
      }),
      // biome-ignore lint/correctness/useYield: a thread answers whole results; nothing here streams
      async *streamQuery() {
        throw new Error('reports are not streamed')
      },
    }
  }

  async releaseConnection(): Promise<void> {}

  async beginTransaction(): Promise<void> {
    throw new Error('reports only read')
  }

  commitTransaction = (): Promise<void> => this.beginTransaction()
  rollbackTransaction = (): Promise<void> => this.beginTransaction()

  async destroy(): Promise<void> {
    this.#fail(new Error('the database was closed'))
    await this.#worker?.terminate()
  }

  #ask(sql: string, parameters: readonly unknown[]): Promise<readonly unknown[]> {
    const worker = this.#thread()
    return new Promise((resolve, reject) => {
      this.#lastId += 1
      this.#waiting.set(this.#lastId, { resolve, reject })
      worker.ref()
      worker.postMessage({ id: this.#lastId, sql, parameters } satisfies ReportRequest)
    })
  }

  #thread(): Worker {
    if (this.#worker) return this.#worker
    const worker = new Worker(new URL('./reports-thread.ts', import.meta.url), { workerData: this.#file })
    worker.on('message', (answer: ReportAnswer) => this.#settle(worker, answer))
    worker.on('error', (error) => this.#fail(error instanceof Error ? error : new Error(String(error))))
    worker.on('exit', () => {
      if (this.#worker === worker) this.#worker = undefined
      this.#fail(new Error('the reports thread ended'))
    })
    this.#worker = worker
    return worker
  }

  #settle(worker: Worker, answer: ReportAnswer): void {
    const waiting = this.#waiting.get(answer.id)
    this.#waiting.delete(answer.id)
    if (this.#waiting.size === 0) worker.unref()
    if ('error' in answer) waiting?.reject(new Error(answer.error))
    else waiting?.resolve(answer.rows)
  }

  #fail(error: Error): void {
    const waiting = [...this.#waiting.values()]
    this.#waiting.clear()
    for (const { reject } of waiting) reject(error)
  }
}
