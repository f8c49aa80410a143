import type { AppRole, Audience } from '@signet/shared/api/audiences'
import type { AudienceId } from '@signet/shared/vocabulary/identifiers'
import { dayMs } from '@signet/shared/vocabulary/time'
import { tokenExchangeAudience } from '@signet/shared/wire/oauth'
import type { AuditLog, NewAuditEvent } from '../audit/index.ts'
import type { Clock } from '../platform/clock.ts'
import type { Database } from '../platform/database/database.ts'
import type { ResourceAppsTable } from '../platform/database/identity-tables.ts'
import { newGuid } from '../platform/identifiers.ts'
import type { RequestContext } from '../platform/request-context.ts'
import { SignetError } from '../platform/signet-error.ts'
import type { Tx } from '../platform/transaction.ts'
import { requireVersion } from '../platform/versions.ts'
import { AppRolesStore } from './app-roles-store.ts'
import { resourceKey } from './audience.ts'
import { type AudienceAct, verdictOfAudience } from './audience-acts.ts'
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
  readonly audit: AuditLog
  readonly clock: Clock
  readonly tenantId: string
  readonly apps: ResourceApps
  readonly usage: Pick<TokenUsageStore, 'issuedFor'>
}

/** Longer than any token lives. */
export const quietMs = 2 * dayMs

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

  /** @throws SignetError `not_found` */
  async show(id: AudienceId): Promise<Audience> {
    const app = toResourceApp(await this.#require(id))
    return shownAudience(app, (await this.#roles.countsOf([id])).get(id) ?? 0)
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
    const { database, apps } = this.#parts
    const after = await database.transact(async (tx) => {
      const row = await this.#require(id, tx)
      requireVersion(wish.expected, row.version)
      requireChangeable(toResourceApp(row), wish)
      await this.#requireRolesKept(tx, toResourceApp(row), wish.roles)
      const change = changeOf(wish)
      return this.#write(tx, context, row, { action: 'audience.changed', change, reason: wish.reason })
    })
    if (after) apps.put(after)
  }

  /**
   * Enables, disables or deletes it; repeating it changes nothing. One that somebody has a role of, or a token for, is not
   * deleted, and none that comes with Signet.
   *
   * @throws SignetError `not_found` | `precondition_failed` | `conflict`
   */
  async act(context: RequestContext, act: AudienceAct, id: AudienceId, meant: Meant): Promise<void> {
    const { committed } = await this.#parts.database.transact((tx) => this.perform(tx, context, act, id, meant))
    committed?.()
  }

  /** As `act`, in the caller's transaction. `committed` is to be called after it, so that token requests follow. */
  async perform(
    tx: Tx,
    context: RequestContext,
    act: AudienceAct,
    id: AudienceId,
    { expected, reason }: Meant,
  ): Promise<{ changed: boolean; committed?: () => void }> {
    const { usage, clock, apps } = this.#parts
    const row = await this.#require(id, tx)
    requireVersion(expected, row.version)
    const app = toResourceApp(row)
    const isAssigned = act === 'delete' && (await this.#roles.assignedRoles(tx, id)).length > 0
    const wasAskedFor = act === 'delete' && usage.issuedFor(namesOf(app), clock.now() - quietMs)
    const verdict = verdictOfAudience(act, app, { isAssigned, wasAskedFor })
    if (verdict.kind === 'refused') {
      throw new SignetError('conflict', verdict.reason, verdict.fix === undefined ? {} : { fix: verdict.fix })
    }
    if (verdict.kind === 'already') return { changed: false }
    if (act === 'delete') {
      await this.#store.remove(tx, id)
      await this.#record(tx, context, app, { action: 'audience.removed', before: factsOf(app) }, reason)
      return { changed: true, committed: () => apps.drop(app) }
    }
    const action = act === 'enable' ? 'audience.enabled' : 'audience.disabled'
    const wanted = { action, change: { state: act === 'enable' ? 'enabled' : 'disabled' } } as const
    const after = await this.#write(tx, context, row, { ...wanted, reason })
    return { changed: after !== undefined, ...(after && { committed: () => apps.put(after) }) }
  }

  /** @returns what it is now; undefined where nothing changes */
  async #write(
    tx: Tx,
    context: RequestContext,
    row: ResourceAppsTable,
    wanted: {
      action: 'audience.changed' | 'audience.enabled' | 'audience.disabled'
      change: ResourceAppChange
      reason: string | undefined
    },
  ): Promise<ResourceApp | undefined> {
    const app = toResourceApp(row)
    const next = toResourceApp({ ...row, ...wanted.change, version: row.version + 1 })
    if (JSON.stringify(factsOf(next)) === JSON.stringify(factsOf(app))) return undefined
    if (!(await this.#store.update(tx, row, { ...wanted.change, updated_at: this.#parts.clock.now() }))) {
      throw new SignetError('conflict', 'The audience was changed in the meantime.')
    }
    const facts = { before: factsOf(app), after: factsOf(next) }
    await this.#record(tx, context, next, { action: wanted.action, ...facts }, wanted.reason)
    return next
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

function changeOf(wish: AudienceWish): ResourceAppChange {
  return {
    ...(wish.name !== undefined && { display_name: wish.name }),
    ...(wish.tokenVersion !== undefined && { token_version: wish.tokenVersion }),
    ...(wish.lifetimeSeconds !== undefined && { token_ttl_s: wish.lifetimeSeconds }),
    ...(wish.assignmentRequired !== undefined && { assignment_required: wish.assignmentRequired ? 1 : 0 }),
    ...(wish.clientCapabilities !== undefined && { client_capabilities: wish.clientCapabilities ? 1 : 0 }),
    ...(wish.roles !== undefined && { app_roles: JSON.stringify(wish.roles) }),
  }
}

/** What tokens for it may have been asked for by. */
export function namesOf({ uri, appId }: Pick<ResourceApp, 'uri' | 'appId'>): string[] {
  const key = resourceKey(uri)
  return [key, `${key}/`, `${key}//`, appId]
}

/** An audience as lists and pages show it. */
export function shownAudience(app: ResourceApp, assignments: number): Audience {
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
