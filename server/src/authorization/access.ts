import { ObjectId } from '@signet/shared/vocabulary/identifiers'
import type { Clock } from '../platform/clock.ts'
import type { RoleAssignmentsTable } from '../platform/database/authorization-tables.ts'
import type { Database } from '../platform/database/database.ts'
import type { Logger } from '../platform/log.ts'
import { SignetError } from '../platform/signet-error.ts'
import type { SequencedChange } from '../platform/transaction.ts'
import type { PrincipalRegistry } from '../principals/index.ts'
import { AssignmentUses } from './assignment-uses.ts'
import {
  addedBy,
  allows,
  allowsAt,
  breadthOf,
  type Decision,
  decideBy,
  type HeldRole,
  holdsAll,
  type NearMiss,
  nearMisses,
} from './decision.ts'
import { RoleAssignmentsStore } from './role-assignments-store.ts'
import { builtInRoles, type RoleDefinition, type RolePermission } from './role-definition.ts'
import { RoleDefinitionsStore } from './role-definitions-store.ts'
import { contains, parseScope, type Scope } from './scope.ts'

/** A role that a principal has at a scope. */
export interface RoleAssignment extends HeldRole {
  readonly principalId: ObjectId
  readonly description: string | null
  readonly createdBy: { readonly id: string | null; readonly label: string }
  readonly createdAt: number
}

/** `id` is what never moves; `newest` is by when they were given, the newest first, ties by ID. */
export type AssignmentOrder = 'id' | 'newest'

export interface AskedAccess {
  readonly principalId: ObjectId
  readonly action: string
  readonly isData: boolean
  /** An ARM ID. */
  readonly scope: string
}

export interface Explanation extends Decision {
  readonly nearMisses: readonly NearMiss[]
}

type Registry = Pick<PrincipalRegistry, 'findAll'>

interface AccessParts {
  readonly database: Database
  readonly registry: Registry
  readonly clock: Clock
  readonly log: Logger
}

/**
 * Who may do what, where, from memory. It follows each commit of this process in the same turn of the event loop, so that
 * nobody is answered by what a commit ended (SEC-121): SQLite answers without a turn, and nothing else is waited for.
 * The roles of a deleted principal are hidden here until it is restored or purged.
 */
export class Access {
  readonly #assignments: RoleAssignmentsStore
  readonly #definitions: RoleDefinitionsStore
  readonly #registry: Registry
  readonly #roles = new Map<string, RoleDefinition>(builtInRoles.map((role) => [role.id, role]))
  readonly #rows = new Map<string, RoleAssignmentsTable>()
  readonly #held = new Map<string, Map<string, RoleAssignment>>()
  readonly #hidden = new Set<string>()
  readonly #orders = new Map<AssignmentOrder, readonly RoleAssignment[]>()
  readonly #log: Logger
  #following: Promise<void> = Promise.resolve()

  readonly uses: AssignmentUses

  private constructor({ database, registry, clock, log }: AccessParts) {
    this.#assignments = new RoleAssignmentsStore(database)
    this.#definitions = new RoleDefinitionsStore(database)
    this.#registry = registry
    this.#log = log
    this.uses = new AssignmentUses({
      clock,
      record: (uses) =>
        database.transact(async (tx) => {
          for (const [id, at] of uses) await this.#assignments.recordUse(tx, id, at)
        }),
    })
  }

  static async open(parts: AccessParts): Promise<Access> {
    const access = new Access(parts)
    for (const role of await access.#definitions.all()) access.#roles.set(role.id, role)
    for (const row of await access.#assignments.all()) access.#keep(row)
    await access.#hide([...access.#held.keys()])
    parts.database.subscribe((changes) => {
      access.#following = access.#following.then(() => access.#follow(changes))
    })
    return access
  }

  /** Whether a principal may; denied for a scope that is none. Nothing is used by asking. */
  decide(asked: AskedAccess): Decision {
    const scope = readable(asked.scope)
    if (!scope) return { allowed: false, reason: 'The scope is not one.' }
    if (this.#hidden.has(asked.principalId)) return { allowed: false, reason: 'The identity was deleted.' }
    return decideBy(this.#heldBy(asked.principalId), { ...asked, scope })
  }

  /** As `decide`, for what is done next if it is allowed: the assignment that allows it has been used then. */
  authorize(asked: AskedAccess): Decision {
    const decision = this.decide(asked)
    if (decision.by) this.uses.add(decision.by.assignmentId)
    return decision
  }

  /** As `decide`, with the assignments that were near to allowing it. @throws SignetError `invalid_request` */
  explain(asked: AskedAccess): Explanation {
    const scope = parseScope(asked.scope)
    const decision = this.decide(asked)
    const held = this.#heldBy(asked.principalId)
    return { ...decision, nearMisses: decision.allowed ? [] : nearMisses(held, { ...asked, scope }) }
  }

  /** Whether a principal may do it somewhere at or below a scope; what allows it has been used. */
  authorizeWithin(asked: AskedAccess): boolean {
    if (this.authorize(asked).allowed) return true
    const scope = readable(asked.scope)
    if (!scope || this.#hidden.has(asked.principalId)) return false
    const by = this.#heldBy(asked.principalId).find(
      (held) => contains(scope, held.scope) && allowsAt(held, { ...asked, scope: held.scope }),
    )
    if (by) this.uses.add(by.assignmentId)
    return by !== undefined
  }

  /** Every assignment by which somebody may. @throws SignetError `invalid_request` */
  whoCan(asked: Omit<AskedAccess, 'principalId'>): RoleAssignment[] {
    const scope = parseScope(asked.scope)
    return this.assignments().filter((held) => allowsAt(held, { ...asked, scope }))
  }

  /** Roles that would allow it and can be given there, the narrowest first. @throws SignetError `invalid_request` */
  remedies({ action, isData, scope }: Omit<AskedAccess, 'principalId'>, most = 5): RoleDefinition[] {
    const at = parseScope(scope)
    return this.roles()
      .filter((role) => role.assignableScopes.some((each) => contains(each, at)))
      .filter((role) => allows(role, action.toLowerCase(), isData))
      .sort((one, other) => breadthOf(one) - breadthOf(other))
      .slice(0, most)
  }

  /** Whether a principal has any role at, above or below a scope. */
  isPresent(principalId: ObjectId, scope: string): boolean {
    const place = readable(scope)
    if (!place || this.#hidden.has(principalId)) return false
    return this.#heldBy(principalId).some((held) => contains(place, held.scope) || contains(held.scope, place))
  }

  /** Whether a principal holds everything that a role allows at that scope, and may hence grant it (SEC-31). */
  holdsAll(principalId: ObjectId, role: RoleDefinition, scope: Scope): boolean {
    return !this.#hidden.has(principalId) && holdsAll(this.#heldBy(principalId), role, scope)
  }

  /** What a role would allow a principal at a scope that it may not do there yet. */
  addedBy(principalId: ObjectId, role: RoleDefinition, scope: Scope): Pick<RolePermission, 'actions' | 'dataActions'> {
    return addedBy(this.#heldBy(principalId), role, scope)
  }

  /** Of principals that are not deleted. */
  assignments({ principalId, order = 'id' }: { principalId?: string | undefined; order?: AssignmentOrder } = {}) {
    const isShown = (each: RoleAssignment) => !this.#hidden.has(each.principalId)
    if (principalId === undefined) return this.#ordered(order).filter(isShown)
    return [...(this.#held.get(principalId)?.values() ?? [])].filter(isShown).sort(orders[order])
  }

  assignment(id: string): RoleAssignment | undefined {
    const principalId = this.#rows.get(id)?.principal_id
    if (principalId === undefined || this.#hidden.has(principalId)) return undefined
    return this.#held.get(principalId)?.get(id)
  }

  /** Built-in roles first, own ones by name. */
  roles(): RoleDefinition[] {
    const own = [...this.#roles.values()].filter((role) => !role.builtIn)
    return [...builtInRoles, ...own.sort((one, other) => one.name.localeCompare(other.name, 'en'))]
  }

  role(id: string): RoleDefinition | undefined {
    return this.#roles.get(id)
  }

  /** Resolves when what was committed so far counts. */
  async settled(): Promise<void> {
    await this.#following
  }

  /** Sorted once for everybody who asks, until one comes or goes: of a hundred thousand it is most of what a page costs. */
  #ordered(order: AssignmentOrder): readonly RoleAssignment[] {
    const known = this.#orders.get(order)
    if (known) return known
    const sorted = [...this.#held.values()].flatMap((held) => [...held.values()]).sort(orders[order])
    this.#orders.set(order, sorted)
    return sorted
  }

  #heldBy(principalId: string): HeldRole[] {
    return [...(this.#held.get(principalId)?.values() ?? [])]
  }

  /** What cannot be read gives no right: neither a row that somebody edited, nor one that the disk does not give. */
  async #follow(changes: readonly SequencedChange[]): Promise<void> {
    for (const change of changes) {
      try {
        await this.#followOne(change)
      } catch (err) {
        const { kind, id } = change
        this.#log.error({ err, kind, id }, 'roles that cannot be read count no more until the next start')
        if (kind === 'role_assignment') this.#drop(id)
        else if (kind === 'role_definition') this.#roles.delete(id)
        else this.#hidden.add(id)
        if (kind === 'role_definition') this.#renew(id)
      }
    }
  }

  async #followOne({ kind, id }: SequencedChange): Promise<void> {
    if (kind === 'role_definition') return this.#followRole(id)
    if (kind === 'principal' && this.#held.has(id)) return this.#hide([id])
    if (kind !== 'role_assignment') return
    const row = await this.#assignments.find(id)
    if (!row) return this.#drop(id)
    this.#keep(row)
    await this.#hide([row.principal_id])
  }

  async #followRole(id: string): Promise<void> {
    const role = await this.#definitions.find(id)
    if (role) this.#roles.set(id, role)
    else this.#roles.delete(id)
    this.#renew(id)
  }

  /** Everything that is held of a role, as the role is now. */
  #renew(roleId: string): void {
    for (const row of [...this.#rows.values()]) if (row.role_id === roleId) this.#keep(row)
  }

  async #hide(principalIds: readonly string[]): Promise<void> {
    const portion = 500
    for (let start = 0; start < principalIds.length; start += portion) {
      const some = principalIds.slice(start, start + portion)
      const states = new Map((await this.#registry.findAll(some)).map((each) => [String(each.objectId), each.state]))
      for (const id of some) {
        if ((states.get(id) ?? 'deleted') === 'deleted') this.#hidden.add(id)
        else this.#hidden.delete(id)
      }
    }
  }

  #keep(row: RoleAssignmentsTable): void {
    const role = this.#roles.get(row.role_id)
    if (!role) {
      this.#drop(row.id)
      return
    }
    this.#orders.clear()
    this.uses.know(row.id, row.last_used_at)
    this.#rows.set(row.id, row)
    const held = this.#held.get(row.principal_id) ?? new Map<string, RoleAssignment>()
    this.#held.set(row.principal_id, held)
    held.set(row.id, toAssignment(row, role))
  }

  #drop(id: string): void {
    const row = this.#rows.get(id)
    if (!row) return
    this.#orders.clear()
    this.uses.forget(id)
    this.#rows.delete(id)
    const held = this.#held.get(row.principal_id)
    held?.delete(id)
    if (held?.size !== 0) return
    this.#held.delete(row.principal_id)
    this.#hidden.delete(row.principal_id)
  }
}

const byId = (one: RoleAssignment, other: RoleAssignment) => (one.assignmentId < other.assignmentId ? -1 : 1)
const orders: Record<AssignmentOrder, (one: RoleAssignment, other: RoleAssignment) => number> = {
  id: byId,
  newest: (one, other) => other.createdAt - one.createdAt || byId(one, other),
}

function toAssignment(row: RoleAssignmentsTable, role: RoleDefinition): RoleAssignment {
  return {
    assignmentId: row.id,
    principalId: ObjectId.parse(row.principal_id),
    role,
    scope: { path: row.scope, key: row.scope_key },
    description: row.description,
    createdBy: { id: row.created_by, label: row.created_by_label },
    createdAt: row.created_at,
  }
}

function readable(scope: string): Scope | undefined {
  try {
    return parseScope(scope)
  } catch (error) {
    if (error instanceof SignetError) return undefined
    throw error
  }
}
