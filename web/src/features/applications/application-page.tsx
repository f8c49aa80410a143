import type { ApplicationDetail } from '@signet/shared/api/applications'
import { useQuery } from '@tanstack/react-query'
import { getRouteApi, Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { loadStateOf } from '../../api/load-state.ts'
import { Card } from '../../ui/card.tsx'
import { CodeBlock } from '../../ui/code-block.tsx'
import { DeletedNotice } from '../../ui/deleted-notice.tsx'
import { Fact, Facts } from '../../ui/facts.tsx'
import { IdFacts } from '../../ui/id-column.tsx'
import { LastToken } from '../../ui/last-token.tsx'
import { Notice } from '../../ui/notice.tsx'
import { ExactTime } from '../../ui/relative-time.tsx'
import { shellWord } from '../../ui/shell-word.ts'
import { SideBySide } from '../../ui/side-by-side.tsx'
import { TabbedPage } from '../../ui/tabbed-page.tsx'
import { Untrusted } from '../../ui/untrusted.tsx'
import { ApplicationActs } from './application-acts.tsx'
import { StateBadge } from './application-columns.tsx'
import { applicationOptions } from './applications-queries.ts'
import { CertificatesTab } from './certificates-tab.tsx'
import { SecretsTab } from './secrets-tab.tsx'

const page = getRouteApi('/signed-in/applications/$principalId/{-$tab}')

const tabs = [
  { value: 'overview', label: 'Overview' },
  { value: 'secrets', label: 'Secrets' },
  { value: 'certificates', label: 'Certificates' },
  { value: 'federation', label: 'Federated credentials' },
  { value: 'access', label: 'Access' },
  { value: 'roles', label: 'App roles' },
  { value: 'usage', label: 'Usage' },
  { value: 'activity', label: 'Activity' },
] as const

interface ApplicationPageProps {
  /** Parts that other features have for principals of any kind. */
  parts: Record<
    'federation' | 'access' | 'roles' | 'usage' | 'activity' | 'lifetime' | 'propagation' | 'revoke',
    (application: ApplicationDetail) => ReactNode
  >
}

/** One application; the tab is part of the address. */
export function ApplicationPage({ parts }: ApplicationPageProps) {
  const { principalId, tab } = page.useParams()
  const navigate = page.useNavigate()
  const query = useQuery(applicationOptions(principalId))
  return (
    <TabbedPage
      state={loadStateOf(query)}
      idOf={(application) => application.principalId}
      name={query.data?.name}
      header={(application) => ({
        back: <Link to="/applications">Applications</Link>,
        title: <Untrusted text={application.name} />,
        meta: <StateBadge application={application} />,
        actions: (
          <>
            {application.state !== 'deleted' && parts.revoke(application)}
            <ApplicationActs application={application} />
          </>
        ),
      })}
      notice={({ state, purgeAt }) =>
        state === 'deleted' && <DeletedNotice until={purgeAt} returning="its roles and what it authenticates with" />
      }
      label="Parts of the application"
      tabs={tabs}
      tab={tab}
      onTab={(next) =>
        void navigate({
          to: '/applications/$principalId/{-$tab}',
          params: { principalId, tab: next },
          resetScroll: false,
        })
      }
    >
      {(application, shown) => {
        switch (shown) {
          case 'overview':
            return (
              <Overview application={application} lifetime={parts.lifetime(application)}>
                {parts.propagation(application)}
              </Overview>
            )
          case 'secrets':
            return <SecretsTab application={application} />
          case 'certificates':
            return <CertificatesTab application={application} />
          default:
            return parts[shown](application)
        }
      }}
    </TabbedPage>
  )
}

interface OverviewProps {
  application: ApplicationDetail
  lifetime: ReactNode
  /** How far the last act on it has come. */
  children: ReactNode
}

function Overview({ application, lifetime, children }: OverviewProps) {
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
      {children}
      <SideBySide>
        <Card title="Application">
          <Facts>
            <IdFacts ids={ids} />
            <Fact name="Token lifetime">{lifetime}</Fact>
            <Fact name="Last token">
              <LastToken token={application.lastToken} none="None yet" />
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
