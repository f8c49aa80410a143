import { sql } from 'kysely'
import { type Database, sqlOf } from '../platform/database/database.ts'
import type { WithdrawalAgentsTable, WithdrawalsTable } from '../platform/database/principal-tables.ts'
import type { Tx } from '../platform/transaction.ts'

/** Which withdrawals: the last one of a principal, or all of one act on many or on a resource group. */
export type OfWithdrawals =
  | { readonly principalId: string }
  | { readonly correlationId: string }
  | { readonly groupId: string }

/** An agent, over all the principals of an act. */
export interface AgentStandingRow {
  readonly agentId: string
  readonly name: string
  readonly state: 'active' | 'quarantined' | 'revoked'
  readonly lastSeenAt: number | null
  /** Of how many principals it may have tokens yet. */
  readonly waiting: number
  readonly confirmedAt: number | null
}

/** SQL of what was taken back, and which agents have given it up. */
export class WithdrawalsStore {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  async find(tx: Tx, principalId: string): Promise<WithdrawalsTable | undefined> {
    return sqlOf(tx).selectFrom('withdrawals').selectAll().where('principal_id', '=', principalId).executeTakeFirst()
  }

  /** In the place of the one before; agents that did what that one asked of them are forgotten. */
  async put(tx: Tx, row: WithdrawalsTable): Promise<void> {
    const { principal_id, ...rest } = row
    await sqlOf(tx)
      .deleteFrom('withdrawal_agents')
      .where('principal_id', '=', principal_id)
      .where('confirmed_at', 'is not', null)
      .execute()
    await sqlOf(tx)
      .insertInto('withdrawals')
      .values(row)
      .onConflict((conflict) => conflict.column('principal_id').doUpdateSet(rest))
      .execute()
  }

  async ask(tx: Tx, rows: readonly WithdrawalAgentsTable[]): Promise<void> {
    for (const row of rows) {
      const { wanted, version, confirmed_at } = row
      await sqlOf(tx)
        .insertInto('withdrawal_agents')
        .values(row)
        .onConflict((conflict) =>
          conflict.columns(['principal_id', 'agent_id']).doUpdateSet({ wanted, version, confirmed_at }),
        )
        .execute()
    }
  }

  async remove(tx: Tx, principalId: string): Promise<void> {
    await sqlOf(tx).deleteFrom('withdrawal_agents').where('principal_id', '=', principalId).execute()
    await sqlOf(tx).deleteFrom('withdrawals').where('principal_id', '=', principalId).execute()
  }

  async removeAgent(tx: Tx, principalId: string, agentId: string): Promise<void> {
    await sqlOf(tx)
      .deleteFrom('withdrawal_agents')
      .where('principal_id', '=', principalId)
      .where('agent_id', '=', agentId)
      .execute()
  }

  /** What is asked of an agent and not done yet. */
  waitingFor(agentId: string): Promise<WithdrawalAgentsTable[]> {
    return this.#database.read
      .selectFrom('withdrawal_agents')
      .selectAll()
      .where('agent_id', '=', agentId)
      .where('confirmed_at', 'is', null)
      .execute()
  }

  /** @returns false when something else is asked of it by now, or nothing */
  async confirm(tx: Tx, row: WithdrawalAgentsTable, at: number): Promise<boolean> {
    const result = await sqlOf(tx)
      .updateTable('withdrawal_agents')
      .set({ confirmed_at: at })
      .where('principal_id', '=', row.principal_id)
      .where('agent_id', '=', row.agent_id)
      .where('wanted', '=', row.wanted)
      .where('version', '=', row.version)
      .where('confirmed_at', 'is', null)
      .executeTakeFirst()
    return result.numUpdatedRows === 1n
  }

  /** The newest first. */
  async of(which: OfWithdrawals, limit: number): Promise<WithdrawalsTable[]> {
    const { rows } = await sql<WithdrawalsTable>`SELECT * FROM withdrawals WHERE ${conditionOf(which)}
      ORDER BY at DESC, principal_id LIMIT ${limit}`.execute(this.#database.read)
    return rows
  }

  async count(which: OfWithdrawals): Promise<number> {
    const { rows } = await sql<{
      n: number
    }>`SELECT count(*) AS n FROM withdrawals WHERE ${conditionOf(which)}`.execute(this.#database.read)
    return rows[0]?.n ?? 0
  }

  /** Those that have something left to do first, by name. */
  async agentsOf(which: OfWithdrawals): Promise<AgentStandingRow[]> {
    const { rows } = await sql<AgentStandingRow>`
      SELECT agents.id AS "agentId", agents.name AS name, agents.state AS state, agents.last_seen_at AS "lastSeenAt",
        sum(CASE WHEN asked.confirmed_at IS NULL THEN 1 ELSE 0 END) AS waiting, max(asked.confirmed_at) AS "confirmedAt"
      FROM withdrawals JOIN withdrawal_agents AS asked ON asked.principal_id = withdrawals.principal_id
      JOIN agents ON agents.id = asked.agent_id
      WHERE ${conditionOf(which)} GROUP BY agents.id ORDER BY waiting DESC, agents.name, agents.id`.execute(
      this.#database.read,
    )
    return rows
  }
}

function conditionOf(which: OfWithdrawals) {
  if ('principalId' in which) return sql<boolean>`withdrawals.principal_id = ${which.principalId}`
  if ('groupId' in which) return sql<boolean>`withdrawals.group_id = ${which.groupId}`
  return sql<boolean>`withdrawals.correlation_id = ${which.correlationId}`
}
