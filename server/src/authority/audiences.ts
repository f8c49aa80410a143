import type { AppRole, Audience } from '@signet/shared/api/audiences'
import type { Page, PageQuery } from '@signet/shared/api/paging'
import { audienceFields } from '@signet/shared/query/audience-fields'
import type { AudienceId } from '@signet/shared/vocabulary/identifiers'
import { dayMs } from '@signet/shared/vocabulary/time'
import { tokenExchangeAudience } from '@signet/shared/wire/oauth'
import type { AuditLog, NewAuditEvent } from '../audit/index.ts'
import type { Clock } from '../platform/clock.ts'
import type { Database } from '../platform/database/database.ts'
import type { ResourceAppsTable } from '../platform/database/identity-tables.ts'
import type { Cursors } from '../platform/database/paging.ts'
import { newGuid } from '../platform/identifiers.ts'
import { requireTerms } from '../platform/query-text.ts'
import type { RequestContext } from '../platform/request-context.ts'
import { SignetError } from '../platform/signet-error.ts'
import type { Tx } from '../platform/transaction.ts'
import { requireVersion } from '../platform/versions.ts'
import { AppRolesStore } from './app-roles-store.ts'
import { resourceKey } from './audience.ts'
import { audienceCondition } from './audience-filter.ts'
import { type ResourceApp, type ResourceApps, toResourceApp } from './resource-apps.ts'
import { type ResourceAppChange, ResourceAppsStore } from './resource-apps-store.ts'
import type { TokenUsageStore } from './token-usage-store.ts'

/** What an operator says of an audience. */
export interface AudienceWish {
  readonly name?: string | undefined
  readonly tokenVersion?: 1 | 2 | undefined
  readonly lifetimeSeconds?: number | null | undefined
  readonly assignmentRequired?: boolean | undefined
  readonly clientCapabilities?: boolean | undefined
  readonly roles?: readonly AppRole[] | undefined
}

interface Meant {
  readonly expected?: number | undefined
  readonly reason?: string | undefined
}

interface AudiencesParts {
  readonly database: Database
  readonly cursors: Cursors
  readonly audit: AuditLog
  readonly clock: Clock
  readonly tenantId: string
  readonly apps: ResourceApps
  readonly usage: Pick<TokenUsageStore, 'issuedFor'>
}

/** Longer than any token lives. */
const quietMs = 2 * dayMs

/**
 * Registered audiences as operators keep them. What was answered holds for the very next token request: the audiences in
 * memory follow before the answer leaves, and connected agents are told to drop what they cached. Tokens that are out stay
 * as they are.
 */
export class Audiences {
  readonly #parts: AudiencesParts
  readonly #store: ResourceAppsStore
  readonly #roles: AppRolesStore

  constructor(parts: AudiencesParts) {
    this.#parts = parts
    this.#store = new ResourceAppsStore(parts.database)
    this.#roles = new AppRolesStore(parts.database)
  }

  /** @throws SignetError `invalid_request` for a filter that cannot be read, or a foreign cursor */
  async page({ filter, ...query }: PageQuery & { filter?: string | undefined }): Promise<Page<Audience>> {
    const condition = audienceCondition(requireTerms(filter, audienceFields))
    const { items, nextCursor } = await this.#store.page(this.#parts.cursors, condition, query)
    const counts = await this.#roles.countsOf(items.map(({ id }) => id))
    return { items: items.map((row) => shown(toResourceApp(row), counts.get(row.id) ?? 0)), nextCursor }
  }

  /** @throws SignetError `not_found` */
  async show(id: AudienceId): Promise<Audience> {
    const app = toResourceApp(await this.#require(id))
    return shown(app, (await this.#roles.countsOf([id])).get(id) ?? 0)
  }

  /** @throws SignetError `conflict` when the URI is taken */
  async register(
    context: RequestContext,
    wanted: Required<{ [K in keyof AudienceWish]: Exclude<AudienceWish[K], undefined> }> & {
      uri: string
      reason?: string | undefined
    },
  ): Promise<AudienceId> {
    const { database, clock, tenantId, apps } = this.#parts
    const now = clock.now()
    const row: ResourceAppsTable = {
      id: newGuid(),
      tenant_id: tenantId,
      app_id: newGuid(),
      identifier_uri: wanted.uri,
      uri_key: resourceKey(wanted.uri),
      display_name: wanted.name,
      token_version: wanted.tokenVersion,
      token_ttl_s: wanted.lifetimeSeconds,
      builtin: 0,
      assignment_required: wanted.assignmentRequired ? 1 : 0,
      client_capabilities: wanted.clientCapabilities ? 1 : 0,
      app_roles: JSON.stringify(wanted.roles),
      state: 'enabled',
      version: 1,
      created_at: now,
      updated_at: now,
    }
    const app = toResourceApp(row)
    if (apps.find(row.uri_key) || row.uri_key === tokenExchangeAudience) throw taken(row)
    await database.transact(async (tx) => {
      if (!(await this.#store.insertIfMissing(tx, row))) throw taken(row)
      await this.#record(tx, context, app, { action: 'audience.registered', after: factsOf(app) }, wanted.reason)
    })
    apps.put(app)
    return app.id
  }

  /** @throws SignetError `not_found` | `precondition_failed` | `conflict` for what a built-in one, or an assigned role, forbids */
  async change(context: RequestContext, id: AudienceId, wish: AudienceWish & Meant): Promise<void> {
    await this.#changing(context, id, wish, async (tx, app) => {
      requireChangeable(app, wish)
      await this.#requireRolesKept(tx, app, wish.roles)
      return {
        action: 'audience.changed',
        change: {
          ...(wish.name !== undefined && { display_name: wish.name }),
          ...(wish.tokenVersion !== undefined && { token_version: wish.tokenVersion }),
          ...(wish.lifetimeSeconds !== undefined && { token_ttl_s: wish.lifetimeSeconds }),
          ...(wish.assignmentRequired !== undefined && { assignment_required: wish.assignmentRequired ? 1 : 0 }),
          ...(wish.clientCapabilities !== undefined && { client_capabilities: wish.clientCapabilities ? 1 : 0 }),
          ...(wish.roles !== undefined && { app_roles: JSON.stringify(wish.roles) }),
        },
      }
    })
  }

  /** @throws SignetError `not_found` | `precondition_failed` | `conflict` for a built-in one */
  async setEnabled(context: RequestContext, id: AudienceId, enabled: boolean, meant: Meant): Promise<void> {
    await this.#changing(context, id, meant, async (_tx, app) => {
      if (app.builtIn) throw new SignetError('conflict', `${app.name} comes with Signet and cannot be disabled.`)
      if (app.enabled === enabled) return undefined
      return {
        action: enabled ? 'audience.enabled' : 'audience.disabled',
        change: { state: enabled ? 'enabled' : 'disabled' },
      }
    })
  }

  /** @throws SignetError `not_found` | `precondition_failed` | `conflict` while somebody has a role of it or a token for it */
  async remove(context: RequestContext, id: AudienceId, { expected, reason }: Meant): Promise<void> {
    const { database, usage, clock, apps } = this.#parts
    const gone = await database.transact(async (tx) => {
      const row = await this.#require(id, tx)
      requireVersion(expected, row.version)
      const app = toResourceApp(row)
      if (app.builtIn) throw new SignetError('conflict', `${app.name} comes with Signet and cannot be removed.`)
      if ((await this.#roles.assignedRoles(tx, id)).length > 0) {
        throw new SignetError('conflict', `Somebody has a role of ${app.name}.`, { fix: 'Take the roles away first.' })
      }
      const names = [row.uri_key, `${row.uri_key}/`, `${row.uri_key}//`, app.appId]
      if (usage.issuedFor(names, clock.now() - quietMs)) {
        throw new SignetError('conflict', `Tokens for ${app.name} were issued in the last two days.`, {
          fix: 'Disable it, and remove it when nobody has asked for two days.',
        })
      }
      await this.#store.remove(tx, id)
      await this.#record(tx, context, app, { action: 'audience.removed', before: factsOf(app) }, reason)
      return app
    })
    apps.drop(gone)
  }

  async #changing(
    context: RequestContext,
    id: AudienceId,
    { expected, reason }: Meant,
    work: (
      tx: Tx,
      app: ResourceApp,
    ) => Promise<
      { action: 'audience.changed' | 'audience.enabled' | 'audience.disabled'; change: ResourceAppChange } | undefined
    >,
  ): Promise<void> {
    const { database, clock, apps } = this.#parts
    const after = await database.transact(async (tx) => {
      const row = await this.#require(id, tx)
      requireVersion(expected, row.version)
      const app = toResourceApp(row)
      const wanted = await work(tx, app)
      const next = wanted && toResourceApp({ ...row, ...wanted.change, version: row.version + 1 })
      if (!next || JSON.stringify(factsOf(next)) === JSON.stringify(factsOf(app))) return undefined
      if (!(await this.#store.update(tx, row, { ...wanted.change, updated_at: clock.now() }))) {
        throw new SignetError('conflict', 'The audience was changed in the meantime.')
      }
      const facts = { before: factsOf(app), after: factsOf(next) }
      await this.#record(tx, context, next, { action: wanted.action, ...facts }, reason)
      return next
    })
    if (after) apps.put(after)
  }

  async #requireRolesKept(tx: Tx, app: ResourceApp, roles: readonly AppRole[] | undefined): Promise<void> {
    if (!roles) return
    const lost = (await this.#roles.assignedRoles(tx, app.id)).filter(
      (role) => !roles.some(({ value }) => value === role),
    )
    if (lost.length === 0) return
    throw new SignetError('conflict', `Somebody has the role ${lost[0]} of ${app.name}.`, {
      fix: 'Take the role away from everybody first.',
    })
  }

  async #require(id: AudienceId, tx?: Tx): Promise<ResourceAppsTable> {
    const row = await this.#store.find(id, tx)
    if (!row) throw new SignetError('not_found', 'There is no such audience.')
    return row
  }

  async #record(
    tx: Tx,
    context: RequestContext,
    app: ResourceApp,
    event: Omit<NewAuditEvent, 'target' | 'reason'>,
    reason: string | undefined,
  ): Promise<void> {
    const target = { kind: 'audience', id: app.id, label: app.name }
    await this.#parts.audit.append(tx, context, { ...event, target, ...(reason && { reason }) })
    await this.#parts.database.changed(tx, { kind: 'resource', id: app.id })
  }
}

function factsOf({ id: _, version: __, createdAt: ___, builtIn: ____, ...facts }: ResourceApp) {
  return facts
}

function shown(app: ResourceApp, assignments: number): Audience {
  return { ...app, roles: [...app.roles], assignments }
}

function taken({ identifier_uri: uri }: Pick<ResourceAppsTable, 'identifier_uri'>): SignetError {
  return new SignetError('conflict', `${uri} is registered already, or is the application ID of an audience.`)
}

/** @throws SignetError `conflict` for what Signet itself says of a built-in audience */
function requireChangeable(app: ResourceApp, wish: AudienceWish): void {
  if (!app.builtIn) return
  const isFixed = (['name', 'tokenVersion', 'clientCapabilities'] as const).some(
    (fact) => wish[fact] !== undefined && wish[fact] !== app[fact],
  )
  if (!isFixed) return
  throw new SignetError(
    'conflict',
    `${app.name} comes with Signet; its name and its kind of tokens cannot be changed.`,
    {
      fix: 'Change its lifetime, its roles, or whether an assignment is required.',
    },
  )
}
