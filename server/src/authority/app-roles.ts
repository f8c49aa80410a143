import type { RoleAssignment } from '@signet/shared/api/audiences'
import type { Page, PageQuery } from '@signet/shared/api/paging'
import type { HeldRole } from '@signet/shared/api/user-identities'
import { AudienceId, type ObjectId } from '@signet/shared/vocabulary/identifiers'
import type { AuditLog } from '../audit/index.ts'
import type { Clock } from '../platform/clock.ts'
import type { Database } from '../platform/database/database.ts'
import type { AppRoleAssignmentsTable } from '../platform/database/identity-tables.ts'
import type { Cursors } from '../platform/database/paging.ts'
import { SequentialIds } from '../platform/identifiers.ts'
import type { RequestContext } from '../platform/request-context.ts'
import { SignetError } from '../platform/signet-error.ts'
import type { Tx } from '../platform/transaction.ts'
import type { Principal, PrincipalRegistry } from '../principals/index.ts'
import { AppRolesStore } from './app-roles-store.ts'
import { type ResourceApp, type ResourceApps, toResourceApp } from './resource-apps.ts'
import { ResourceAppsStore } from './resource-apps-store.ts'

interface AppRolesParts {
  readonly database: Database
  readonly cursors: Cursors
  readonly audit: AuditLog
  readonly clock: Clock
  readonly tenantId: string
  readonly apps: Pick<ResourceApps, 'list'>
  readonly registry: Pick<PrincipalRegistry, 'require' | 'findAll' | 'change' | 'onPurged'>
}

/** Who may do what at a resource. The roles of a deleted principal stay, come back with it, and go when it is purged. */
export class AppRoles {
  readonly #parts: AppRolesParts
  readonly #store: AppRolesStore
  readonly #audiences: ResourceAppsStore
  readonly #ids: SequentialIds

  constructor(parts: AppRolesParts) {
    this.#parts = parts
    this.#store = new AppRolesStore(parts.database)
    this.#audiences = new ResourceAppsStore(parts.database)
    this.#ids = new SequentialIds(parts.clock)
    parts.registry.onPurged((tx, principalId) => this.#store.removeOfPrincipal(tx, principalId))
  }

  /** Oldest first. @throws SignetError `not_found` */
  async page(audienceId: AudienceId, query: PageQuery): Promise<Page<RoleAssignment>> {
    this.#audience(audienceId)
    const { items, nextCursor } = await this.#store.page(this.#parts.cursors, audienceId, query)
    const principals = await this.#parts.registry.findAll(items.map((row) => row.principal_id))
    const byId = new Map(principals.map((principal) => [String(principal.objectId), principal]))
    return {
      items: items.flatMap((row) => {
        const principal = byId.get(row.principal_id)
        return principal ? [shown(row, principal)] : []
      }),
      nextCursor,
    }
  }

  /** In the order of their values. */
  async ofPrincipal(principalId: ObjectId): Promise<HeldRole[]> {
    const apps = new Map(this.#parts.apps.list().map((app) => [String(app.id), app]))
    return (await this.#store.ofPrincipal(principalId)).flatMap((row) => {
      const app = apps.get(row.resource_id)
      if (!app) return []
      const { id, name, uri } = app
      return [{ assignmentId: row.id, audience: { id, name, uri }, role: row.role_value }]
    })
  }

  /** The next token has it. @throws SignetError `not_found` for the audience, the role or the principal | `conflict` */
  async assign(
    context: RequestContext,
    to: { audienceId: AudienceId; principalId: ObjectId; role: string; reason?: string | undefined },
  ): Promise<RoleAssignment> {
    const { database, registry, clock, tenantId } = this.#parts
    return database.transact(async (tx) => {
      const app = await this.#stored(to.audienceId, tx)
      if (!app.roles.some(({ value }) => value === to.role)) {
        throw new SignetError('not_found', `${app.name} has no role ${to.role}.`, { fix: 'Add the role to it first.' })
      }
      const principal = await registry.require(to.principalId, tx)
      if (principal.state === 'deleted') throw new SignetError('conflict', `${principal.displayName} was deleted.`)
      const known = await this.#store.same(tx, to)
      if (known) return shown(known, principal)
      const row: AppRoleAssignmentsTable = {
        id: this.#ids.next(),
        tenant_id: tenantId,
        principal_id: to.principalId,
        resource_id: to.audienceId,
        role_value: to.role,
        created_at: clock.now(),
      }
      await this.#store.insert(tx, row)
      await this.#record(tx, context, { action: 'role.assigned', app, principal, role: to.role, reason: to.reason })
      return shown(row, principal)
    })
  }

  /** @throws SignetError `not_found` */
  async unassign(
    context: RequestContext,
    of: { audienceId: AudienceId; assignmentId: string; reason?: string | undefined },
  ): Promise<void> {
    const { database, registry } = this.#parts
    const app = this.#audience(of.audienceId)
    await database.transact(async (tx) => {
      const row = await this.#store.find(of.assignmentId, tx)
      if (row?.resource_id !== of.audienceId) throw new SignetError('not_found', 'There is no such role assignment.')
      const principal = await registry.require(row.principal_id, tx)
      await this.#store.remove(tx, row.id)
      const { reason } = of
      await this.#record(tx, context, { action: 'role.unassigned', app, principal, role: row.role_value, reason })
    })
  }

  /** As it stands in this transaction: another may have taken a role away since. @throws SignetError `not_found` */
  async #stored(id: AudienceId, tx: Tx): Promise<ResourceApp> {
    const row = await this.#audiences.find(id, tx)
    if (!row) throw absent()
    return toResourceApp(row)
  }

  #audience(id: AudienceId): ResourceApp {
    const app = this.#parts.apps.list().find((each) => each.id === id)
    if (!app) throw absent()
    return app
  }

  async #record(
    tx: Tx,
    context: RequestContext,
    of: {
      action: 'role.assigned' | 'role.unassigned'
      app: ResourceApp
      principal: Principal
      role: string
      reason: string | undefined
    },
  ): Promise<void> {
    const { app, principal, action, role, reason } = of
    const facts = { audience: app.uri, role }
    await this.#parts.audit.append(tx, context, {
      action,
      target: { kind: 'identity', id: principal.objectId, label: principal.displayName },
      ...(reason && { reason }),
      ...(action === 'role.assigned' ? { after: facts } : { before: facts }),
    })
    await this.#parts.registry.change(tx, principal.objectId, {})
    await this.#parts.database.changed(tx, { kind: 'resource', id: AudienceId.parse(app.id) })
  }
}

function absent(): SignetError {
  return new SignetError('not_found', 'There is no such audience.')
}

function shown(row: AppRoleAssignmentsTable, { objectId, displayName, kind }: Principal): RoleAssignment {
  const principal = { principalId: objectId, name: displayName, kind }
  return { id: row.id, principal, role: row.role_value, createdAt: row.created_at }
}
