import type { InstanceDetail } from '@signet/shared/api/resources'
import { useQuery } from '@tanstack/react-query'
import { getRouteApi, Link, notFound } from '@tanstack/react-router'
import { FlaskConical } from 'lucide-react'
import { Fragment } from 'react'
import { loadStateOf } from '../../api/load-state.ts'
import { buttonClass } from '../../ui/button.tsx'
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
  { value: 'certificates', label: 'Certificates' },
  { value: 'activity', label: 'Activity' },
  { value: 'agent', label: 'Agent' },
] as const
type TabName = (typeof tabs)[number]['value']

/** One instance; the tab is part of the address. */
export function InstancePage() {
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
          <InstanceTabs instance={instance} tab={tab.value} />
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

function InstanceTabs({ instance, tab }: { instance: InstanceDetail; tab: TabName }) {
  const navigate = page.useNavigate()
  const open = (next: TabName) =>
    void navigate({
      to: '/instances/$instanceId/{-$tab}',
      params: { instanceId: instance.id, tab: next === 'identity' ? undefined : next },
      resetScroll: false,
    })
  return (
    <Tabs label="Parts of the instance" tabs={tabs} value={tab} onChange={open}>
      {tab === 'identity' && <IdentityTab instance={instance} />}
      {tab === 'certificates' && <CertificatesTab instance={instance} />}
      {tab === 'activity' && <ActivityTab instance={instance} />}
      {tab === 'agent' && <AgentTab instance={instance} />}
    </Tabs>
  )
}
