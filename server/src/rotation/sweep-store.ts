import { sql } from 'kysely'
import type { Database } from '../platform/database/database.ts'

/** A run counts as waiting until it was announced this often in vain; one of an agent that is away holds nobody up. */
const announcementsThatCount = 4

/**
 * SQL of the sweep: whose slots are due, and in which order. The states are part of the statements, not bound: an index
 * of open rows only serves a question that says so itself. Each question is asked for one tenant, so that the rows of one
 * are never between those of another and the present.
 */
export class SweepStore {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  /** Tenants with an open slot whose time has come; a jump through the index for each tenant there is. */
  async dueTenants(now: number): Promise<string[]> {
    const { rows } = await sql<{ id: string }>`
      WITH RECURSIVE tenants(id) AS (
        SELECT min(tenant_id) FROM credential_slots WHERE state = 'open'
        UNION ALL
        SELECT (SELECT min(tenant_id) FROM credential_slots WHERE state = 'open' AND tenant_id > tenants.id)
        FROM tenants WHERE tenants.id IS NOT NULL)
      SELECT id FROM tenants WHERE id IS NOT NULL AND EXISTS (
        SELECT 1 FROM credential_slots AS slot
        WHERE slot.state = 'open' AND slot.tenant_id = tenants.id
          AND coalesce(slot.rotate_after, 8640000000000000) <= ${now})`.execute(this.#database.read)
    return rows.map((row) => row.id)
  }

  async openSlots(tenantId: string): Promise<number> {
    const { rows } = await sql<{ count: number }>`
      SELECT count(*) AS count FROM credential_slots WHERE state = 'open' AND tenant_id = ${tenantId}`.execute(
      this.#database.read,
    )
    return rows[0]?.count ?? 0
  }

  /** Runs whose agent is expected to come any moment. */
  async waitingRuns(tenantId: string): Promise<number> {
    const { rows } = await sql<{ count: number }>`
      SELECT count(*) AS count FROM rotation_runs
      WHERE finished_at IS NULL AND state IN ('requested','prepared')
        AND tenant_id = ${tenantId} AND attempt <= ${announcementsThatCount}`.execute(this.#database.read)
    return rows[0]?.count ?? 0
  }

  /** Slots that are due and have no run that waits for its certificate, the longest due first. */
  async due(tenantId: string, now: number, limit: number): Promise<string[]> {
    const { rows } = await sql<{ id: string }>`
      SELECT slot.id AS id FROM credential_slots AS slot
      WHERE slot.state = 'open' AND slot.tenant_id = ${tenantId}
        AND coalesce(slot.rotate_after, 8640000000000000) <= ${now} AND ${hasNoWaitingRun}
      ORDER BY coalesce(slot.rotate_after, 8640000000000000), slot.id LIMIT ${limit}`.execute(this.#database.read)
    return rows.map((row) => row.id)
  }

  /** Of the same slots those with less than a fifth of their certificate's life left, the first to enter it first. */
  async urgent(tenantId: string, now: number, limit: number): Promise<string[]> {
    const { rows } = await sql<{ id: string }>`
      SELECT slot.id AS id FROM credentials AS held JOIN credential_slots AS slot ON slot.id = held.slot_id
      WHERE held.state = 'active' AND held.slot_id IS NOT NULL AND held.tenant_id = ${tenantId}
        AND held.not_after - (held.not_after - held.not_before) / 5 < ${now}
        AND slot.state = 'open' AND slot.rotate_after <= ${now} AND ${hasNoWaitingRun}
      ORDER BY held.not_after - (held.not_after - held.not_before) / 5 LIMIT ${limit}`.execute(this.#database.read)
    return rows.map((row) => row.id)
  }
}

const hasNoWaitingRun = sql`NOT EXISTS (
  SELECT 1 FROM rotation_runs AS run
  WHERE run.slot_id = slot.id AND run.finished_at IS NULL AND run.state <> 'activated')`
