import type { Page, PageQuery } from '@signet/shared/api/paging'
import { RolloutStage } from '@signet/shared/vocabulary/rollout-states'
import { sql } from 'kysely'
import { type Database, sqlOf } from '../platform/database/database.ts'
import { claimDue } from '../platform/database/leases.ts'
import type { Cursors } from '../platform/database/paging.ts'
import type { RolloutItemsTable, RolloutsTable } from '../platform/database/rollout-tables.ts'
import type { RotationRunsTable } from '../platform/database/work-tables.ts'
import type { Tx } from '../platform/transaction.ts'

export type RolloutRow = RolloutsTable
export type RolloutItemRow = RolloutItemsTable
export type NewItem = Omit<
  RolloutItemRow,
  'rollout_id' | 'run_id' | 'drill_id' | 'error_code' | 'asked_at' | 'deadline_at'
>

/** A rollout leased to this process: what its holder writes names the fence. */
export type ClaimedRollout = Pick<RolloutRow, 'id' | 'fence' | 'state'>

/** A credential whose agent was asked, and how far its rotation is; of a drill, what a rotation would be at in its place. */
export type FollowedItem = RolloutItemRow & {
  readonly run_state: RotationRunsTable['state']
  readonly run_error_code: string | null
  readonly run_error_detail: string | null
}

export interface StageCount {
  readonly rolloutId: string
  readonly wave: number
  readonly stage: RolloutStage
  readonly count: number
}

const rolloutList = 'rollouts'
const itemList = 'rollout-items'
/** Slots of one statement; SQLite takes 32,766 parameters. */
const takenAtOnce = 1_000

/** A drill in the words of a rotation. */
const drillState = sql`CASE d.state WHEN 'passed' THEN 'activated' WHEN 'failed' THEN 'failed'
  ELSE iif(d.x5t_s256 IS NULL, 'requested', 'prepared') END`

/** Why a drill has failed: what went wrong first, as its agent tells it. */
const drillFault = sql`iif(d.state = 'failed', 'The rehearsal has failed: ' || coalesce((SELECT s.value ->> 'detail'
  FROM json_each(d.steps) AS s WHERE s.value ->> 'outcome' <> 'ok' LIMIT 1), 'its agent did not walk the whole path.'), NULL)`

/** What the vocabulary calls the place where an item stands: its own state, and that of the rotation or drill it led to. */
const stage = sql<string>`CASE i.state
  WHEN 'open' THEN CASE coalesce(r.state, ${drillState}) WHEN 'requested' THEN 'asked' WHEN 'prepared' THEN 'prepared'
    WHEN 'failed' THEN 'failed' WHEN 'cancelled' THEN 'skipped' ELSE iif(i.drill_id IS NULL, 'activated', 'rehearsed') END
  WHEN 'activated' THEN CASE WHEN i.drill_id IS NOT NULL THEN 'rehearsed' ELSE CASE coalesce(r.state, 'completed') WHEN 'completed' THEN 'retired' WHEN 'rolled_back' THEN 'rolled-back' ELSE 'activated' END END
  WHEN 'rolled_back' THEN 'rolled-back' ELSE i.state END`

/** SQL of rollouts and their items. */
export class RolloutStore {
  readonly #database: Database
  readonly #cursors: Cursors

  constructor(database: Database, cursors: Cursors) {
    this.#database = database
    this.#cursors = cursors
  }

  async insert(tx: Tx, row: RolloutRow): Promise<void> {
    await sqlOf(tx).insertInto('rollouts').values(row).execute()
  }

  /** Leaves out those whose slot a rollout has in hand. @returns the positions that were written */
  async insertItems(tx: Tx, rolloutId: string, items: readonly NewItem[]): Promise<Set<number>> {
    if (items.length === 0) return new Set()
    const unled = { run_id: null, drill_id: null, error_code: null, asked_at: null, deadline_at: null }
    const written = await sqlOf(tx)
      .insertInto('rollout_items')
      .values(items.map((item) => ({ ...item, ...unled, rollout_id: rolloutId })))
      .onConflict((conflict) => conflict.doNothing())
      .returning('position')
      .execute()
    return new Set(written.map(({ position }) => position))
  }

  async written(tx: Tx, rolloutId: string): Promise<{ chosen: number; skipped: number }> {
    const { skipped, all } = await sqlOf(tx)
      .selectFrom('rollout_items')
      .select([
        (eb) => eb.fn.countAll<number>().as('all'),
        sql<number>`coalesce(sum(state = 'skipped'), 0)`.as('skipped'),
      ])
      .where('rollout_id', '=', rolloutId)
      .executeTakeFirstOrThrow()
    return { chosen: all - skipped, skipped }
  }

  /** Removes one that was never begun, a limited number of items at once. @returns whether there is more to remove */
  async discard(tx: Tx, rolloutId: string, most: number): Promise<boolean> {
    const { numAffectedRows } = await sql`DELETE FROM rollout_items WHERE (rollout_id, position) IN (
      SELECT rollout_id, position FROM rollout_items WHERE rollout_id = ${rolloutId} LIMIT ${most})`.execute(sqlOf(tx))
    if ((numAffectedRows ?? 0n) > 0n) return true
    await sqlOf(tx).deleteFrom('rollouts').where('id', '=', rolloutId).where('state', '=', 'starting').execute()
    return false
  }

  /** Which slots have their turn in a rollout, of these acts alone, still before them, or are having it. */
  async busy(acts?: readonly RolloutRow['act'][]): Promise<Set<string>> {
    let query = this.#database.reports
      .selectFrom('rollout_items')
      .select('slot_id')
      .where('slot_id', 'is not', null)
      .where(sql<boolean>`state IN ('waiting','open','returning')`)
    if (acts) {
      query = query.where('rollout_id', 'in', (eb) => eb.selectFrom('rollouts').select('id').where('act', 'in', acts))
    }
    return new Set((await query.execute()).flatMap(({ slot_id: id }) => id ?? []))
  }

  /**
   * Takes slots out of the hands of rollouts that revoke nothing: there they are skipped, for the reason given.
   *
   * @returns from which
   */
  async takeOver(tx: Tx, slotIds: readonly string[], detail: string): Promise<Set<string>> {
    const from = new Set<string>()
    for (let start = 0; start < slotIds.length; start += takenAtOnce) {
      const rows = await sqlOf(tx)
        .updateTable('rollout_items')
        .set({ state: 'skipped', error_code: null, detail })
        .where('slot_id', 'in', slotIds.slice(start, start + takenAtOnce))
        .where(sql<boolean>`state IN ('waiting','open','returning')`)
        .where('rollout_id', 'in', (eb) => eb.selectFrom('rollouts').select('id').where('act', '<>', 'emergency'))
        .returning('rollout_id')
        .execute()
      for (const { rollout_id: id } of rows) from.add(id)
    }
    return from
  }

  rollout(id: string, tx?: Tx): Promise<RolloutRow | undefined> {
    return this.#reader(tx).selectFrom('rollouts').selectAll().where('id', '=', id).executeTakeFirst()
  }

  async rollouts(tenantId: string, filter: PageQuery & { open?: boolean }): Promise<Page<RolloutRow>> {
    const after = this.#cursors.read(rolloutList, filter.cursor)?.[0]
    let query = this.#database.read.selectFrom('rollouts').selectAll().where('tenant_id', '=', tenantId)
    query = query.where('state', '<>', 'starting')
    if (after !== undefined) query = query.where('id', '<', after)
    if (filter.open) query = query.where('ended_at', 'is', null)
    const rows = await query
      .orderBy('id', 'desc')
      .limit(filter.limit + 1)
      .execute()
    return this.#cursors.page(rows, {
      list: rolloutList,
      limit: filter.limit,
      keyOf: (row) => [row.id],
      map: (row) => row,
    })
  }

  /** How many items stand at each stage, wave by wave. */
  async counts(rolloutIds: readonly string[]): Promise<StageCount[]> {
    if (rolloutIds.length === 0) return []
    const rows = await this.#database.reports
      .selectFrom('rollout_items as i')
      .leftJoin('rotation_runs as r', 'r.id', 'i.run_id')
      .leftJoin('rotation_drills as d', 'd.id', 'i.drill_id')
      .select(['i.rollout_id', 'i.wave', stage.as('stage'), (eb) => eb.fn.countAll<number>().as('count')])
      .where('i.rollout_id', 'in', rolloutIds)
      .groupBy(['i.rollout_id', 'i.wave', 'stage'])
      .orderBy('i.wave')
      .execute()
    return rows.map((row) => ({
      rolloutId: row.rollout_id,
      wave: row.wave,
      stage: RolloutStage.parse(row.stage),
      count: row.count,
    }))
  }

  /** How many credentials of each rollout could be put back at this instant. */
  async reversible(rolloutIds: readonly string[], now: number): Promise<ReadonlyMap<string, number>> {
    if (rolloutIds.length === 0) return new Map()
    const rows = await this.#database.reports
      .selectFrom('rollout_items as i')
      .innerJoin('rotation_runs as r', 'r.id', 'i.run_id')
      .select(['i.rollout_id', (eb) => eb.fn.countAll<number>().as('count')])
      .where('i.rollout_id', 'in', rolloutIds)
      .where('i.state', '=', 'activated')
      .where('r.state', '=', 'activated')
      .where('r.from_credential_id', 'is not', null)
      .where('r.due_at', '>', now)
      .groupBy('i.rollout_id')
      .execute()
    return new Map(rows.map((row) => [row.rollout_id, row.count]))
  }

  async items(
    rolloutId: string,
    filter: PageQuery & { wave?: number | undefined; stage?: RolloutStage | undefined },
  ): Promise<Page<RolloutItemRow & { stage: string }>> {
    const list = `${itemList} ${rolloutId} ${filter.wave ?? ''} ${filter.stage ?? ''}`
    const after = this.#cursors.read(list, filter.cursor)?.[0]
    let query = this.#database.reports
      .selectFrom('rollout_items as i')
      .leftJoin('rotation_runs as r', 'r.id', 'i.run_id')
      .leftJoin('rotation_drills as d', 'd.id', 'i.drill_id')
      .selectAll('i')
      .select(stage.as('stage'))
      .where('i.rollout_id', '=', rolloutId)
    if (after !== undefined) query = query.where('i.position', '>', Number(after))
    if (filter.wave !== undefined) query = query.where('i.wave', '=', filter.wave)
    if (filter.stage !== undefined) query = query.where(stage, '=', filter.stage)
    const rows = await query
      .orderBy('i.position')
      .limit(filter.limit + 1)
      .execute()
    return this.#cursors.page(rows, {
      list,
      limit: filter.limit,
      keyOf: (row) => [String(row.position)],
      map: (row) => row,
    })
  }

  /** Whether any rollout wants work now; cheap, so that it can be asked at every change. */
  async hasDue(now: number): Promise<boolean> {
    const row = await this.#database.read
      .selectFrom('rollouts')
      .select('id')
      .where('finished_at', 'is', null)
      .where('due_at', '<=', now)
      .limit(1)
      .executeTakeFirst()
    return row !== undefined
  }

  claim(tx: Tx, options: { owner: string; now: number; leaseMs: number; limit: number }): Promise<ClaimedRollout[]> {
    return claimDue<ClaimedRollout>(tx, {
      ...options,
      table: 'rollouts',
      order: ['due_at'],
      returning: ['id', 'fence', 'state'],
    })
  }

  /** The rollout while this claim still holds: same fence. Somebody may have paused or cancelled it. */
  held(tx: Tx, claim: ClaimedRollout): Promise<RolloutRow | undefined> {
    return sqlOf(tx)
      .selectFrom('rollouts')
      .selectAll()
      .where('id', '=', claim.id)
      .where('fence', '=', claim.fence)
      .where('finished_at', 'is', null)
      .executeTakeFirst()
  }

  async update(tx: Tx, row: RolloutRow, change: Partial<Omit<RolloutRow, 'id' | 'version' | 'fence'>>): Promise<void> {
    await sqlOf(tx)
      .updateTable('rollouts')
      .set({ ...change, version: row.version + 1 })
      .where('id', '=', row.id)
      .execute()
  }

  /** Items whose agent was asked, with how far their rotations or drills are. */
  followed(rolloutId: string): Promise<FollowedItem[]> {
    return this.#database.read
      .selectFrom('rollout_items as i')
      .leftJoin('rotation_runs as r', 'r.id', 'i.run_id')
      .leftJoin('rotation_drills as d', 'd.id', 'i.drill_id')
      .selectAll('i')
      .select([
        sql<FollowedItem['run_state']>`coalesce(r.state, ${drillState})`.as('run_state'),
        sql<string | null>`coalesce(r.error_code, iif(d.state = 'failed', 'unavailable', NULL))`.as('run_error_code'),
        sql<string | null>`coalesce(r.error_detail, ${drillFault})`.as('run_error_detail'),
      ])
      .where('i.rollout_id', '=', rolloutId)
      .where('i.state', '=', 'open')
      .orderBy('i.position')
      .execute()
  }

  itemsIn(rolloutId: string, state: RolloutItemRow['state'], limit: number, wave?: number): Promise<RolloutItemRow[]> {
    let query = this.#database.read
      .selectFrom('rollout_items')
      .selectAll()
      .where('rollout_id', '=', rolloutId)
      .where('state', '=', state)
    if (wave !== undefined) query = query.where('wave', '=', wave)
    return query.orderBy('position').limit(limit).execute()
  }

  /** What is left: how many are under way and in which wave, and the first wave in which some still wait. */
  async left(
    tx: Tx,
    rolloutId: string,
  ): Promise<{ underway: number; openWave: number | null; nextWave: number | null }> {
    const open = await sqlOf(tx)
      .selectFrom('rollout_items')
      .select([(eb) => eb.fn.countAll<number>().as('count'), (eb) => eb.fn.min('wave').as('wave')])
      .where('rollout_id', '=', rolloutId)
      .where('state', 'in', ['open', 'returning'])
      .executeTakeFirstOrThrow()
    // Waves follow the positions, so the first that waits is in the first wave that has any; nothing is counted.
    const next = await sqlOf(tx)
      .selectFrom('rollout_items')
      .select('wave')
      .where('rollout_id', '=', rolloutId)
      .where('state', '=', 'waiting')
      .orderBy('position')
      .limit(1)
      .executeTakeFirst()
    return { underway: open.count, openWave: open.wave, nextWave: next?.wave ?? null }
  }

  /** Moves an item on from the state it is expected in. @returns false when it is not there any more */
  async moveItem(
    tx: Tx,
    item: Pick<RolloutItemRow, 'rollout_id' | 'position' | 'state'>,
    change: Partial<RolloutItemRow>,
  ): Promise<boolean> {
    const result = await sqlOf(tx)
      .updateTable('rollout_items')
      .set(change)
      .where('rollout_id', '=', item.rollout_id)
      .where('position', '=', item.position)
      .where('state', '=', item.state)
      .executeTakeFirst()
    return result.numUpdatedRows === 1n
  }

  async cancelWaiting(tx: Tx, rolloutId: string): Promise<void> {
    await sqlOf(tx)
      .updateTable('rollout_items')
      .set({ state: 'cancelled' })
      .where('rollout_id', '=', rolloutId)
      .where('state', '=', 'waiting')
      .execute()
  }

  /** What has failed or was rolled back waits again, unless another rollout has its slot by now. */
  async requeue(tx: Tx, rolloutId: string): Promise<void> {
    await sqlOf(tx)
      .updateTable('rollout_items')
      .set({ state: 'waiting', error_code: null, detail: null, asked_at: null, deadline_at: null })
      .where('rollout_id', '=', rolloutId)
      .where('state', 'in', ['failed', 'rolled_back'])
      .where(isFree)
      .execute()
  }

  async countIn(tx: Tx, rolloutId: string, state: RolloutItemRow['state']): Promise<number> {
    const { count } = await sqlOf(tx)
      .selectFrom('rollout_items')
      .select((eb) => eb.fn.countAll<number>().as('count'))
      .where('rollout_id', '=', rolloutId)
      .where('state', '=', state)
      .executeTakeFirstOrThrow()
    return count
  }

  /** Items in use whose old credential is still accepted are to be put back. @returns how many */
  async markReturning(tx: Tx, rolloutId: string, options: { now: number; wave?: number | undefined }): Promise<number> {
    let query = sqlOf(tx)
      .updateTable('rollout_items')
      .set({ state: 'returning', error_code: null, detail: null })
      .where('rollout_id', '=', rolloutId)
      .where('state', '=', 'activated')
      .where(isFree)
      .where('run_id', 'in', (eb) =>
        eb
          .selectFrom('rotation_runs')
          .select('rotation_runs.id')
          .whereRef('rotation_runs.id', '=', 'rollout_items.run_id')
          .where('rotation_runs.state', '=', 'activated')
          .where('from_credential_id', 'is not', null)
          .where('due_at', '>', options.now),
      )
    if (options.wave !== undefined) query = query.where('wave', '=', options.wave)
    const result = await query.executeTakeFirst()
    return Number(result.numUpdatedRows)
  }

  #reader(tx: Tx | undefined) {
    return tx ? sqlOf(tx) : this.#database.read
  }
}

/** That no rollout has the slot of an item in hand; the condition of the index, word for word. */
const isFree = sql<boolean>`NOT EXISTS (SELECT 1 FROM rollout_items AS o WHERE o.slot_id = rollout_items.slot_id
  AND o.slot_id IS NOT NULL AND o.state IN ('waiting','open','returning'))`
