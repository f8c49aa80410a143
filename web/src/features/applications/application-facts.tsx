import type { ApplicationDetail } from '@signet/shared/api/applications'
import { Link } from '@tanstack/react-router'
import { Fact, Facts } from '../../ui/facts.tsx'
import { LastToken } from '../../ui/last-token.tsx'
import { None } from '../../ui/none.tsx'
import { DueTime } from '../../ui/relative-time.tsx'

interface DependentsProps {
  application: ApplicationDetail
  /** Whether numbers lead to what they count; not from a question that has to be answered first. */
  isLinked?: boolean
}

/** What an application authenticates with, and what it was used for. */
export function Dependents({ application, isLinked = true }: DependentsProps) {
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
      <Fact name="The last secret or certificate ends">
        {lastExpiryAt === null ? <None /> : <DueTime at={lastExpiryAt} />}
      </Fact>
    </Facts>
  )
}
