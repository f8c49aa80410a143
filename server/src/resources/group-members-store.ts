import { sql } from 'kysely'
import { type Database, sqlOf } from '../platform/database/database.ts'
import type { Tx } from '../platform/transaction.ts'

/** An identity of a resource group, and for a system-assigned one the instance that it belongs to. */
export interface Member {
  readonly principalId: string
  readonly instanceId: string | null
}

interface MemberCounts {
  readonly instances: number
  readonly total: number
  readonly paused: number
  readonly pausedWithGroup: number
}

/** SQL of the identities of a resource group: those of its instances, and the user-assigned ones in it. */
export class GroupMembersStore {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  /** Those that are neither off nor deleted, in the order of their principal IDs. */
  async live(tx: Tx, groupId: string, { after, limit }: { after: string; limit: number }): Promise<Member[]> {
    const { rows } = await sql<Member>`
      SELECT "principalId", "instanceId" FROM (${membersOf(groupId)}) AS members
      WHERE "principalId" > ${after} ORDER BY "principalId" LIMIT ${limit}`.execute(sqlOf(tx))
    return rows
  }

  async counts(groupId: string, tx?: Tx): Promise<MemberCounts> {
    const reader = tx ? sqlOf(tx) : this.#database.read
    const { rows } = await sql<MemberCounts>`
      SELECT (SELECT count(*) FROM service_instances WHERE resource_group_id = ${groupId} AND deleted_at IS NULL) AS instances,
        count(*) AS total, coalesce(sum(p.state = 'suspended'), 0) AS paused,
        coalesce(sum(p.state = 'suspended' AND p.suspended_with = ${groupId}), 0) AS "pausedWithGroup"
      FROM (${membersOf(groupId)}) AS members JOIN principals AS p ON p.object_id = members."principalId"`.execute(
      reader,
    )
    return rows[0] ?? { instances: 0, total: 0, paused: 0, pausedWithGroup: 0 }
  }
}

function membersOf(groupId: string) {
  return sql`
    SELECT system_principal_id AS "principalId", id AS "instanceId" FROM service_instances
    WHERE resource_group_id = ${groupId} AND deleted_at IS NULL AND system_principal_id IS NOT NULL
      AND identity_state IN ('on', 'enabling')
    UNION ALL
    SELECT id AS "principalId", NULL AS "instanceId" FROM user_identities
    WHERE resource_group_id = ${groupId} AND deleted_at IS NULL`
}
