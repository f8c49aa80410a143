import { sql } from 'kysely'
import { type Database, sqlOf } from '../platform/database/database.ts'
import type { AgentsTable, JoinTokensTable, JoinTokenUsesTable } from '../platform/database/schema.ts'
import type { Tx } from '../platform/transaction.ts'

export type AgentRow = AgentsTable

/** SQL of agents and join tokens. */
export class AgentsStore {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  async insertJoinToken(tx: Tx, row: JoinTokensTable): Promise<void> {
    await sqlOf(tx).insertInto('join_tokens').values(row).execute()
  }

  async joinToken(hash: string): Promise<JoinTokensTable | undefined> {
    const row = await this.#database.read
      .selectFrom('join_tokens')
      .selectAll()
      .where('token_sha256', '=', hash)
      .executeTakeFirst()
    return row && this.#database.rows.checked('join_tokens', row)
  }

  /** One conditional update: of any number of callers at once, as many win as there are uses left (SEC-33). */
  async spendJoinToken(tx: Tx, hash: string, now: number): Promise<boolean> {
    const result = await sqlOf(tx)
      .updateTable('join_tokens')
      .set((eb) => ({ uses: eb('uses', '+', 1), version: eb('version', '+', 1), updated_at: now }))
      .where('token_sha256', '=', hash)
      .whereRef('uses', '<', 'max_uses')
      .where('expires_at', '>', now)
      .executeTakeFirst()
    return result.numUpdatedRows === 1n
  }

  async insertJoinTokenUse(tx: Tx, row: JoinTokenUsesTable): Promise<void> {
    await sqlOf(tx).insertInto('join_token_uses').values(row).execute()
  }

  joinTokenUse(tokenId: string, spkiS256: string): Promise<JoinTokenUsesTable | undefined> {
    return this.#database.read
      .selectFrom('join_token_uses')
      .selectAll()
      .where('token_id', '=', tokenId)
      .where('spki_s256', '=', spkiS256)
      .executeTakeFirst()
  }

  async insertAgent(tx: Tx, row: AgentRow): Promise<void> {
    await sqlOf(tx).insertInto('agents').values(row).execute()
  }

  async agent(id: string, tx?: Tx): Promise<AgentRow | undefined> {
    const row = await this.#reader(tx).selectFrom('agents').selectAll().where('id', '=', id).executeTakeFirst()
    return row && this.#database.rows.checked('agents', row)
  }

  async agents(ids: readonly string[]): Promise<AgentRow[]> {
    if (ids.length === 0) return []
    const rows = await this.#database.read.selectFrom('agents').selectAll().where('id', 'in', ids).execute()
    return this.#database.rows.allChecked('agents', rows)
  }

  async quarantined(tenantId: string, most: number): Promise<AgentRow[]> {
    const rows = await this.#database.read
      .selectFrom('agents')
      .selectAll()
      .where('tenant_id', '=', tenantId)
      .where(sql<boolean>`state = 'quarantined'`)
      .orderBy('id')
      .limit(most)
      .execute()
    return this.#database.rows.allChecked('agents', rows)
  }

  /** The agent that holds this certificate now, or has been given it as its next one. */
  async agentByCertificate(x5tS256: string): Promise<AgentRow | undefined> {
    const row = await this.#database.read
      .selectFrom('agents')
      .selectAll()
      .where((eb) => eb.or([eb('cert_x5t_s256', '=', x5tS256), eb('new_x5t_s256', '=', x5tS256)]))
      .executeTakeFirst()
    return row && this.#database.rows.checked('agents', row)
  }

  /** Compare-and-set on the version the caller read. */
  async updateAgent(tx: Tx, agent: AgentRow, change: Partial<Omit<AgentRow, 'id' | 'version'>>): Promise<boolean> {
    const result = await sqlOf(tx)
      .updateTable('agents')
      .set({ ...change, version: agent.version + 1 })
      .where('id', '=', agent.id)
      .where('version', '=', agent.version)
      .executeTakeFirst()
    return result.numUpdatedRows === 1n
  }

  #reader(tx: Tx | undefined) {
    return tx ? sqlOf(tx) : this.#database.read
  }
}
