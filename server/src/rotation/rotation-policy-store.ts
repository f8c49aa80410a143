import { type SqlBool, sql } from 'kysely'
import { type Database, sqlOf } from '../platform/database/database.ts'
import type {
  RotationFreezesTable,
  RotationPoliciesTable,
  RotationReplansTable,
} from '../platform/database/work-tables.ts'
import type { Tx } from '../platform/transaction.ts'
import { type Placed, scopesOf } from './rotation-policy.ts'
import type { SlotRow } from './rotation-store.ts'

export type PolicyRow = RotationPoliciesTable
export type FreezeRow = RotationFreezesTable
export type ReplanRow = RotationReplansTable
export type PolicyKey = Pick<PolicyRow, 'scope' | 'target'>

const portion = 400

/** SQL of policies, freezes, and due times that have yet to follow them. */
export class RotationPolicyStore {
  readonly #database: Database
  readonly #tenantId: string

  constructor(database: Database, tenantId: string) {
    this.#database = database
    this.#tenantId = tenantId
  }

  async insertIfMissing(tx: Tx, row: PolicyRow): Promise<boolean> {
    const result = await sqlOf(tx)
      .insertInto('rotation_policies')
      .values(row)
      .onConflict((conflict) => conflict.columns(['tenant_id', 'scope', 'target']).doNothing())
      .executeTakeFirst()
    return (result.numInsertedOrUpdatedRows ?? 0n) === 1n
  }

  all(tx?: Tx): Promise<PolicyRow[]> {
    return this.#reader(tx)
      .selectFrom('rotation_policies')
      .selectAll()
      .where('tenant_id', '=', this.#tenantId)
      .execute()
  }

  find(id: string, tx?: Tx): Promise<PolicyRow | undefined> {
    return this.#reader(tx)
      .selectFrom('rotation_policies')
      .selectAll()
      .where('tenant_id', '=', this.#tenantId)
      .where('id', '=', id)
      .executeTakeFirst()
  }

  of({ scope, target }: PolicyKey, tx?: Tx): Promise<PolicyRow | undefined> {
    return this.#reader(tx)
      .selectFrom('rotation_policies')
      .selectAll()
      .where('tenant_id', '=', this.#tenantId)
      .where('scope', '=', scope)
      .where('target', '=', target)
      .executeTakeFirst()
  }

  /** Policies that can rule any of these slots. */
  async candidates(slots: readonly Placed[], tx?: Tx): Promise<PolicyRow[]> {
    const targets = [...new Set(slots.flatMap((slot) => scopesOf(slot).map(({ target }) => target)))]
    const found: PolicyRow[] = []
    for (let start = 0; start < targets.length; start += portion) {
      const some = this.#reader(tx)
        .selectFrom('rotation_policies')
        .selectAll()
        .where('tenant_id', '=', this.#tenantId)
        .where('scope', 'in', ['default', 'instances', 'group', 'identity'])
        .where('target', 'in', targets.slice(start, start + portion))
      found.push(...(await some.execute()))
    }
    return found
  }

  /** Compare-and-set on the version the row was read with. */
  async update(tx: Tx, row: PolicyRow, expectedVersion: number): Promise<boolean> {
    const result = await sqlOf(tx)
      .updateTable('rotation_policies')
      .set(row)
      .where('id', '=', row.id)
      .where('version', '=', expectedVersion)
      .executeTakeFirst()
    return result.numUpdatedRows === 1n
  }

  async remove(tx: Tx, { id, version }: Pick<PolicyRow, 'id' | 'version'>): Promise<boolean> {
    const result = await sqlOf(tx)
      .deleteFrom('rotation_policies')
      .where('id', '=', id)
      .where('version', '=', version)
      .executeTakeFirst()
    await this.unfreeze(tx, id)
    return result.numDeletedRows === 1n
  }

  /**
   * Counts one more rotation of a policy on a day, unless that would be more than its limit.
   *
   * @returns false when there is no room left
   */
  async takeTurn(tx: Tx, { id, per_day: limit }: Pick<PolicyRow, 'id' | 'per_day'>, day: number): Promise<boolean> {
    if (limit === null) return true
    const { numAffectedRows } = await sql`
      INSERT INTO rotation_policy_days (policy_id, day, opened) VALUES (${id}, ${day}, 1)
      ON CONFLICT (policy_id, day) DO UPDATE SET opened = opened + 1 WHERE opened < ${limit}`.execute(sqlOf(tx))
    await sqlOf(tx).deleteFrom('rotation_policy_days').where('policy_id', '=', id).where('day', '<', day).execute()
    return numAffectedRows === 1n
  }

  /** How many rotations the schedule has opened on a day, by policy, of those that limit them. */
  async turnsTaken(day: number): Promise<Map<string, number>> {
    const rows = await this.#database.read
      .selectFrom('rotation_policy_days')
      .selectAll()
      .where('day', '=', day)
      .execute()
    return new Map(rows.map((row) => [row.policy_id, row.opened]))
  }

  freezes(now: number, tx?: Tx): Promise<FreezeRow[]> {
    return this.#reader(tx)
      .selectFrom('rotation_freezes')
      .selectAll()
      .where('tenant_id', '=', this.#tenantId)
      .where('until', '>', now)
      .execute()
  }

  async freeze(tx: Tx, row: FreezeRow): Promise<void> {
    await sqlOf(tx)
      .insertInto('rotation_freezes')
      .values(row)
      .onConflict((conflict) => conflict.columns(['tenant_id', 'policy_id']).doUpdateSet(row))
      .execute()
  }

  /** @returns whether there was one */
  async unfreeze(tx: Tx, policyId: string): Promise<boolean> {
    const result = await sqlOf(tx)
      .deleteFrom('rotation_freezes')
      .where('tenant_id', '=', this.#tenantId)
      .where('policy_id', '=', policyId)
      .executeTakeFirst()
    return result.numDeletedRows === 1n
  }

  /** Asks for the due times of what a policy rules to be planned again; one that is under way begins anew. */
  async askReplan(tx: Tx, { scope, target }: PolicyKey): Promise<void> {
    await sqlOf(tx)
      .insertInto('rotation_replans')
      .values({ tenant_id: this.#tenantId, scope, target, after_slot: '' })
      .onConflict((conflict) => conflict.columns(['tenant_id', 'scope', 'target']).doUpdateSet({ after_slot: '' }))
      .execute()
  }

  nextReplan(tx: Tx): Promise<ReplanRow | undefined> {
    return sqlOf(tx)
      .selectFrom('rotation_replans')
      .selectAll()
      .where('tenant_id', '=', this.#tenantId)
      .limit(1)
      .executeTakeFirst()
  }

  /** @param afterSlot the last slot that was planned; undefined when none is left */
  async proceedReplan(tx: Tx, { scope, target }: PolicyKey, afterSlot: string | undefined): Promise<void> {
    const sqlTx = sqlOf(tx)
    if (afterSlot === undefined) {
      await sqlTx
        .deleteFrom('rotation_replans')
        .where('tenant_id', '=', this.#tenantId)
        .where('scope', '=', scope)
        .where('target', '=', target)
        .execute()
      return
    }
    await sqlTx
      .updateTable('rotation_replans')
      .set({ after_slot: afterSlot })
      .where('tenant_id', '=', this.#tenantId)
      .where('scope', '=', scope)
      .where('target', '=', target)
      .execute()
  }

  /** Open slots that a policy of this scope could rule, in the order of their IDs. */
  slotsOf(tx: Tx, key: PolicyKey, after: string, limit: number): Promise<SlotRow[]> {
    let query = sqlOf(tx)
      .selectFrom('credential_slots')
      .selectAll()
      // The plus keeps SQLite from an index of the tenant, whose rows it would sort for every portion.
      .where(sql<SqlBool>`+tenant_id = ${this.#tenantId}`)
      .where('state', '=', sql.lit('open'))
      .where('id', '>', after)
    if (key.scope === 'identity') query = query.where('principal_id', '=', key.target)
    if (key.scope === 'group') query = query.where('group_id', '=', key.target)
    if (key.scope === 'instances') query = query.where('instance_kind', '=', key.target)
    return query.orderBy('id').limit(limit).execute()
  }

  /** Where an identity is placed, by which policies find its slot on an agent. */
  async placeOf(
    tx: Tx,
    owner: { principalId: string; agentId: string },
  ): Promise<Pick<SlotRow, 'group_id' | 'instance_kind'>> {
    const { rows } = await sql<Pick<SlotRow, 'group_id' | 'instance_kind'>>`
      WITH host AS (
        SELECT id, kind, resource_group_id FROM service_instances
        WHERE agent_id = ${owner.agentId} AND deleted_at IS NULL
        ORDER BY id = (SELECT owner_instance_id FROM principals WHERE object_id = ${owner.principalId}) DESC,
          EXISTS (SELECT 1 FROM identity_assignments WHERE instance_id = service_instances.id AND principal_id = ${owner.principalId}) DESC, id
        LIMIT 1)
      SELECT coalesce((SELECT resource_group_id FROM user_identities WHERE id = ${owner.principalId}),
          (SELECT resource_group_id FROM service_instances WHERE id =
            (SELECT owner_instance_id FROM principals WHERE object_id = ${owner.principalId})),
          (SELECT resource_group_id FROM host)) AS group_id,
        (SELECT kind FROM host) AS instance_kind`.execute(sqlOf(tx))
    return rows[0] ?? { group_id: null, instance_kind: null }
  }

  /** The open slots of an identity that was moved follow the policy of its new resource group. */
  async placeAgain(tx: Tx, principalId: string): Promise<void> {
    for (const slot of await this.slotsOf(tx, { scope: 'identity', target: principalId }, '', 1_000)) {
      const place = await this.placeOf(tx, { principalId, agentId: slot.agent_id })
      if (place.group_id === slot.group_id && place.instance_kind === slot.instance_kind) continue
      await sqlOf(tx)
        .updateTable('credential_slots')
        .set((eb) => ({ ...place, version: eb('version', '+', 1) }))
        .where('id', '=', slot.id)
        .execute()
      await this.askReplan(tx, { scope: 'identity', target: principalId })
    }
  }

  #reader(tx: Tx | undefined) {
    return tx ? sqlOf(tx) : this.#database.read
  }
}
