import type { SavedView, ViewContent, ViewedList } from '@signet/shared/api/views'
import type { AuditLog } from '../audit/index.ts'
import type { Clock } from '../platform/clock.ts'
import type { Database } from '../platform/database/database.ts'
import { newGuid } from '../platform/identifiers.ts'
import type { RequestContext } from '../platform/request-context.ts'
import { SignetError } from '../platform/signet-error.ts'
import { type ViewRow, ViewsStore } from './views-store.ts'

const mostViews = 200

interface NewView extends ViewContent {
  readonly list: ViewedList
  readonly name: string
  readonly shared: boolean
}

/** Views of lists that operators keep: their own, and what they share with everybody. */
export class SavedViews {
  readonly #store: ViewsStore
  readonly #parts: { database: Database; audit: AuditLog; clock: Clock; tenantId: string }

  constructor(parts: { database: Database; audit: AuditLog; clock: Clock; tenantId: string }) {
    this.#store = new ViewsStore(parts.database)
    this.#parts = parts
  }

  async visible(context: RequestContext, list: ViewedList): Promise<SavedView[]> {
    const ownerId = ownerOf(context)
    const rows = await this.#store.visible({ tenantId: this.#parts.tenantId, list, ownerId })
    return rows.map((row) => toView(row, ownerId))
  }

  /** @throws SignetError `conflict` when the operator has too many */
  async save(context: RequestContext, view: NewView): Promise<SavedView> {
    const { database, audit, clock, tenantId } = this.#parts
    const ownerId = ownerOf(context)
    const now = clock.now()
    return database.transact(async (tx) => {
      if ((await this.#store.countOf(tx, ownerId)) >= mostViews) {
        throw new SignetError('conflict', `You have ${mostViews} views.`, { fix: 'Delete one that is not needed.' })
      }
      const row = await this.#store.save(tx, {
        id: newGuid(),
        tenant_id: tenantId,
        owner_id: ownerId,
        list: view.list,
        shared: view.shared ? 1 : 0,
        name: view.name,
        name_key: view.name.toLowerCase(),
        filter: view.filter,
        sort: view.sort,
        columns: view.columns,
        time: view.time,
        version: 1,
        created_at: now,
        updated_at: now,
      })
      const { list, shared, filter, sort, columns, time } = view
      await audit.append(tx, context, {
        action: 'view.saved',
        target: { kind: 'view', id: row.id, label: row.name },
        after: { list, shared, filter, sort, columns, time },
      })
      return toView(row, ownerId)
    })
  }

  /** @throws SignetError `not_found` for a view that is not there, or somebody else's */
  async remove(context: RequestContext, id: string): Promise<void> {
    const { database, audit } = this.#parts
    await database.transact(async (tx) => {
      const row = await this.#store.remove(tx, { id, ownerId: ownerOf(context) })
      if (!row) throw new SignetError('not_found', 'You have no such view.')
      await audit.append(tx, context, {
        action: 'view.deleted',
        target: { kind: 'view', id: row.id, label: row.name },
        before: { list: row.list, shared: row.shared === 1, filter: row.filter },
      })
    })
  }
}

function toView(row: ViewRow, ownerId: string): SavedView {
  const { id, list, name, filter, sort, columns, time } = row
  return { id, list, name, filter, sort, columns, time, shared: row.shared === 1, own: row.owner_id === ownerId }
}

function ownerOf({ actor }: RequestContext): string {
  if (actor.id === null) throw new SignetError('forbidden', 'Views belong to people; this caller is none.')
  return actor.id
}
