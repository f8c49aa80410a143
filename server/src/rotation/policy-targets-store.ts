import type { PolicyReach, PolicyScope } from '@signet/shared/api/rotation-policies'
import { dayMs } from '@signet/shared/vocabulary/time'
import { type SqlBool, sql } from 'kysely'
import { type Database, sqlOf } from '../platform/database/database.ts'
import { SignetError } from '../platform/signet-error.ts'
import type { Tx } from '../platform/transaction.ts'
import type { PolicyKey, PolicyRow } from './rotation-policy-store.ts'
import type { SlotRow } from './rotation-store.ts'

/** An open slot with what of its credential decides when it rolls. */
export interface SimulatedSlot
  extends Pick<
    SlotRow,
    'id' | 'principal_id' | 'principal_name' | 'group_id' | 'instance_kind' | 'jitter' | 'first_cycle' | 'rotate_after'
  > {
  readonly issuedAt: number
  readonly notAfter: number
}

/** What policies rule, by name: read from the tables of the things themselves, which belong to other domains. */
export class PolicyTargetsStore {
  readonly #database: Database
  readonly #tenantId: string

  constructor(database: Database, tenantId: string) {
    this.#database = database
    this.#tenantId = tenantId
  }

  /** @throws SignetError `not_found` when there is no such group or identity */
  async require(scope: PolicyScope, tx?: Tx): Promise<PolicyKey> {
    if (scope.kind === 'default') return { scope: 'default', target: '' }
    if (scope.kind === 'instances') return { scope: 'instances', target: scope.of }
    const from = tx ? sqlOf(tx) : this.#database.read
    if (scope.kind === 'group') {
      const group = await from
        .selectFrom('resource_groups')
        .select('id')
        .where('tenant_id', '=', this.#tenantId)
        .where('name_key', '=', scope.of.toLowerCase())
        .where('deleted_at', 'is', null)
        .executeTakeFirst()
      if (!group) throw new SignetError('not_found', `There is no resource group called ${scope.of}.`)
      return { scope: 'group', target: group.id }
    }
    const principal = await from
      .selectFrom('principals')
      .select('object_id')
      .where('object_id', '=', scope.of)
      .where('kind', '<>', 'app')
      .where('deleted_at', 'is', null)
      .executeTakeFirst()
    if (!principal) throw new SignetError('not_found', 'There is no such identity.')
    return { scope: 'identity', target: principal.object_id }
  }

  /** What each policy rules, in words. */
  async labels(rows: readonly PolicyRow[], tx?: Tx): Promise<Map<string, string>> {
    const from = tx ? sqlOf(tx) : this.#database.read
    const of = (scope: PolicyRow['scope']) => rows.filter((row) => row.scope === scope).map((row) => row.target)
    const names = new Map<string, string>()
    const groups = of('group')
    if (groups.length > 0) {
      const found = await from.selectFrom('resource_groups').select(['id', 'name']).where('id', 'in', groups).execute()
      for (const { id, name } of found) names.set(id, name)
    }
    const principals = of('identity')
    for (let start = 0; start < principals.length; start += 500) {
      const found = await from
        .selectFrom('principals')
        .select(['object_id', 'display_name'])
        .where('object_id', 'in', principals.slice(start, start + 500))
        .execute()
      for (const each of found) names.set(each.object_id, each.display_name)
    }
    return new Map(
      rows.map((row) => [row.id, row.scope === 'default' ? 'Default' : (names.get(row.target) ?? row.target)]),
    )
  }

  /** How many open slots each policy rules; looks at all of them, beside the main thread. */
  async reach(): Promise<PolicyReach[]> {
    const { rows } = await sql<PolicyReach>`
      SELECT policy AS "policyId", count(*) AS certificates FROM (
        SELECT ${this.#ruling()} AS policy FROM credential_slots WHERE tenant_id = ${this.#tenantId} AND state = 'open')
      GROUP BY policy`.execute(this.#database.reports)
    return rows
  }

  /**
   * How many open slots of each policy are to roll on each day (UTC, since 1970) before `until`, what is late on the first;
   * not those whose rotation has begun.
   */
  async plannedByDay(firstDay: number, until: number): Promise<{ policyId: string; day: number; count: number }[]> {
    const { rows } = await sql<{ policyId: string; day: number; count: number }>`
      SELECT ${this.#ruling()} AS "policyId", max(${firstDay}, rotate_after / ${dayMs}) AS day, count(*) AS count
      FROM credential_slots WHERE tenant_id = ${this.#tenantId} AND state = 'open' AND rotate_after < ${until}
        AND NOT EXISTS (SELECT 1 FROM rotation_runs AS run
          WHERE run.slot_id = credential_slots.id AND run.finished_at IS NULL AND run.state <> 'activated')
      GROUP BY 1, 2`.execute(this.#database.reports)
    return rows
  }

  /** The ID of the policy that rules a slot, in SQL (`scopesOf`). */
  #ruling() {
    const of = (scope: PolicyRow['scope'], target: ReturnType<typeof sql>) =>
      sql`(SELECT id FROM rotation_policies WHERE tenant_id = ${this.#tenantId} AND scope = ${sql.lit(scope)} AND target = ${target})`
    return sql`coalesce(${of('identity', sql`principal_id`)}, ${of('group', sql`group_id`)},
      ${of('instances', sql`instance_kind`)}, ${of('default', sql`''`)})`
  }

  slotsOf(principalId: string): Promise<SlotRow[]> {
    return this.#database.read
      .selectFrom('credential_slots')
      .selectAll()
      .where('principal_id', '=', principalId)
      .where('state', '=', sql.lit('open'))
      .execute()
  }

  /** Open slots with a credential that a policy of this scope could rule, in the order of their IDs. */
  async portion({ scope, target }: PolicyKey, after: string, limit: number): Promise<SimulatedSlot[]> {
    const column = { default: null, instances: 'instance_kind', group: 'group_id', identity: 'principal_id' }[scope]
    const concerned = column === null ? sql<SqlBool>`1` : sql<SqlBool>`${sql.ref(`slot.${column}`)} = ${target}`
    // The plus keeps SQLite from an index of the tenant, whose rows it would sort for every portion.
    const { rows } = await sql<SimulatedSlot>`
      SELECT slot.id, slot.principal_id, slot.principal_name, slot.group_id, slot.instance_kind, slot.jitter,
        slot.first_cycle, slot.rotate_after, active.created_at AS "issuedAt", active.not_after AS "notAfter"
      FROM credential_slots AS slot JOIN credentials AS active ON active.id = slot.active_credential_id
      WHERE +slot.tenant_id = ${this.#tenantId} AND slot.state = 'open' AND slot.id > ${after} AND ${concerned}
      ORDER BY slot.id LIMIT ${limit}`.execute(this.#database.reports)
    return rows
  }
}
