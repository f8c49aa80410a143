import type { Page, PageQuery } from '@signet/shared/api/paging'
import { sql } from 'kysely'
import type { Database } from '../platform/database/database.ts'
import type { Condition } from '../platform/database/filter-sql.ts'
import type { Cursors } from '../platform/database/paging.ts'
import type { Principal } from './principal.ts'
import { toPrincipal } from './principals-store.ts'

/** What an application can authenticate with, counted. */
export interface CredentialCounts {
  readonly secrets: number
  readonly certificates: number
  readonly federatedCredentials: number
  /** When the last secret or certificate ends. */
  readonly lastExpiryAt: number | null
}

const list = 'applications'
const none: CredentialCounts = { secrets: 0, certificates: 0, federatedCredentials: 0, lastExpiryAt: null }

/** SQL of applications: principals of that kind, and what hangs on them. */
export class ApplicationsStore {
  readonly #database: Database
  readonly #cursors: Cursors
  readonly #tenantId: string

  constructor(database: Database, cursors: Cursors, tenantId: string) {
    this.#database = database
    this.#cursors = cursors
    this.#tenantId = tenantId
  }

  /** By name; a filter may look at all of them, so it runs beside the main thread. */
  async page(condition: Condition, { cursor, limit }: PageQuery): Promise<Page<Principal>> {
    const after = this.#cursors.read(list, cursor)
    let query = this.#database.reports
      .selectFrom('principals')
      .selectAll()
      .where('tenant_id', '=', this.#tenantId)
      .where('kind', '=', 'app')
      .where(condition)
    if (after) query = query.where(sql<boolean>`(name_key, object_id) > (${after[0]}, ${after[1]})`)
    const rows = await query
      .orderBy('name_key')
      .orderBy('object_id')
      .limit(limit + 1)
      .execute()
    return this.#cursors.page(rows, {
      list,
      limit,
      keyOf: (row) => [row.name_key, row.object_id],
      map: toPrincipal,
    })
  }

  async counts(principalIds: readonly string[]): Promise<(principalId: string) => CredentialCounts> {
    if (principalIds.length === 0) return () => none
    const { read } = this.#database
    const [secrets, certificates, federated] = await Promise.all([
      read
        .selectFrom('client_secrets')
        .select((eb) => ['principal_id', eb.fn.countAll<number>().as('n'), eb.fn.max('expires_at').as('until')])
        .where('principal_id', 'in', principalIds)
        .groupBy('principal_id')
        .execute(),
      read
        .selectFrom('credentials')
        .select((eb) => ['principal_id', eb.fn.countAll<number>().as('n'), eb.fn.max('not_after').as('until')])
        .where('principal_id', 'in', principalIds)
        .where('key_location', '=', 'external')
        .where('state', '=', 'active')
        .groupBy('principal_id')
        .execute(),
      read
        .selectFrom('federated_credentials')
        .select((eb) => ['principal_id', eb.fn.countAll<number>().as('n')])
        .where('principal_id', 'in', principalIds)
        .groupBy('principal_id')
        .execute(),
    ])
    return (principalId) => {
      const secret = secrets.find((row) => row.principal_id === principalId)
      const certificate = certificates.find((row) => row.principal_id === principalId)
      const until = Math.max(secret?.until ?? 0, certificate?.until ?? 0)
      return {
        secrets: secret?.n ?? 0,
        certificates: certificate?.n ?? 0,
        federatedCredentials: federated.find((row) => row.principal_id === principalId)?.n ?? 0,
        lastExpiryAt: until === 0 ? null : until,
      }
    }
  }
}
