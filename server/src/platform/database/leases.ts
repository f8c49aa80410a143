import { sql } from 'kysely'
import type { Tx } from '../transaction.ts'
import { sqlOf } from './database.ts'

/**
 * Leases due rows of a table of open work, in the order given. Leasing pushes `due_at` to the end of the lease, so that a
 * leased row leaves the range of the index and comes back by itself when its holder dies; the fence rises, so that a
 * holder who comes back late matches nothing (data-and-scale §5).
 */
export async function claimDue<Row>(
  tx: Tx,
  options: {
    table: 'rotation_runs' | 'bulk_jobs' | 'rollouts' | 'outbox_deliveries'
    /** Of the rows of one owner alone. */
    within?: { readonly column: string; readonly value: string }
    order: readonly string[]
    returning: readonly string[]
    /** Also counts the claim as an attempt. */
    countsAttempts?: boolean
    /** Only rows of this lane, so that `due_at` is a range of the index. */
    lane?: number
    owner: string
    now: number
    leaseMs: number
    limit: number
  },
): Promise<Row[]> {
  const { now } = options
  const table = sql.table(options.table)
  const names = (columns: readonly string[]) => sql.join(columns.map((column) => sql.ref(column)))
  const within = options.within ? sql`AND ${sql.ref(options.within.column)} = ${options.within.value}` : sql``
  const attempt = options.countsAttempts ? sql`, attempt = attempt + 1` : sql``
  const lane = options.lane === undefined ? sql`` : sql`AND lane = ${sql.lit(options.lane)}`
  const result = await sql<Row>`
    WITH c AS MATERIALIZED (
      SELECT id AS cid FROM ${table} WHERE finished_at IS NULL ${lane} AND due_at <= ${now} ${within}
      ORDER BY ${names(options.order)} LIMIT ${options.limit})
    UPDATE ${table} SET lease_owner = ${options.owner}, due_at = ${now + options.leaseMs},
      fence = fence + 1, version = version + 1 ${attempt}
    FROM c WHERE id = cid AND due_at <= ${now}
    RETURNING ${names(options.returning)}`.execute(sqlOf(tx))
  return result.rows
}
