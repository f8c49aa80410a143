import { z } from 'zod'
import { type Database, sqlOf } from '../platform/database/database.ts'
import type { Tx } from '../platform/transaction.ts'
import { noDetails, type ResourceDetails } from './resource-details.ts'

const Envelope = z.record(z.string(), z.unknown())
const Tags = z.record(z.string(), z.string())

/** SQL of what is kept of a resource besides what it is. */
export class ResourceDetailsStore {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  /** By resource; those that nothing was said of are left out. */
  async ofAll(ids: readonly string[], tx?: Tx): Promise<Map<string, ResourceDetails>> {
    if (ids.length === 0) return new Map()
    const reader = tx ? sqlOf(tx) : this.#database.read
    const rows = await reader.selectFrom('resource_details').selectAll().where('resource_id', 'in', ids).execute()
    return new Map(
      rows.map((row) => [
        row.resource_id,
        {
          location: row.location,
          envelope: Envelope.parse(JSON.parse(row.envelope)),
          tags: Tags.parse(JSON.parse(row.tags)),
        },
      ]),
    )
  }

  async of(id: string, tx?: Tx): Promise<ResourceDetails> {
    return (await this.ofAll([id], tx)).get(id) ?? noDetails
  }

  async put(tx: Tx, of: { id: string; tenantId: string }, details: ResourceDetails): Promise<void> {
    const row = {
      location: details.location,
      envelope: JSON.stringify(details.envelope),
      tags: JSON.stringify(details.tags),
    }
    await sqlOf(tx)
      .insertInto('resource_details')
      .values({ resource_id: of.id, tenant_id: of.tenantId, ...row })
      .onConflict((conflict) => conflict.column('resource_id').doUpdateSet(row))
      .execute()
  }

  async remove(tx: Tx, id: string): Promise<void> {
    await sqlOf(tx).deleteFrom('resource_details').where('resource_id', '=', id).execute()
  }
}
