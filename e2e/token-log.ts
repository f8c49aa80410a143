import { join } from 'node:path'
import Database from 'better-sqlite3'
import type { Stack } from './stack.ts'

/** A request of the token log, as far as tests compare it. */
export interface LoggedToken {
  readonly outcome: string
  readonly principal_id: string
  readonly client_id: string
  readonly audience: string
  readonly kid: string | null
  /** Epoch seconds. */
  readonly exp: number | null
}

/** `telemetry.db` itself, read beside the server that writes it or after its end. */
export class TokenLog {
  readonly #db: Database.Database

  constructor({ folder }: Stack) {
    this.#db = new Database(join(folder, 'data', 'telemetry.db'), { readonly: true })
  }

  /** What was recorded of the token that has this `uti`. */
  find(uti: string): LoggedToken | undefined {
    const hex = Buffer.from(uti, 'base64url').toString('hex')
    const id = [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-')
    return this.#db
      .prepare<[string], LoggedToken>(
        'SELECT outcome, principal_id, client_id, audience, kid, exp FROM token_log WHERE id = ?',
      )
      .get(id)
  }

  /**
   * How many tokens each table has of those that are written in one transaction: as long as no batch was torn, they agree.
   * True for a log that is younger than what is pruned first, the spent assertions of an hour.
   */
  counts(): { logged: number; spent: number; usedByDay: number; usedByHour: number } {
    const count = (sql: string) => Number(this.#db.prepare(sql).pluck().get())
    return {
      logged: count("SELECT count(*) FROM token_log WHERE outcome = 'ok'"),
      spent: count('SELECT count(*) FROM assertion_jti'),
      usedByDay: count('SELECT total(ok_count) FROM token_usage'),
      usedByHour: count('SELECT total(ok_count) FROM token_hours'),
    }
  }

  /** `ok`, or what SQLite finds broken. */
  integrity(): unknown {
    return this.#db.pragma('integrity_check', { simple: true })
  }

  close(): void {
    this.#db.close()
  }
}
