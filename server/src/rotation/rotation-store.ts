import { sql } from 'kysely'
import { type Database, sqlOf } from '../platform/database/database.ts'
import { claimDue } from '../platform/database/leases.ts'
import type {
  CredentialSlotsTable,
  RotationAttemptsTable,
  RotationRunsTable,
} from '../platform/database/work-tables.ts'
import type { Tx } from '../platform/transaction.ts'

export type SlotRow = CredentialSlotsTable
export type RunRow = RotationRunsTable
export type AttemptRow = RotationAttemptsTable

/** A run leased to this process: every write of the holder names the fence, so that a late one matches nothing. */
export type ClaimedRun = Pick<RunRow, 'id' | 'slot_id' | 'state' | 'lane' | 'fence' | 'attempt'>

/** Emergency; asked for by somebody; urgent; scheduled (data-and-scale §5). */
const lanes = [0, 10, 50, 100] as const

/** SQL of slots, runs and attempts. */
export class RotationStore {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
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

  /** Principals with a slot, open or closed, on this agent. */
  async principalsOf(agentId: string): Promise<string[]> {
    const rows = await this.#database.read
      .selectFrom('credential_slots')
      .select('principal_id')
      .distinct()
      .where('agent_id', '=', agentId)
      .execute()
    return rows.map((row) => row.principal_id)
  }

  /** Agents with a slot, open or closed, of this principal, or of this slot or run. */
  async agentsOf(id: string): Promise<string[]> {
    const rows = await this.#database.read
      .selectFrom('credential_slots')
      .select('agent_id')
      .distinct()
      .where((eb) =>
        eb.or([
          eb('principal_id', '=', id),
          eb('id', '=', id),
          eb('id', '=', eb.selectFrom('rotation_runs').select('slot_id').where('rotation_runs.id', '=', id)),
        ]),
      )
      .execute()
    return rows.map((row) => row.agent_id)
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

  async renameOpenSlots(
    tx: Tx,
    principalId: string,
    change: Pick<SlotRow, 'principal_name' | 'updated_at'>,
  ): Promise<void> {
    await sqlOf(tx)
      .updateTable('credential_slots')
      .set((eb) => ({ ...change, version: eb('version', '+', 1) }))
      .where('principal_id', '=', principalId)
      .where('state', '=', sql.lit('open'))
      .execute()
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

  runs(ids: readonly string[]): Promise<RunRow[]> {
    if (ids.length === 0) return Promise.resolve([])
    return this.#database.read.selectFrom('rotation_runs').selectAll().where('id', 'in', ids).execute()
  }

  slots(ids: readonly string[]): Promise<SlotRow[]> {
    if (ids.length === 0) return Promise.resolve([])
    return this.#database.read.selectFrom('credential_slots').selectAll().where('id', 'in', ids).execute()
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

  /** Looked at again at `dueAt`, and by no worker that has it leased now: the fence rises. */
  async postpone(tx: Tx, run: RunRow, dueAt: number): Promise<boolean> {
    const result = await sqlOf(tx)
      .updateTable('rotation_runs')
      .set({ due_at: dueAt, lease_owner: null, fence: run.fence + 1, version: run.version + 1 })
      .where('id', '=', run.id)
      .where('version', '=', run.version)
      .executeTakeFirst()
    return result.numUpdatedRows === 1n
  }

  /** Leases due runs, lower lanes first. */
  async claim(tx: Tx, options: { owner: string; now: number; leaseMs: number; limit: number }): Promise<ClaimedRun[]> {
    const claims = await claimDue<ClaimedRun>(tx, {
      ...options,
      table: 'rotation_runs',
      lanes,
      order: ['lane', 'due_at'],
      returning: ['id', 'slot_id', 'state', 'lane', 'fence', 'attempt'],
      countsAttempts: true,
    })
    // An UPDATE answers in no order that it promises.
    return claims.sort((one, other) => one.lane - other.lane)
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

  attempts(runId: string, tx?: Tx): Promise<AttemptRow[]> {
    return this.#reader(tx)
      .selectFrom('rotation_attempts')
      .selectAll()
      .where('run_id', '=', runId)
      .orderBy('id')
      .execute()
  }

  /** Steps of several runs, in the order they were taken. */
  attemptsOfAll(runIds: readonly string[]): Promise<AttemptRow[]> {
    if (runIds.length === 0) return Promise.resolve([])
    return this.#database.read
      .selectFrom('rotation_attempts')
      .selectAll()
      .where('run_id', 'in', runIds)
      .orderBy('id')
      .execute()
  }

  #reader(tx: Tx | undefined) {
    return tx ? sqlOf(tx) : this.#database.read
  }
}
