import type { InstanceDetail } from '@signet/shared/api/resources'
import type { ObjectId } from '@signet/shared/vocabulary/identifiers'
import { useQuery } from '@tanstack/react-query'
import { getRouteApi, Link } from '@tanstack/react-router'
import { FlaskConical } from 'lucide-react'
import type { ReactNode } from 'react'
import { loadStateOf } from '../../api/load-state.ts'
import { buttonClass } from '../../ui/button.tsx'
import { Frame } from '../../ui/card.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import { TabbedPage } from '../../ui/tabbed-page.tsx'
import { Untrusted } from '../../ui/untrusted.tsx'
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
  { value: 'access', label: 'Access' },
  { value: 'roles', label: 'App roles' },
  { value: 'usage', label: 'Usage' },
  { value: 'activity', label: 'Activity' },
  { value: 'agent', label: 'Agent' },
] as const
type TabName = (typeof tabs)[number]['value']

/** What other features have for an instance or its own identity. */
export interface InstanceParts {
  readonly identities: (instance: InstanceDetail) => ReactNode
  readonly usage: (instance: InstanceDetail) => ReactNode
  readonly activity: (instance: InstanceDetail) => ReactNode
  readonly access: (principalId: ObjectId) => ReactNode
  readonly roles: (principalId: ObjectId) => ReactNode
  readonly lifetime: (principalId: ObjectId) => ReactNode
  readonly propagation: (principalId: ObjectId) => ReactNode
  readonly revoke: (principal: { principalId: ObjectId; name: string }) => ReactNode
  readonly group: (resourceId: string) => ReactNode
}

/** One instance; the tab is part of the address. */
export function InstancePage({ parts }: { parts: InstanceParts }) {
  const { instanceId, tab } = page.useParams()
  const navigate = page.useNavigate()
  const query = useQuery(instanceOptions(instanceId))
  return (
    <TabbedPage
      state={loadStateOf(query)}
      idOf={({ id }) => id}
      name={query.data?.name}
      header={headerOf}
      label="Parts of the instance"
      tabs={tabs}
      tab={tab}
      onTab={(next) =>
        void navigate({ to: '/instances/$instanceId/{-$tab}', params: { instanceId, tab: next }, resetScroll: false })
      }
    >
      {(instance, shown) => <Shown instance={instance} tab={shown} parts={parts} />}
    </TabbedPage>
  )
}

function headerOf(instance: InstanceDetail) {
  const { word, icon: Icon } = kinds[instance.kind]
  return {
    back: <Link to="/instances">Instances</Link>,
    title: <Untrusted text={instance.name} />,
    meta: (
      <span className="row muted">
        <Icon size={16} aria-hidden />
        {word}
      </span>
    ),
    actions: (
      <>
        <Link to="/tokens/test" search={{ instance: instance.id }} className={buttonClass()}>
          <FlaskConical size={14} aria-hidden />
          Test token
        </Link>
        <RotateButton instance={instance} />
      </>
    ),
  }
}

function Shown({ instance, tab, parts }: { instance: InstanceDetail; tab: TabName; parts: InstanceParts }) {
  switch (tab) {
    case 'identity':
      return <IdentityTab instance={instance} {...parts} />
    case 'identities':
      return parts.identities(instance)
    case 'certificates':
      return <CertificatesTab instance={instance} />
    case 'access':
    case 'roles':
      return <OfIdentity instance={instance} part={parts[tab]} />
    case 'usage':
      return parts.usage(instance)
    case 'activity':
      return parts.activity(instance)
    case 'agent':
      return <AgentTab instance={instance} />
  }
}

interface OfIdentityProps {
  instance: InstanceDetail
  part: (principalId: ObjectId) => ReactNode
}

/** What is there only while the identity is on. */
function OfIdentity({ instance: { identity }, part }: OfIdentityProps) {
  if (identity !== null) return part(identity.principalId)
  return (
    <Frame>
      <EmptyState title="No role">
        <p>The identity is off. Turning it on makes a principal that roles can be given to.</p>
      </EmptyState>
    </Frame>
  )
}
