import { createHash } from 'node:crypto'
import type { Database as Sqlite } from 'better-sqlite3'
import { StartupError } from '../signet-error.ts'

export interface Migration {
  readonly version: number
  readonly sql: string
}

const checksumOf = (migration: Migration) => createHash('sha256').update(migration.sql).digest('hex')

/**
 * Applies what is missing, each migration in a transaction of its own, and refuses a schema it does not know.
 *
 * @throws StartupError when the schema is newer than this Signet, or an applied migration was altered
 */
export function migrate(db: Sqlite, file: string, migrations: readonly Migration[], now: number): void {
  db.exec(
    'CREATE TABLE IF NOT EXISTS schema_migrations (version INTEGER PRIMARY KEY, checksum TEXT NOT NULL, applied_at INTEGER NOT NULL) STRICT',
  )
  const applied = db
    .prepare<[], { version: number; checksum: string }>('SELECT version, checksum FROM schema_migrations')
    .all()
  const newest = Math.max(0, ...applied.map((row) => row.version))
  const known = Math.max(0, ...migrations.map((migration) => migration.version))
  if (newest > known) {
    throw new StartupError(
      `the database ${file} has schema ${newest}, this Signet knows ${known}: start the newer Signet that wrote it; nothing was changed`,
    )
  }
  for (const migration of migrations) {
    const before = applied.find((row) => row.version === migration.version)
    if (before && before.checksum !== checksumOf(migration)) {
      throw new StartupError(
        `migration ${migration.version} of ${file} is not the one that was applied: restore the data folder from a backup`,
      )
    }
    if (!before) apply(db, migration, now)
  }
}

function apply(db: Sqlite, migration: Migration, now: number): void {
  db.transaction(() => {
    db.exec(migration.sql)
    db.prepare('INSERT INTO schema_migrations (version, checksum, applied_at) VALUES (?, ?, ?)').run(
      migration.version,
      checksumOf(migration),
      now,
    )
  }).immediate()
}
