import Database, { type Database as Sqlite, type Statement } from 'better-sqlite3'
import {
  CompiledQuery,
  type DatabaseConnection,
  type Driver,
  type SqliteDatabase,
  SqliteDialect,
  SqliteDriver,
} from 'kysely'
import { StartupError } from '../signet-error.ts'

/** How long a writer waits for another process's. */
const busyTimeoutMs = 5_000

/**
 * A connection as data safety wants it: WAL, and after the switch `synchronous=FULL`, which the driver otherwise lets
 * fall to NORMAL at the first write; asserted here and on every connection (SEC-137).
 *
 * @throws StartupError when the file cannot be opened or is no database
 */
export function openSqlite(file: string, options: { readonly?: boolean } = {}): Sqlite {
  try {
    const db = new Database(file, { readonly: options.readonly ?? false })
    if (!options.readonly) db.pragma('journal_mode = WAL')
    db.pragma('synchronous = FULL')
    db.pragma(`busy_timeout = ${busyTimeoutMs}`)
    db.pragma('foreign_keys = ON')
    db.pragma('journal_size_limit = 67108864')
    db.pragma('mmap_size = 268435456')
    if (db.pragma('synchronous', { simple: true }) !== 2) throw new Error('synchronous is not FULL')
    return db
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new StartupError(
      `the database ${file} cannot be opened (${reason}): check that the data folder is writable and not damaged, or set SIGNET_DATA_DIR`,
      { cause },
    )
  }
}

/** Starts transactions with BEGIN IMMEDIATE: a deferred one fails with SQLITE_BUSY when it turns into a writer. */
class ImmediateDriver extends SqliteDriver {
  override async beginTransaction(connection: DatabaseConnection): Promise<void> {
    await connection.executeQuery(CompiledQuery.raw('begin immediate'))
  }

  /** A failed flush ends the transaction by itself; that there is nothing to roll back must not hide why. */
  override async rollbackTransaction(connection: DatabaseConnection): Promise<void> {
    try {
      await super.rollbackTransaction(connection)
    } catch (error) {
      if (!(error instanceof Error && error.message.includes('no transaction is active'))) throw error
    }
  }
}

/** Kysely's SQLite dialect with immediate transactions and statements that are prepared once per SQL text. */
export class SignetSqliteDialect extends SqliteDialect {
  readonly #database: SqliteDatabase

  constructor(db: Sqlite) {
    const database = memoised(db)
    super({ database })
    this.#database = database
  }

  override createDriver(): Driver {
    return new ImmediateDriver({ database: this.#database })
  }
}

const mostStatements = 500

function memoised(db: Sqlite): SqliteDatabase {
  const statements = new Map<string, Statement>()
  return {
    close: () => {
      db.close()
    },
    prepare(sql) {
      const known = statements.get(sql)
      if (known) return known
      if (statements.size >= mostStatements) statements.clear()
      const statement = db.prepare(sql)
      statements.set(sql, statement)
      return statement
    },
  }
}
