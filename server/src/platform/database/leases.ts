import { type RawBuilder, sql } from 'kysely'
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
    /** Rows have a lane, and come lane by lane in this order: within one, `due_at` is a range of the index. */
    lanes?: readonly number[]
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
  const result = await sql<Row>`
    WITH c AS MATERIALIZED (
      SELECT id AS cid FROM ${options.lanes ? dueByLane(options.table, options.lanes, options) : dueRows(table, now, within)}
      ORDER BY ${names(options.order)} LIMIT ${options.limit})
    UPDATE ${table} SET lease_owner = ${options.owner}, due_at = ${now + options.leaseMs},
      fence = fence + 1, version = version + 1 ${attempt}
    FROM c WHERE id = cid AND due_at <= ${now}
    RETURNING ${names(options.returning)}`.execute(sqlOf(tx))
  return result.rows
}

function dueRows(table: RawBuilder<unknown>, now: number, within: RawBuilder<unknown>) {
  return sql`${table} WHERE finished_at IS NULL AND due_at <= ${now} ${within}`
}

function dueByLane(table: string, lanes: readonly number[], { now, limit }: { now: number; limit: number }) {
  const each = lanes.map(
    (lane) => sql`
      SELECT * FROM (SELECT id, lane, due_at FROM ${sql.table(table)}
        WHERE finished_at IS NULL AND lane = ${sql.lit(lane)} AND due_at <= ${now} ORDER BY due_at LIMIT ${limit})`,
  )
  return sql`(${sql.join(each, sql` UNION ALL `)})`
}
