import { sql } from 'kysely'
import type { Database } from '../platform/database/database.ts'
import { beyond, type Ending, type EndsQuery } from '../platform/database/ends.ts'

/** A secret or certificate of an application that is not deleted; nothing replaces it by itself. */
export interface ClientEnding extends Ending {
  readonly principalId: string
}

/** SQL of what applications prove themselves with, by its end; what ended before `since` is nobody's concern any more. */
export class ClientEndsStore {
  readonly #database: Database
  readonly #tenantId: string

  constructor(database: Database, tenantId: string) {
    this.#database = database
    this.#tenantId = tenantId
  }

  async secrets(query: EndsQuery & { since: number }): Promise<ClientEnding[]> {
    const { rows } = await sql<ClientEnding>`
      SELECT s.id AS id, p.display_name || ': ' || s.description AS name, s.principal_id AS "principalId",
        s.created_at AS "notBefore", s.expires_at AS "notAfter"
      FROM client_secrets AS s JOIN principals AS p ON p.object_id = s.principal_id
      WHERE s.expires_at >= ${query.since} AND s.tenant_id = ${this.#tenantId} AND p.state <> 'deleted'
        AND ${beyond(['s.expires_at', 's.id'], query)}
      ORDER BY s.expires_at, s.id LIMIT ${query.limit}`.execute(this.#database.reports)
    return rows
  }

  async certificates(query: EndsQuery & { since: number }): Promise<ClientEnding[]> {
    const { rows } = await sql<ClientEnding>`
      SELECT c.id AS id, p.display_name AS name, c.principal_id AS "principalId",
        c.not_before AS "notBefore", c.not_after AS "notAfter"
      FROM credentials AS c JOIN principals AS p ON p.object_id = c.principal_id
      WHERE c.key_location = 'external' AND c.state = 'active' AND c.not_after >= ${query.since}
        AND c.tenant_id = ${this.#tenantId} AND p.state <> 'deleted' AND ${beyond(['c.not_after', 'c.id'], query)}
      ORDER BY c.not_after, c.id LIMIT ${query.limit}`.execute(this.#database.reports)
    return rows
  }
}
