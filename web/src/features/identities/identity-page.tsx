import type { UserIdentityDetail } from '@signet/shared/api/user-identities'
import { useQuery } from '@tanstack/react-query'
import { getRouteApi, Link, notFound } from '@tanstack/react-router'
import { Fragment, type ReactNode } from 'react'
import { loadStateOf } from '../../api/load-state.ts'
import { Card } from '../../ui/card.tsx'
import { Copyable } from '../../ui/copyable.tsx'
import { Fact, Facts } from '../../ui/facts.tsx'
import { Loadable } from '../../ui/loadable.tsx'
import { Notice } from '../../ui/notice.tsx'
import { PageHeader } from '../../ui/page-header.tsx'
import { useTitle } from '../../ui/page-title.ts'
import { ExactTime } from '../../ui/relative-time.tsx'
import { SideBySide } from '../../ui/side-by-side.tsx'
import { Tabs } from '../../ui/tabs.tsx'
import { Untrusted } from '../../ui/untrusted.tsx'
import { identityOptions } from './identities-queries.ts'
import { IdentityActs } from './identity-acts.tsx'
import { LastToken, StateBadge } from './identity-columns.tsx'
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
  { value: 'roles', label: 'Roles' },
  { value: 'activity', label: 'Activity' },
] as const
type TabName = (typeof tabs)[number]['value']

interface IdentityPageProps {
  /** Tabs that other features have for identities of any kind. */
  parts: Record<'certificates' | 'federation' | 'roles' | 'activity', (identity: UserIdentityDetail) => ReactNode>
}

/** One user-assigned identity; the tab is part of the address. */
export function IdentityPage({ parts }: IdentityPageProps) {
  const params = page.useParams()
  const tab = tabs.find((each) => each.value === (params.tab ?? 'overview'))
  const query = useQuery(identityOptions(params.principalId))
  useTitle(query.data?.name, tab?.value === 'overview' ? undefined : tab?.label)
  if (tab === undefined) throw notFound()
  return (
    <Loadable state={loadStateOf(query)}>
      {(identity) => (
        // What was asked or pasted for one identity must never stand on the page of another.
        <Fragment key={identity.principalId}>
          <PageHeader
            back={<Link to="/identities">Identities</Link>}
            title={<Untrusted text={identity.name} />}
            meta={
              <span className="row muted">
                <StateBadge identity={identity} />
                <Untrusted text={identity.resourceGroup} />
              </span>
            }
            actions={<IdentityActs identity={identity} />}
          />
          <Deleted identity={identity} />
          <IdentityTabs identity={identity} tab={tab.value} parts={parts} />
        </Fragment>
      )}
    </Loadable>
  )
}

function Deleted({ identity: { state, restorableUntil } }: { identity: UserIdentityDetail }) {
  if (state !== 'deleted') return null
  return (
    <Notice tone="warn" title="It is deleted">
      <p>
        Tokens are refused everywhere.
        {restorableUntil !== null && (
          <>
            {' '}
            Until <ExactTime at={restorableUntil} relative /> it can be restored under the same IDs, with everything
            that hangs on it.
          </>
        )}
      </p>
    </Notice>
  )
}

function IdentityTabs({ identity, tab, parts }: IdentityPageProps & { identity: UserIdentityDetail; tab: TabName }) {
  const navigate = page.useNavigate()
  const open = (next: TabName) =>
    void navigate({
      to: '/identities/$principalId/{-$tab}',
      params: { principalId: identity.principalId, tab: next === 'overview' ? undefined : next },
      resetScroll: false,
    })
  return (
    <Tabs label="Parts of the identity" tabs={tabs} value={tab} onChange={open}>
      {tab === 'overview' && <Overview identity={identity} />}
      {tab === 'instances' && <InstancesTab identity={identity} />}
      {tab !== 'overview' && tab !== 'instances' && parts[tab](identity)}
    </Tabs>
  )
}

function Overview({ identity }: { identity: UserIdentityDetail }) {
  const ids = [
    ['Object (principal) ID', identity.principalId, 'principal ID'],
    ['Client ID', identity.clientId, 'client ID'],
    ['Tenant ID', identity.tenantId, 'tenant ID'],
    ['Authority', identity.authorityUrl, 'authority'],
    ['Resource ID', identity.resourceId, 'resource ID'],
  ] as const
  return (
    <SideBySide>
      <Card title="User-assigned identity">
        <Facts>
          {ids.map(([name, value, label]) => (
            <Fact key={name} name={name}>
              <Copyable value={value} label={label} />
            </Fact>
          ))}
          <Fact name="Token lifetime">
            <LifetimeFact principalId={identity.principalId} />
          </Fact>
          <Fact name="Last token">
            {identity.lastToken === null ? <span className="muted">None yet</span> : <LastToken of={identity} />}
          </Fact>
          <Fact name="Created">
            <ExactTime at={identity.createdAt} relative />
          </Fact>
        </Facts>
      </Card>
      <Card title="What hangs on it">
        <Dependents identity={identity} />
      </Card>
      {identity.state !== 'deleted' && <UseIdentity identity={identity} />}
    </SideBySide>
  )
}
