import type { ApplicationDetail } from '@signet/shared/api/applications'
import type { HeldRole } from '@signet/shared/api/user-identities'
import { Link } from '@tanstack/react-router'
import { Fact, Facts } from '../../ui/facts.tsx'
import { LastToken } from '../../ui/last-token.tsx'
import { None } from '../../ui/none.tsx'
import { DueTime } from '../../ui/relative-time.tsx'
import { Untrusted } from '../../ui/untrusted.tsx'

interface DependentsProps {
  application: ApplicationDetail
  /** Tokens of the last seven days, and the roles it has, where that was looked up. */
  week?: number | undefined
  roles?: readonly HeldRole[] | undefined
  /** Whether numbers lead to what they count; not from a question that has to be answered first. */
  isLinked?: boolean
}

/** What an application authenticates with, and what it was used for. */
export function Dependents({ application, week, roles, isLinked = true }: DependentsProps) {
  const { principalId, lastExpiryAt } = application
  const counted = (tab: 'secrets' | 'certificates' | 'federation', count: number) =>
    isLinked ? (
      <Link to="/applications/$principalId/{-$tab}" params={{ principalId, tab }}>
        {count}
      </Link>
    ) : (
      count
    )
  return (
    <Facts>
      <Fact name="Last token">
        <LastToken token={application.lastToken} none="None yet" />
      </Fact>
      <Fact name="Secrets">{counted('secrets', application.secrets.length)}</Fact>
      <Fact name="Certificates">{counted('certificates', application.certificates.length)}</Fact>
      <Fact name="Federated credentials">{counted('federation', application.federatedCredentials)}</Fact>
      {week !== undefined && <Fact name="Used in the last 7 days">{week === 0 ? 'No token' : `${week} tokens`}</Fact>}
      {roles !== undefined && <Fact name="Roles">{roles.length === 0 ? <None /> : <RoleNames roles={roles} />}</Fact>}
      <Fact name="Last credential ends">{lastExpiryAt === null ? <None /> : <DueTime at={lastExpiryAt} />}</Fact>
    </Facts>
  )
}

const mostRoles = 5

function RoleNames({ roles }: { roles: readonly HeldRole[] }) {
  const shown = roles.slice(0, mostRoles)
  return (
    <ul>
      {shown.map(({ assignmentId, role, audience }) => (
        <li key={assignmentId}>
          <Untrusted text={role} className="mono" /> at <Untrusted text={audience.name} />
        </li>
      ))}
      {roles.length > shown.length && <li className="muted">and {roles.length - shown.length} more</li>}
    </ul>
  )
}
