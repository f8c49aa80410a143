import { rmSync } from 'node:fs'
import Sqlite from 'better-sqlite3'

/** A statement that no code of ours would send to a database: indexes and triggers that forbid it go first. */
export function doctor(file: string, statement: string): void {
  const db = new Sqlite(file)
  const guards = db
    .prepare<[], { type: string; name: string }>(
      `SELECT type, name FROM sqlite_master WHERE type IN ('index', 'trigger') AND sql IS NOT NULL AND tbl_name IN
        ('credentials', 'credential_slots', 'rotation_runs', 'rotation_attempts', 'audit_events')`,
    )
    .all()
  for (const { type, name } of guards) db.exec(`DROP ${type} ${name}`)
  db.exec(statement)
  db.close()
}

/** As `doctor`, on a copy beside the file. */
export function doctoredCopy(file: string, statement: string): string {
  const copy = `${file}.doctored`
  rmSync(copy, { force: true })
  const db = new Sqlite(file, { readonly: true })
  db.prepare('VACUUM INTO ?').run(copy)
  db.close()
  doctor(copy, statement)
  return copy
}
