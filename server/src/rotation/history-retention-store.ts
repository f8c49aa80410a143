import { sql } from 'kysely'
import { sqlOf } from '../platform/database/database.ts'
import type { Tx } from '../platform/transaction.ts'

/** What one step deleted. */
export interface Pruned {
  readonly certificates: number
  readonly rotations: number
  readonly attempts: number
}

/**
 * SQL of the end of history. Certificates are the domain's of principals; they go here, since what must stay of them depends
 * on slots and rotations.
 */
export class HistoryRetentionStore {
  /**
   * Deletes what ended before an instant, certificates first, a limited number at once. The triggers let it through for as
   * long as `retention_pass` names that instant, which is until the end of this call, in the caller's transaction.
   */
  async prune(tx: Tx, before: number, most: { certificates: number; rotations: number }): Promise<Pruned> {
    const db = sqlOf(tx)
    await db.insertInto('retention_pass').values({ id: 1, before }).execute()
    const certificates = await this.#certificates(tx, before, most.certificates)
    const runs = certificates > 0 ? [] : await this.#runs(tx, before, most.rotations)
    const attempts = runs.length === 0 ? 0 : await this.#remove(tx, runs)
    await db.deleteFrom('retention_pass').execute()
    return { certificates, rotations: runs.length, attempts }
  }

  /** Not those that an open slot or an open rotation still names: whatever reads these expects to find it. */
  async #certificates(tx: Tx, before: number, most: number): Promise<number> {
    const { numAffectedRows } = await sql`
      DELETE FROM credentials WHERE id IN (
        SELECT id FROM credentials AS ended
        WHERE state IN ('retired','revoked') AND coalesce(retired_at, revoked_at) < ${before}
          AND NOT EXISTS (SELECT 1 FROM credential_slots WHERE principal_id = ended.principal_id AND state = 'open'
            AND ended.id IN (active_credential_id, prepared_credential_id))
          AND NOT EXISTS (SELECT 1 FROM rotation_runs WHERE slot_id = ended.slot_id AND finished_at IS NULL
            AND ended.id IN (from_credential_id, to_credential_id))
        ORDER BY coalesce(retired_at, revoked_at) LIMIT ${most})`.execute(sqlOf(tx))
    return Number(numAffectedRows ?? 0n)
  }

  /** Not those that brought a certificate which is still there: it has to be told where that came from. */
  async #runs(tx: Tx, before: number, most: number): Promise<string[]> {
    const { rows } = await sql<{ id: string }>`
      SELECT id FROM rotation_runs AS run WHERE finished_at < ${before}
        AND NOT EXISTS (SELECT 1 FROM credentials WHERE credentials.id = run.to_credential_id)
      ORDER BY finished_at LIMIT ${most}`.execute(sqlOf(tx))
    return rows.map(({ id }) => id)
  }

  async #remove(tx: Tx, runs: readonly string[]): Promise<number> {
    const attempts = await sqlOf(tx).deleteFrom('rotation_attempts').where('run_id', 'in', runs).executeTakeFirst()
    await sqlOf(tx).deleteFrom('rotation_runs').where('id', 'in', runs).execute()
    return Number(attempts.numDeletedRows)
  }
}
