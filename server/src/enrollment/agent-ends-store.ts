import { sql } from 'kysely'
import type { Database } from '../platform/database/database.ts'
import { beyond, type Ending, type EndsQuery } from '../platform/database/ends.ts'

/** The certificate of a trusted agent, by the agent's ID; `renewsAt` is when the agent asks for the next. */
export interface AgentEnding extends Omit<Ending, 'notBefore'> {
  readonly renewsAt: number
}

/** SQL of agent certificates, by their end. */
export class AgentEndsStore {
  readonly #database: Database
  readonly #tenantId: string

  constructor(database: Database, tenantId: string) {
    this.#database = database
    this.#tenantId = tenantId
  }

  /** @param query `since`: those that ended before are left out */
  async nearest(query: EndsQuery & { since: number }): Promise<AgentEnding[]> {
    const { rows } = await sql<AgentEnding>`
      SELECT id, name, cert_not_after AS "notAfter", renew_after AS "renewsAt" FROM agents
      WHERE tenant_id = ${this.#tenantId} AND state = 'active' AND cert_not_after >= ${query.since}
        AND ${beyond(['cert_not_after', 'id'], query)}
      ORDER BY cert_not_after, id LIMIT ${query.limit}`.execute(this.#database.reports)
    return rows
  }
}
