import { sql } from 'kysely'
import type { Database } from '../platform/database/database.ts'
import { beyond, type Ending, type EndsQuery } from '../platform/database/ends.ts'

/** The certificate that a slot uses now, by its ID; `renewsAt` is when the slot rolls. */
export interface SlotEnding extends Ending {
  readonly principalId: string
  readonly agentId: string
  readonly renewsAt: number | null
}

const columns = sql`c.id AS id, s.principal_name AS name, s.principal_id AS "principalId", s.agent_id AS "agentId",
  c.not_before AS "notBefore", c.not_after AS "notAfter", s.rotate_after AS "renewsAt"`

/** SQL of the certificates in use, by their end. */
export class SlotEndsStore {
  readonly #database: Database
  readonly #tenantId: string

  constructor(database: Database, tenantId: string) {
    this.#database = database
    this.#tenantId = tenantId
  }

  /** The nearest end first. */
  async nearest(query: EndsQuery): Promise<SlotEnding[]> {
    const { rows } = await sql<SlotEnding>`
      SELECT ${columns} FROM credentials AS c JOIN credential_slots AS s ON s.id = c.slot_id
      WHERE c.state IN ('prepared','active','retiring') AND c.state = 'active' AND c.tenant_id = ${this.#tenantId}
        AND s.state = 'open' AND ${beyond(['c.not_after', 'c.id'], query)}
      ORDER BY c.not_after, c.id LIMIT ${query.limit}`.execute(this.#database.reports)
    return rows
  }

  /** Those that should have rolled before an instant, the longest overdue first. */
  async overdue(before: number, limit: number): Promise<SlotEnding[]> {
    const { rows } = await sql<SlotEnding>`
      SELECT ${columns} FROM credential_slots AS s JOIN credentials AS c ON c.id = s.active_credential_id
      WHERE s.state = 'open' AND s.rotate_after < ${before} AND s.tenant_id = ${this.#tenantId}
      ORDER BY s.rotate_after LIMIT ${limit}`.execute(this.#database.reports)
    return rows
  }
}
