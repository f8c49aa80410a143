import type { UserIdentityDetail } from '@signet/shared/api/user-identities'
import { useQuery } from '@tanstack/react-query'
import { getRouteApi, Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { loadStateOf } from '../../api/load-state.ts'
import { Card } from '../../ui/card.tsx'
import { DeletedNotice } from '../../ui/deleted-notice.tsx'
import { Fact, Facts } from '../../ui/facts.tsx'
import { IdFacts } from '../../ui/id-column.tsx'
import { LastToken } from '../../ui/last-token.tsx'
import { ExactTime } from '../../ui/relative-time.tsx'
import { SideBySide } from '../../ui/side-by-side.tsx'
import { TabbedPage } from '../../ui/tabbed-page.tsx'
import { Untrusted } from '../../ui/untrusted.tsx'
import { identityOptions } from './identities-queries.ts'
import { IdentityActs } from './identity-acts.tsx'
import { StateBadge } from './identity-columns.tsx'
import { Dependents } from './identity-facts.tsx'
import { InstancesTab } from './instances-tab.tsx'
import { LifetimeFact } from './lifetime-fact.tsx'
import { UseIdentity } from './use-identity.tsx'

const page = getRouteApi('/signed-in/identities/$principalId/{-$tab}')

const tabs = [
  { value: 'overview', label: 'Overview' },
  { value: 'instances', label: 'Instances' },
  { value: 'certificates', label: 'Certificates' },
  { value: 'federation', label: 'Federated credentials' },
  { value: 'access', label: 'Access' },
  { value: 'roles', label: 'App roles' },
  { value: 'usage', label: 'Usage' },
  { value: 'activity', label: 'Activity' },
] as const

interface IdentityPageProps {
  /** Tabs that other features have for identities of any kind. */
  parts: Record<
    'certificates' | 'federation' | 'access' | 'roles' | 'usage' | 'activity' | 'propagation' | 'revoke' | 'group',
    (identity: UserIdentityDetail) => ReactNode
  >
}

/** One user-assigned identity; the tab is part of the address. */
export function IdentityPage({ parts }: IdentityPageProps) {
  const { principalId, tab } = page.useParams()
  const navigate = page.useNavigate()
  const query = useQuery(identityOptions(principalId))
  return (
    <TabbedPage
      state={loadStateOf(query)}
      idOf={(identity) => identity.principalId}
      name={query.data?.name}
      header={(identity) => ({
        back: <Link to="/identities">Identities</Link>,
        title: <Untrusted text={identity.name} />,
        meta: (
          <span className="row muted">
            <StateBadge identity={identity} />
            {parts.group(identity)}
          </span>
        ),
        actions: (
          <>
            {identity.state !== 'deleted' && parts.revoke(identity)}
            <IdentityActs identity={identity} />
          </>
        ),
      })}
      notice={({ state, restorableUntil }) =>
        state === 'deleted' && <DeletedNotice until={restorableUntil} returning="everything that hangs on it" />
      }
      label="Parts of the identity"
      tabs={tabs}
      tab={tab}
      onTab={(next) =>
        void navigate({
          to: '/identities/$principalId/{-$tab}',
          params: { principalId, tab: next },
          resetScroll: false,
        })
      }
    >
      {(identity, shown) => {
        if (shown === 'overview') return <Overview identity={identity} propagation={parts.propagation(identity)} />
        return shown === 'instances' ? <InstancesTab identity={identity} /> : parts[shown](identity)
      }}
    </TabbedPage>
  )
}

function Overview({ identity, propagation }: { identity: UserIdentityDetail; propagation: ReactNode }) {
  const ids = [
    ['Object (principal) ID', identity.principalId, 'principal ID'],
    ['Client ID', identity.clientId, 'client ID'],
    ['Tenant ID', identity.tenantId, 'tenant ID'],
    ['Authority', identity.authorityUrl, 'authority'],
    ['Resource ID', identity.resourceId, 'resource ID'],
  ] as const
  return (
    <>
      {propagation}
      <SideBySide>
        <Card title="User-assigned identity">
          <Facts>
            <IdFacts ids={ids} />
            <Fact name="Token lifetime">
              <LifetimeFact principalId={identity.principalId} />
            </Fact>
            <Fact name="Last token">
              <LastToken token={identity.lastToken} none="None yet" />
            </Fact>
            <Fact name="Created">
              <ExactTime at={identity.createdAt} relative />
            </Fact>
          </Facts>
        </Card>
        <Card title="What depends on it">
          <Dependents identity={identity} />
        </Card>
        {identity.state !== 'deleted' && <UseIdentity identity={identity} />}
      </SideBySide>
    </>
  )
}
