import type { UserIdentityDetail } from '@signet/shared/api/user-identities'
import { Link } from '@tanstack/react-router'
import { Fact, Facts } from '../../ui/facts.tsx'
import { shortAudience } from '../../ui/last-token.tsx'
import { ExactTime } from '../../ui/relative-time.tsx'
import { Untrusted } from '../../ui/untrusted.tsx'

const mostAudiences = 5

function many(count: number, one: string, more = `${one}s`): string {
  return `${count} ${count === 1 ? one : more}`
}

interface DependentsProps {
  identity: UserIdentityDetail
  /** Whether numbers lead to what they count; not from a question that has to be answered first. */
  isLinked?: boolean
}

/** What hangs on an identity: where it is, what it can, and what it was used for. */
export function Dependents({ identity, isLinked = true }: DependentsProps) {
  const { principalId, instances, agents, credentials, federatedCredentials, roles, live } = identity
  const counted = (tab: 'instances' | 'federation' | 'roles', words: string) =>
    isLinked ? (
      <Link to="/identities/$principalId/{-$tab}" params={{ principalId, tab }}>
        {words}
      </Link>
    ) : (
      words
    )
  return (
    <Facts>
      <Fact name="Instances">
        {counted('instances', many(instances, 'instance'))}, {many(agents, 'agent')}
      </Fact>
      <Fact name="Certificates">{credentials} accepted now</Fact>
      <Fact name="Federated credentials">
        {counted('federation', many(federatedCredentials, 'federated credential'))}
      </Fact>
      <Fact name="Roles">{counted('roles', many(roles.length, 'role'))}</Fact>
      <Fact name="Used in the last 7 days">
        <Week week={identity.week} />
      </Fact>
      <Fact name="Tokens that are out">
        {live.until === null ? (
          'None'
        ) : (
          <>
            {many(live.tokens, 'token')}, valid until <ExactTime at={live.until} /> at the latest
          </>
        )}
      </Fact>
    </Facts>
  )
}

function Week({ week }: Pick<UserIdentityDetail, 'week'>) {
  if (week.length === 0) return <span className="muted">No token</span>
  const shown = week.slice(0, mostAudiences)
  return (
    <ul>
      {shown.map(({ audience, tokens }) => (
        <li key={audience}>
          {many(tokens, 'token')} for <Untrusted text={shortAudience(audience)} />
        </li>
      ))}
      {week.length > shown.length && <li className="muted">and {week.length - shown.length} more audiences</li>}
    </ul>
  )
}
