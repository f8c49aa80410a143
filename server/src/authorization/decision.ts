import { type ActionPattern, areApart, covers, matches } from './action-pattern.ts'
import type { RoleDefinition, RolePermission } from './role-definition.ts'
import { contains, type Scope } from './scope.ts'

/** A role that somebody has at a scope. */
export interface HeldRole {
  readonly assignmentId: string
  readonly role: RoleDefinition
  readonly scope: Scope
}

export interface AskedRight {
  readonly action: string
  /** Whether it is about the data in a resource, such as the value of a secret, and not about the resource. */
  readonly isData: boolean
  readonly scope: Scope
}

/** Allowed and by which assignment, or why not. */
export interface Decision {
  readonly allowed: boolean
  readonly by?: NamedAssignment
  readonly reason: string
}

/** An assignment in the words that people read. */
export interface NamedAssignment {
  readonly assignmentId: string
  readonly roleId: string
  readonly roleName: string
  readonly scope: string
}

/** An assignment that was near to allowing it, and what it lacks. */
export interface NearMiss extends NamedAssignment {
  readonly why: 'other_scope' | 'excluded' | 'other_plane' | 'action_missing'
}

/** Deny unless a role says otherwise; nothing takes away at a narrower scope what was given at a wider one. */
export function decideBy(held: readonly HeldRole[], asked: AskedRight): Decision {
  const by = held.find((each) => allowsAt(each, asked))
  if (by) {
    const reason = `${by.role.name} at ${by.scope.path} has ${asked.action}.`
    return { allowed: true, by: named(by), reason }
  }
  return { allowed: false, reason: refusalReason(held, asked) }
}

/** Those of its roles that would have to be a little different, the nearest first. */
export function nearMisses(held: readonly HeldRole[], asked: AskedRight): NearMiss[] {
  const order: NearMiss['why'][] = ['excluded', 'other_scope', 'other_plane', 'action_missing']
  return held
    .flatMap((each) => {
      const why = missOf(each.role, each.scope, asked)
      return why ? [{ ...named(each), why }] : []
    })
    .sort((one, other) => order.indexOf(one.why) - order.indexOf(other.why))
}

function missOf(role: RoleDefinition, scope: Scope, asked: AskedRight): NearMiss['why'] | undefined {
  const action = asked.action.toLowerCase()
  const isWithin = contains(scope, asked.scope)
  if (allows(role, action, asked.isData)) return isWithin ? undefined : 'other_scope'
  if (!isWithin) return undefined
  const { actions, dataActions } = role.patterns
  if ((asked.isData ? dataActions : actions).some((pattern) => matches(pattern, action))) return 'excluded'
  if (allows(role, action, !asked.isData)) return 'other_plane'
  return 'action_missing'
}

export function allows(role: RoleDefinition, action: string, isData: boolean): boolean {
  const [given, taken] = planeOf(role, isData)
  return given.some((pattern) => matches(pattern, action)) && !taken.some((pattern) => matches(pattern, action))
}

/**
 * Whether everything that a role allows is held at that scope already, so that who holds it may grant the role (SEC-31).
 * Each action must be held by one assignment whole: it may say no where only several together cover it.
 */
export function holdsAll(held: readonly HeldRole[], role: RoleDefinition, at: Scope): boolean {
  const { actions, dataActions } = addedBy(held, role, at)
  return actions.length + dataActions.length === 0
}

/** What a role allows at a scope that is not held there yet; as careful as `holdsAll`. */
export function addedBy(
  held: readonly HeldRole[],
  role: RoleDefinition,
  at: Scope,
): Pick<RolePermission, 'actions' | 'dataActions'> {
  const here = held.filter(({ scope }) => contains(scope, at))
  const added = (isData: boolean) => {
    const [wanted, excepted] = planeOf(role, isData)
    return wanted
      .filter((pattern) => !here.some((own) => gives(planeOf(own.role, isData), pattern, excepted)))
      .map(({ text }) => text)
  }
  return { actions: added(false), dataActions: added(true) }
}

function gives([given, taken]: Plane, wanted: ActionPattern, excepted: readonly ActionPattern[]): boolean {
  return (
    given.some((wide) => covers(wide, wanted)) &&
    taken.every((not) => areApart(not, wanted) || excepted.some((wide) => covers(wide, not)))
  )
}

/** What is given, and what is left out of that. */
type Plane = readonly [given: readonly ActionPattern[], taken: readonly ActionPattern[]]

function planeOf({ patterns }: RoleDefinition, isData: boolean): Plane {
  return isData ? [patterns.dataActions, patterns.notDataActions] : [patterns.actions, patterns.notActions]
}

function named({ assignmentId, role, scope }: HeldRole): NamedAssignment {
  return { assignmentId, roleId: role.id, roleName: role.name, scope: scope.path }
}

/** Whether one assignment alone allows it. */
export function allowsAt({ role, scope }: HeldRole, { action, isData, scope: at }: AskedRight): boolean {
  return contains(scope, at) && allows(role, action.toLowerCase(), isData)
}

/** How much a role allows, to compare roles by: an action counts one, and a wildcard the more the less is said beside it. */
export function breadthOf({ permission }: RoleDefinition): number {
  const breadths = [...permission.actions, ...permission.dataActions].map((action) => {
    const said = action.split('/').filter((segment) => segment !== '*').length
    return action.includes('*') ? 1_000 / 4 ** said : 1
  })
  return breadths.reduce((sum, each) => sum + each, 0)
}

function refusalReason(held: readonly HeldRole[], asked: AskedRight): string {
  if (held.length === 0) return 'It has no role anywhere.'
  const [nearest] = nearMisses(held, asked)
  const what = `${asked.action} at ${asked.scope.path}`
  if (nearest?.why === 'excluded') return `${nearest.roleName} at ${nearest.scope} leaves out ${asked.action}.`
  if (nearest?.why === 'other_scope') return `${nearest.roleName} has ${asked.action}, but at ${nearest.scope}.`
  if (nearest?.why === 'other_plane') return `${nearest.roleName} has it for resources and not for the data in them.`
  return `None of its ${held.length} roles has ${what}.`
}
