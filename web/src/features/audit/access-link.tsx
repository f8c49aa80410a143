import type { AuditEvent } from '@signet/shared/api/audit'
import { Link } from '@tanstack/react-router'

/** From what was done to a role to the role, and from a refusal to its explanation as things stand now. */
export function AccessLink({ event: { target, actor, after, action } }: { event: AuditEvent }) {
  const [dataAction, scope] = [after?.['dataAction'], after?.['scope']]
  if (actor.kind === 'principal' && actor.id !== null && typeof dataAction === 'string' && typeof scope === 'string') {
    const search = { principal: actor.id, action: dataAction, resource: scope }
    return (
      <Link to="/access/effective" search={search}>
        Explain this refusal
      </Link>
    )
  }
  // What was removed is nowhere to be seen.
  if (target === null || action.endsWith('.removed')) return null
  if (target.kind === 'role_assignment') {
    return (
      <Link to="/access" search={{ peek: target.id }}>
        Show the role assignment
      </Link>
    )
  }
  if (target.kind !== 'role_definition') return null
  return (
    <Link to="/access/roles/$roleId" params={{ roleId: target.id }}>
      Show the role
    </Link>
  )
}
