import type { Database as Sqlite, Statement } from 'better-sqlite3'
import type { Insertable } from 'kysely'
import type { Schema } from '../src/platform/database/schema.ts'

/** Inserts rows by the names of their columns: one statement a table, made by the first row. */
export class RowInserts {
  readonly #db: Sqlite
  readonly #statements = new Map<string, Statement>()

  constructor(db: Sqlite) {
    this.#db = db
  }

  into<T extends keyof Schema>(table: T, row: Insertable<Schema[T]>): void {
    let statement = this.#statements.get(table)
    if (!statement) {
      const names = Object.keys(row)
      statement = this.#db.prepare(
        `INSERT INTO ${table} (${names.join(', ')}) VALUES (${names.map((name) => `@${name}`).join(', ')})`,
      )
      this.#statements.set(table, statement)
    }
    statement.run(row)
  }
}

/** What every row that can change has. */
export interface Stamps {
  readonly tenant_id: string
  readonly version: number
  readonly created_at: number
  readonly updated_at: number
}

type Row<T extends keyof Schema> = Insertable<Schema[T]>

/** The system-assigned principal of an instance. */
export function principalRow(
  own: Stamps & Pick<Row<'principals'>, 'object_id' | 'display_name' | 'owner_instance_id' | 'arm_id' | 'client_id'>,
): Row<'principals'> {
  return {
    kind: 'system',
    state: 'enabled',
    name_key: own.display_name,
    token_ttl_s: null,
    deleted_at: null,
    purge_at: null,
    suspended_at: null,
    tokens_revoked_at: null,
    token_key: 0,
    new_host_key: 0,
    ...own,
  }
}

/** An active certificate whose key an agent holds. */
export function credentialRow(
  own: Stamps &
    Omit<Row<'credentials'>, 'key_alg' | 'key_location' | 'long_assertions' | 'state' | keyof typeof nothing>,
): Row<'credentials'> {
  return { key_alg: 'rsa2048', key_location: 'agent', long_assertions: 0, state: 'active', ...nothing, ...own }
}

const nothing = {
  ...{ usable_until: null, superseded_at: null, retired_at: null, revoked_at: null, revoke_reason: null },
  ...{ first_used_at: null, last_used_at: null, delivered_at: null, acknowledged_at: null },
  ...{ ack_agent_id: null, ack_agent_name: null, ack_agent_version: null },
  ...{ principal_name: 'bench', instance_id: null, instance_name: null, cause: 'enable' },
  ...{ actor_kind: 'system', actor_id: null, actor_label: 'bench' },
} as const

/** An act on an instance. */
export function auditEventRow(own: Omit<Row<'audit_events'>, 'target_kind'>): Row<'audit_events'> {
  const none = { actor_id: null, actor_ip: null, reason: null, before: null, after: null }
  return { target_kind: 'instance', ...none, ...own }
}
