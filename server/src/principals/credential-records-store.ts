import { CertificateSort } from '@signet/shared/api/evidence'
import type { ListCount, Page } from '@signet/shared/api/paging'
import { type SqlBool, sql } from 'kysely'
import { type Database, sqlOf } from '../platform/database/database.ts'
import { allOf, anyOf, type Condition, column, oneOfMany, wordIs } from '../platform/database/filter-sql.ts'
import type { Cursors } from '../platform/database/paging.ts'
import type { CredentialsTable } from '../platform/database/principal-tables.ts'
import type { CertificateAuthoritiesTable } from '../platform/database/schema.ts'
import { SortedList } from '../platform/database/sorted-list.ts'
import type { Tx } from '../platform/transaction.ts'

/** The agent that says it holds a credential. */
export interface AcknowledgingAgent {
  readonly id: string
  readonly name: string
  /** Null where it is not known. */
  readonly version: string | null
}

/** A credential without its certificate, which a list has no use for. */
export type RecordRow = Omit<CredentialsTable, 'cert_der'>

const orders = { issued: ['id'], expires: ['not_after', 'id'] } as const satisfies Record<
  string,
  readonly (keyof RecordRow)[]
>
/** As many of one identity as its page shows. */
const mostOfOne = 200

interface PageWish {
  readonly sort: CertificateSort
  readonly cursor?: string | undefined
  readonly limit: number
}

/** SQL of credentials as they are reviewed. A filter may look at all of them, so it runs beside the main thread. */
export class CredentialRecordsStore {
  readonly #database: Database
  readonly #list: SortedList<RecordRow, keyof typeof orders>
  readonly #held: SortedList<RecordRow, keyof typeof orders>

  constructor({ database, cursors, tenantId }: { database: Database; cursors: Cursors; tenantId: string }) {
    this.#database = database
    const source = sql`(
      SELECT id, tenant_id, slot_id, principal_id, serial, x5t, x5t_s256, spki_s256, key_alg, key_location, ca_id,
        long_assertions, not_before, not_after, usable_until, state, run_id, activated_at, revoked_at, first_used_at,
        last_used_at, principal_name, instance_id, instance_name, cause, actor_kind, actor_id, actor_label, delivered_at,
        acknowledged_at, ack_agent_id, ack_agent_name, ack_agent_version, superseded_at, retired_at, revoke_reason,
        version, created_at, updated_at
      FROM credentials WHERE tenant_id = ${tenantId}) AS records`
    const list = { source, orders, numeric: ['not_after'] as const }
    this.#list = new SortedList(database.reports, cursors, { ...list, name: 'certificates' })
    this.#held = new SortedList(database.reports, cursors, { ...list, name: 'held' })
  }

  /** The first acknowledgement stays. */
  async acknowledge(tx: Tx, id: string, agent: AcknowledgingAgent, at: number): Promise<void> {
    await sqlOf(tx)
      .updateTable('credentials')
      .set((eb) => ({
        delivered_at: eb.fn.coalesce('delivered_at', eb.val(at)),
        acknowledged_at: at,
        ack_agent_id: agent.id,
        ack_agent_name: agent.name,
        ack_agent_version: agent.version,
        updated_at: at,
      }))
      .where('id', '=', id)
      .where('acknowledged_at', 'is', null)
      .where('state', 'in', ['prepared', 'active', 'retiring'])
      .execute()
  }

  page(condition: Condition, query: PageWish): Promise<Page<RecordRow>> {
    return this.#list.page({ ...query, condition, order: CertificateSort.read(query.sort) }, (row) => row)
  }

  /** @param shown the condition of a filter; undefined where there is none */
  count(shown: Condition | undefined): Promise<ListCount> {
    return this.#list.count(allOf([]), shown)
  }

  named(ids: readonly string[], query: PageWish): Promise<Page<RecordRow>> {
    return this.page(oneOfMany(column('id'), ids), query)
  }

  /** Newest first. */
  async of(principalId: string): Promise<RecordRow[]> {
    const condition = sql<SqlBool>`principal_id = ${principalId}`
    return (await this.page(condition, { sort: '-issued', limit: mostOfOne })).items
  }

  async withThumbprint(x5tS256: string): Promise<RecordRow | undefined> {
    return (await this.page(sql<SqlBool>`x5t_s256 = ${x5tS256}`, { sort: 'issued', limit: 1 })).items[0]
  }

  /** Those that were accepted at an instant, by every time on record; the newest first. */
  heldAt(
    wanted: { at: number; instance?: string | undefined; identity?: string | undefined },
    query: { cursor?: string | undefined; limit: number },
  ): Promise<Page<RecordRow>> {
    const { at, instance, identity } = wanted
    const conditions = [acceptedAt(at)]
    if (instance !== undefined) conditions.push(named(instance, 'instance_id', 'instance_name'))
    if (identity !== undefined) conditions.push(named(identity, 'principal_id', 'principal_name'))
    const order = { by: 'issued', descending: true } as const
    return this.#held.page({ ...query, condition: allOf(conditions), order }, (row) => row)
  }

  authorities(): Promise<Pick<CertificateAuthoritiesTable, 'id' | 'subject' | 'cert_der'>[]> {
    return this.#database.read.selectFrom('certificate_authorities').select(['id', 'subject', 'cert_der']).execute()
  }
}

function named(value: string, ...columns: string[]): Condition {
  const exactly = value.endsWith('*') ? [] : columns.map((name) => wordIs(column(name), value))
  return anyOf(exactly)
}

/** The same question as `usabilityAt`, of the past: what happened later does not count. */
function acceptedAt(at: number): Condition {
  const notEnded = ['usable_until', 'retired_at', 'revoked_at'].map(
    (name) => sql<SqlBool>`(${column(name)} IS NULL OR ${column(name)} > ${at})`,
  )
  return allOf([sql<SqlBool>`created_at <= ${at} AND not_before <= ${at} AND not_after > ${at}`, ...notEnded])
}
