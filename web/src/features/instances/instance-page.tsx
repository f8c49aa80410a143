import type { InstanceDetail } from '@signet/shared/api/resources'
import type { ObjectId } from '@signet/shared/vocabulary/identifiers'
import { useQuery } from '@tanstack/react-query'
import { getRouteApi, Link, notFound } from '@tanstack/react-router'
import { FlaskConical } from 'lucide-react'
import { Fragment, type ReactNode } from 'react'
import { loadStateOf } from '../../api/load-state.ts'
import { buttonClass } from '../../ui/button.tsx'
import { Frame } from '../../ui/card.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import { Loadable } from '../../ui/loadable.tsx'
import { PageHeader } from '../../ui/page-header.tsx'
import { useTitle } from '../../ui/page-title.ts'
import { Tabs } from '../../ui/tabs.tsx'
import { Untrusted } from '../../ui/untrusted.tsx'
import { ActivityTab } from './activity-tab.tsx'
import { AgentTab } from './agent-tab.tsx'
import { CertificatesTab } from './certificates-tab.tsx'
import { IdentityTab } from './identity-tab.tsx'
import { kinds } from './instance-words.ts'
import { instanceOptions } from './instances-queries.ts'
import { RotateButton } from './rotate-button.tsx'

const page = getRouteApi('/signed-in/instances/$instanceId/{-$tab}')

const tabs = [
  { value: 'identity', label: 'Identity' },
  { value: 'identities', label: 'User-assigned' },
  { value: 'certificates', label: 'Certificates' },
  { value: 'roles', label: 'Roles' },
  { value: 'activity', label: 'Activity' },
  { value: 'agent', label: 'Agent' },
] as const
type TabName = (typeof tabs)[number]['value']

/** What other features have for an instance or its own identity. */
export interface InstanceParts {
  readonly identities: (instance: InstanceDetail) => ReactNode
  readonly roles: (principalId: ObjectId) => ReactNode
  readonly lifetime: (principalId: ObjectId) => ReactNode
}

/** One instance; the tab is part of the address. */
export function InstancePage({ parts }: { parts: InstanceParts }) {
  const params = page.useParams()
  const tab = tabs.find((each) => each.value === (params.tab ?? 'identity'))
  const query = useQuery(instanceOptions(params.instanceId))
  useTitle(query.data?.name, tab?.value === 'identity' ? undefined : tab?.label)
  if (tab === undefined) throw notFound()
  return (
    <Loadable state={loadStateOf(query)}>
      {(instance) => (
        // What was asked or made for one instance must never stand on the page of another.
        <Fragment key={instance.id}>
          <Header instance={instance} />
          <InstanceTabs instance={instance} tab={tab.value} parts={parts} />
        </Fragment>
      )}
    </Loadable>
  )
}

function Header({ instance }: { instance: InstanceDetail }) {
  const { word, icon: Icon } = kinds[instance.kind]
  return (
    <PageHeader
      back={<Link to="/instances">Instances</Link>}
      title={<Untrusted text={instance.name} />}
      meta={
        <span className="row muted">
          <Icon size={16} aria-hidden />
          {word}
        </span>
      }
      actions={
        <>
          <Link to="/tokens/test" search={{ instance: instance.id }} className={buttonClass()}>
            <FlaskConical size={14} aria-hidden />
            Test token
          </Link>
          <RotateButton instance={instance} />
        </>
      }
    />
  )
}

function InstanceTabs(props: { instance: InstanceDetail; tab: TabName; parts: InstanceParts }) {
  const { instance, tab, parts } = props
  const navigate = page.useNavigate()
  const open = (next: TabName) =>
    void navigate({
      to: '/instances/$instanceId/{-$tab}',
      params: { instanceId: instance.id, tab: next === 'identity' ? undefined : next },
      resetScroll: false,
    })
  return (
    <Tabs label="Parts of the instance" tabs={tabs} value={tab} onChange={open}>
      {tab === 'identity' && <IdentityTab instance={instance} lifetime={parts.lifetime} />}
      {tab === 'identities' && parts.identities(instance)}
      {tab === 'certificates' && <CertificatesTab instance={instance} />}
      {tab === 'roles' && <RolesTab instance={instance} roles={parts.roles} />}
      {tab === 'activity' && <ActivityTab instance={instance} />}
      {tab === 'agent' && <AgentTab instance={instance} />}
    </Tabs>
  )
}

function RolesTab({ instance: { identity }, roles }: { instance: InstanceDetail; roles: InstanceParts['roles'] }) {
  if (identity !== null) return roles(identity.principalId)
  return (
    <Frame>
      <EmptyState title="No role">
        <p>The identity is off. Turning it on makes a principal that roles can be given to.</p>
      </EmptyState>
    </Frame>
  )
}
