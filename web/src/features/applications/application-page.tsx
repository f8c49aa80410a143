import type { ApplicationDetail } from '@signet/shared/api/applications'
import { useQuery } from '@tanstack/react-query'
import { getRouteApi, Link, notFound } from '@tanstack/react-router'
import { Fragment, type ReactNode } from 'react'
import { loadStateOf } from '../../api/load-state.ts'
import { Card } from '../../ui/card.tsx'
import { CodeBlock } from '../../ui/code-block.tsx'
import { Copyable } from '../../ui/copyable.tsx'
import { Fact, Facts } from '../../ui/facts.tsx'
import { Loadable } from '../../ui/loadable.tsx'
import { Notice } from '../../ui/notice.tsx'
import { PageHeader } from '../../ui/page-header.tsx'
import { useTitle } from '../../ui/page-title.ts'
import { ExactTime } from '../../ui/relative-time.tsx'
import { shellWord } from '../../ui/shell-word.ts'
import { SideBySide } from '../../ui/side-by-side.tsx'
import { Tabs } from '../../ui/tabs.tsx'
import { Untrusted } from '../../ui/untrusted.tsx'
import { ApplicationActs } from './application-acts.tsx'
import { LastToken, StateBadge } from './application-columns.tsx'
import { applicationOptions } from './applications-queries.ts'
import { CertificatesTab } from './certificates-tab.tsx'
import { SecretsTab } from './secrets-tab.tsx'

const page = getRouteApi('/signed-in/applications/$principalId/{-$tab}')

const tabs = [
  { value: 'overview', label: 'Overview' },
  { value: 'secrets', label: 'Secrets' },
  { value: 'certificates', label: 'Certificates' },
  { value: 'federation', label: 'Federated credentials' },
  { value: 'roles', label: 'Roles' },
  { value: 'activity', label: 'Activity' },
] as const
type TabName = (typeof tabs)[number]['value']

interface ApplicationPageProps {
  /** Parts that other features have for principals of any kind. */
  parts: Record<'federation' | 'roles' | 'activity' | 'lifetime', (application: ApplicationDetail) => ReactNode>
}

/** One application; the tab is part of the address. */
export function ApplicationPage({ parts }: ApplicationPageProps) {
  const params = page.useParams()
  const tab = tabs.find((each) => each.value === (params.tab ?? 'overview'))
  const query = useQuery(applicationOptions(params.principalId))
  useTitle(query.data?.name, tab?.value === 'overview' ? undefined : tab?.label)
  if (tab === undefined) throw notFound()
  return (
    <Loadable state={loadStateOf(query)}>
      {(application) => (
        // What was made or pasted for one application must never stand on the page of another.
        <Fragment key={application.principalId}>
          <PageHeader
            back={<Link to="/applications">Applications</Link>}
            title={<Untrusted text={application.name} />}
            meta={<StateBadge application={application} />}
            actions={<ApplicationActs application={application} />}
          />
          <Deleted application={application} />
          <ApplicationTabs application={application} tab={tab.value} parts={parts} />
        </Fragment>
      )}
    </Loadable>
  )
}

function Deleted({ application: { state, purgeAt } }: { application: ApplicationDetail }) {
  if (state !== 'deleted') return null
  return (
    <Notice tone="warn" title="It is deleted">
      <p>
        Tokens are refused.
        {purgeAt !== null && (
          <>
            {' '}
            Until <ExactTime at={purgeAt} relative /> it can be restored under the same IDs.
          </>
        )}
      </p>
    </Notice>
  )
}

interface ApplicationTabsProps extends ApplicationPageProps {
  application: ApplicationDetail
  tab: TabName
}

function ApplicationTabs({ application, tab, parts }: ApplicationTabsProps) {
  const navigate = page.useNavigate()
  const open = (next: TabName) =>
    void navigate({
      to: '/applications/$principalId/{-$tab}',
      params: { principalId: application.principalId, tab: next === 'overview' ? undefined : next },
      resetScroll: false,
    })
  return (
    <Tabs label="Parts of the application" tabs={tabs} value={tab} onChange={open}>
      {tab === 'overview' && <Overview application={application} lifetime={parts.lifetime(application)} />}
      {tab === 'secrets' && <SecretsTab application={application} />}
      {tab === 'certificates' && <CertificatesTab application={application} />}
      {(tab === 'federation' || tab === 'roles' || tab === 'activity') && parts[tab](application)}
    </Tabs>
  )
}

function Overview({ application, lifetime }: { application: ApplicationDetail; lifetime: ReactNode }) {
  const ids = [
    ['Object (principal) ID', application.principalId, 'principal ID'],
    ['Client ID', application.clientId, 'client ID'],
    ['Tenant ID', application.tenantId, 'tenant ID'],
    ['Authority', application.authorityUrl, 'authority'],
  ] as const
  const { secrets, certificates, federatedCredentials } = application
  const cannot = secrets.length + certificates.length + federatedCredentials === 0
  return (
    <>
      {cannot && application.state !== 'deleted' && (
        <Notice tone="info" title="It cannot get a token yet">
          <p>Give it a federated credential, a certificate or a secret.</p>
        </Notice>
      )}
      <SideBySide>
        <Card title="Application">
          <Facts>
            {ids.map(([name, value, label]) => (
              <Fact key={name} name={name}>
                <Copyable value={value} label={label} />
              </Fact>
            ))}
            <Fact name="Token lifetime">{lifetime}</Fact>
            <Fact name="Last token">
              {application.lastToken === null ? (
                <span className="muted">None yet</span>
              ) : (
                <LastToken of={application} />
              )}
            </Fact>
            <Fact name="Created">
              <ExactTime at={application.createdAt} relative />
            </Fact>
          </Facts>
        </Card>
        <Card title="Use it from code">
          <p>Any Azure SDK takes these. Which of the last three it needs depends on what the application has.</p>
          <CodeBlock code={environmentOf(application)} label="shell lines for any Azure SDK" />
        </Card>
      </SideBySide>
    </>
  )
}

/** What client libraries read; where the secret or the key lies only its holder knows. */
function environmentOf({ authorityUrl, tenantId, clientId }: ApplicationDetail): string {
  return [
    `export AZURE_AUTHORITY_HOST=${shellWord(authorityUrl)}`,
    `export AZURE_TENANT_ID=${shellWord(tenantId)}`,
    `export AZURE_CLIENT_ID=${shellWord(clientId)}`,
    '# one of:',
    '# export AZURE_CLIENT_SECRET=…',
    '# export AZURE_CLIENT_CERTIFICATE_PATH=…',
    '# export AZURE_FEDERATED_TOKEN_FILE=…',
  ].join('\n')
}
