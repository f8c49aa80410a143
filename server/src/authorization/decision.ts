import { areApart, covers, matches } from './action-pattern.ts'
import type { RoleDefinition } from './role-definition.ts'
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
  readonly by?: { readonly assignmentId: string; readonly roleName: string; readonly scope: string }
  readonly reason: string
}

/** An assignment that was near to allowing it, and what it lacks. */
export interface NearMiss {
  readonly assignmentId: string
  readonly roleName: string
  readonly scope: string
  readonly why: 'other_scope' | 'excluded' | 'other_plane' | 'action_missing'
}

/** Deny unless a role says otherwise; nothing takes away at a narrower scope what was given at a wider one. */
export function decideBy(held: readonly HeldRole[], asked: AskedRight): Decision {
  const action = asked.action.toLowerCase()
  for (const { assignmentId, role, scope } of held) {
    if (!contains(scope, asked.scope) || !allows(role, action, asked.isData)) continue
    const by = { assignmentId, roleName: role.name, scope: scope.path }
    return { allowed: true, by, reason: `${role.name} at ${scope.path} has ${asked.action}.` }
  }
  return { allowed: false, reason: refusalReason(held, asked) }
}

/** Those of its roles that would have to be a little different, the nearest first. */
export function nearMisses(held: readonly HeldRole[], asked: AskedRight): NearMiss[] {
  const order: NearMiss['why'][] = ['excluded', 'other_scope', 'other_plane', 'action_missing']
  return held
    .flatMap(({ assignmentId, role, scope }) => {
      const why = missOf(role, scope, asked)
      return why ? [{ assignmentId, roleName: role.name, scope: scope.path, why }] : []
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
  const here = held.filter(({ scope }) => contains(scope, at))
  return [false, true].every((isData) => {
    const [wanted, excepted] = planeOf(role, isData)
    return wanted.every((pattern) =>
      here.some((own) => {
        const [given, taken] = planeOf(own.role, isData)
        return (
          given.some((wide) => covers(wide, pattern)) &&
          taken.every((not) => areApart(not, pattern) || excepted.some((wide) => covers(wide, not)))
        )
      }),
    )
  })
}

function planeOf({ patterns }: RoleDefinition, isData: boolean) {
  return isData
    ? ([patterns.dataActions, patterns.notDataActions] as const)
    : ([patterns.actions, patterns.notActions] as const)
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
