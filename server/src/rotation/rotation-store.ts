import type { Page } from '@signet/shared/api/paging'
import type { RunState } from '@signet/shared/vocabulary/credential-states'
import { sql } from 'kysely'
import { type Database, sqlOf } from '../platform/database/database.ts'
import type { Cursors } from '../platform/database/paging.ts'
import type {
  CredentialSlotsTable,
  RotationAttemptsTable,
  RotationPoliciesTable,
  RotationRunsTable,
} from '../platform/database/schema.ts'
import type { Tx } from '../platform/transaction.ts'

export type SlotRow = CredentialSlotsTable
export type RunRow = RotationRunsTable
export type AttemptRow = RotationAttemptsTable
export type PolicyRow = RotationPoliciesTable

/** A run leased to this process: every write of the holder names the fence, so that a late one matches nothing. */
export type ClaimedRun = Pick<RunRow, 'id' | 'slot_id' | 'state' | 'fence' | 'attempt'>

const list = 'rotations'

/** SQL of slots, runs, attempts and policies. */
export class RotationStore {
  readonly #database: Database
  readonly #cursors: Cursors

  constructor(database: Database, cursors: Cursors) {
    this.#database = database
    this.#cursors = cursors
  }

  async insertPolicyIfMissing(tx: Tx, row: PolicyRow): Promise<void> {
    await sqlOf(tx)
      .insertInto('rotation_policies')
      .values(row)
      .onConflict((conflict) => conflict.columns(['tenant_id', 'name']).doNothing())
      .execute()
  }

  policy(tenantId: string, tx?: Tx): Promise<PolicyRow> {
    return this.#reader(tx)
      .selectFrom('rotation_policies')
      .selectAll()
      .where('tenant_id', '=', tenantId)
      .executeTakeFirstOrThrow()
  }

  async updatePolicy(tx: Tx, row: PolicyRow, expectedVersion: number): Promise<boolean> {
    const result = await sqlOf(tx)
      .updateTable('rotation_policies')
      .set(row)
      .where('id', '=', row.id)
      .where('version', '=', expectedVersion)
      .executeTakeFirst()
    return result.numUpdatedRows === 1n
  }

  async insertSlot(tx: Tx, row: SlotRow): Promise<void> {
    await sqlOf(tx).insertInto('credential_slots').values(row).execute()
  }

  slot(id: string, tx?: Tx): Promise<SlotRow | undefined> {
    return this.#reader(tx).selectFrom('credential_slots').selectAll().where('id', '=', id).executeTakeFirst()
  }

  async principalsOfRuns(runIds: readonly string[]): Promise<string[]> {
    const found = new Set<string>()
    for (let start = 0; start < runIds.length; start += 500) {
      const some = runIds.slice(start, start + 500)
      const rows = await this.#reader(undefined)
        .selectFrom('rotation_runs')
        .select('principal_id')
        .where('id', 'in', some)
        .execute()
      for (const row of rows) found.add(row.principal_id)
    }
    return [...found]
  }

  /** The state is part of the statement, not bound: an index of open slots only serves a question that says so itself. */
  openSlots(filter: { principalIds?: readonly string[]; agentId?: string }, tx?: Tx): Promise<SlotRow[]> {
    let query = this.#reader(tx).selectFrom('credential_slots').selectAll().where('state', '=', sql.lit('open'))
    if (filter.principalIds) query = query.where('principal_id', 'in', filter.principalIds)
    if (filter.agentId) query = query.where('agent_id', '=', filter.agentId)
    return query.execute()
  }

  /** Open slots that are due and have no open run, the longest due first. */
  dueSlots(now: number, limit: number): Promise<SlotRow[]> {
    return this.#database.read
      .selectFrom('credential_slots')
      .selectAll()
      .where('state', '=', sql.lit('open'))
      .where('rotate_after', '<=', now)
      .where((eb) =>
        eb.not(
          eb.exists(
            eb
              .selectFrom('rotation_runs')
              .select('rotation_runs.id')
              .whereRef('rotation_runs.slot_id', '=', 'credential_slots.id')
              .where('rotation_runs.finished_at', 'is', null)
              .where('rotation_runs.state', '<>', 'activated'),
          ),
        ),
      )
      .orderBy('rotate_after')
      .limit(limit)
      .execute()
  }

  async updateSlot(tx: Tx, slot: SlotRow, change: Partial<Omit<SlotRow, 'id' | 'version'>>): Promise<boolean> {
    const result = await sqlOf(tx)
      .updateTable('credential_slots')
      .set({ ...change, version: slot.version + 1 })
      .where('id', '=', slot.id)
      .where('version', '=', slot.version)
      .executeTakeFirst()
    return result.numUpdatedRows === 1n
  }

  /** @returns false when the slot has an open run already: that index is the mutual exclusion */
  async insertRun(tx: Tx, row: RunRow): Promise<boolean> {
    const result = await sqlOf(tx)
      .insertInto('rotation_runs')
      .values(row)
      .onConflict((conflict) => conflict.column('slot_id').where('finished_at', 'is', null).doNothing())
      .executeTakeFirst()
    return (result.numInsertedOrUpdatedRows ?? 0n) === 1n
  }

  run(id: string, tx?: Tx): Promise<RunRow | undefined> {
    return this.#reader(tx).selectFrom('rotation_runs').selectAll().where('id', '=', id).executeTakeFirst()
  }

  openRun(slotId: string, tx?: Tx): Promise<RunRow | undefined> {
    return this.#reader(tx)
      .selectFrom('rotation_runs')
      .selectAll()
      .where('slot_id', '=', slotId)
      .where('finished_at', 'is', null)
      .executeTakeFirst()
  }

  openRuns(slotIds: readonly string[]): Promise<RunRow[]> {
    if (slotIds.length === 0) return Promise.resolve([])
    return this.#database.read
      .selectFrom('rotation_runs')
      .selectAll()
      .where('slot_id', 'in', slotIds)
      .where('finished_at', 'is', null)
      .execute()
  }

  /** Compare-and-set on the version the caller read. */
  async updateRun(tx: Tx, run: RunRow, change: Partial<Omit<RunRow, 'id' | 'version' | 'fence'>>): Promise<boolean> {
    const result = await sqlOf(tx)
      .updateTable('rotation_runs')
      .set({ ...change, version: run.version + 1 })
      .where('id', '=', run.id)
      .where('version', '=', run.version)
      .executeTakeFirst()
    return result.numUpdatedRows === 1n
  }

  /**
   * Leases due runs, lower lanes first. Leasing pushes `due_at` to the end of the lease, so that a leased row leaves the
   * range of the index and comes back by itself when its holder dies (data-and-scale §5).
   */
  async claim(tx: Tx, options: { owner: string; now: number; leaseMs: number; limit: number }): Promise<ClaimedRun[]> {
    const result = await sql<ClaimedRun>`
      WITH c AS MATERIALIZED (
        SELECT id AS cid FROM rotation_runs WHERE finished_at IS NULL AND due_at <= ${options.now}
        ORDER BY lane, due_at LIMIT ${options.limit})
      UPDATE rotation_runs SET lease_owner = ${options.owner}, due_at = ${options.now + options.leaseMs},
        fence = fence + 1, attempt = attempt + 1, version = version + 1
      FROM c WHERE id = cid AND due_at <= ${options.now}
      RETURNING id, slot_id, state, fence, attempt`.execute(sqlOf(tx))
    return result.rows
  }

  /** The run while this claim still holds: same fence, same state. */
  heldRun(tx: Tx, claim: ClaimedRun): Promise<RunRow | undefined> {
    return sqlOf(tx)
      .selectFrom('rotation_runs')
      .selectAll()
      .where('id', '=', claim.id)
      .where('fence', '=', claim.fence)
      .where('state', '=', claim.state)
      .where('finished_at', 'is', null)
      .executeTakeFirst()
  }

  async insertAttempt(tx: Tx, row: AttemptRow): Promise<void> {
    await sqlOf(tx).insertInto('rotation_attempts').values(row).execute()
  }

  attempts(runId: string): Promise<AttemptRow[]> {
    return this.#database.read
      .selectFrom('rotation_attempts')
      .selectAll()
      .where('run_id', '=', runId)
      .orderBy('id')
      .execute()
  }

  async runs(filter: {
    tenantId: string
    principalId?: string | undefined
    state?: RunState | undefined
    cursor?: string | undefined
    limit: number
  }): Promise<Page<RunRow>> {
    const after = this.#cursors.read(list, filter.cursor)?.[0]
    let query = this.#database.read.selectFrom('rotation_runs').selectAll().where('tenant_id', '=', filter.tenantId)
    if (after !== undefined) query = query.where('id', '<', after)
    if (filter.principalId) query = query.where('principal_id', '=', filter.principalId)
    if (filter.state) query = query.where('state', '=', filter.state)
    const rows = await query
      .orderBy('id', 'desc')
      .limit(filter.limit + 1)
      .execute()
    return this.#cursors.page(rows, { list, limit: filter.limit, keyOf: (row) => [row.id], map: (row) => row })
  }

  #reader(tx: Tx | undefined) {
    return tx ? sqlOf(tx) : this.#database.read
  }
}
