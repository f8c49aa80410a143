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
import { Thread } from '../thread.ts'
import type { Schema } from './schema.ts'

/** A statement as it goes to the thread; its rows come back. */
export interface ReportCall {
  readonly sql: string
  readonly parameters: readonly unknown[]
}

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

class ReportsDriver implements Driver {
  readonly #thread: Thread<ReportCall, readonly unknown[]>

  constructor(file: string) {
    this.#thread = new Thread(new URL('./reports-thread.ts', import.meta.url), 'reports thread', file)
  }

  async init(): Promise<void> {}

  async acquireConnection(): Promise<DatabaseConnection> {
    return {
      executeQuery: async <R>(query: CompiledQuery): Promise<QueryResult<R>> => ({
        rows: (await this.#thread.ask({ sql: query.sql, parameters: query.parameters })) as R[],
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

  destroy(): Promise<void> {
    return this.#thread.finish()
  }
}
