import type { Audience } from '@signet/shared/api/audiences'
import { useQuery } from '@tanstack/react-query'
import { getRouteApi, Link } from '@tanstack/react-router'
import { Fragment } from 'react'
import { loadStateOf } from '../../api/load-state.ts'
import { Card } from '../../ui/card.tsx'
import { Copyable } from '../../ui/copyable.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import { Fact, Facts } from '../../ui/facts.tsx'
import { Loadable } from '../../ui/loadable.tsx'
import { None } from '../../ui/none.tsx'
import { PageHeader } from '../../ui/page-header.tsx'
import { useTitle } from '../../ui/page-title.ts'
import { ExactTime } from '../../ui/relative-time.tsx'
import { SideBySide } from '../../ui/side-by-side.tsx'
import { SimpleTable } from '../../ui/simple-table.tsx'
import { columnsOf } from '../../ui/table-columns.ts'
import { Untrusted } from '../../ui/untrusted.tsx'
import { AssignmentsCard } from './assignments-card.tsx'
import { AudienceActs } from './audience-acts.tsx'
import { EnabledBadge, originWords } from './audience-columns.tsx'
import { lifetimeWords } from './audience-draft.ts'
import { audienceOptions } from './audiences-queries.ts'

const page = getRouteApi('/signed-in/audiences/$audienceId')

/** One audience: how its tokens are, its roles and who has them. */
export function AudiencePage() {
  const { audienceId } = page.useParams()
  const query = useQuery(audienceOptions(audienceId))
  useTitle(query.data?.name, 'Audiences')
  return (
    <Loadable state={loadStateOf(query)}>
      {(audience) => (
        <Fragment key={audience.id}>
          <PageHeader
            back={<Link to="/audiences">Audiences</Link>}
            title={<Untrusted text={audience.name} />}
            meta={
              <span className="row muted">
                <EnabledBadge audience={audience} />
                {originWords(audience)}
              </span>
            }
            actions={<AudienceActs audience={audience} />}
          />
          <SideBySide>
            <AudienceFacts audience={audience} />
            <RolesCard audience={audience} />
          </SideBySide>
          <AssignmentsCard audience={audience} />
        </Fragment>
      )}
    </Loadable>
  )
}

function AudienceFacts({ audience }: { audience: Audience }) {
  return (
    <Card title="Tokens">
      <Facts>
        <Fact name="Identifier URI">
          <Copyable value={audience.uri} label="identifier URI" />
        </Fact>
        <Fact name="Application ID">
          <Copyable value={audience.appId} label="application ID" />
        </Fact>
        <Fact name="Scope to ask for">
          <Copyable value={`${audience.uri}/.default`} label="scope" />
        </Fact>
        <Fact name="Token version">
          {audience.tokenVersion === 1 ? '1: aud is the identifier URI' : '2: aud is the application ID'}
        </Fact>
        <Fact name="Token lifetime">{lifetimeWords(audience.lifetimeSeconds)}</Fact>
        <Fact name="Who gets tokens">
          {audience.assignmentRequired ? 'Principals with a role alone' : 'Every principal'}
        </Fact>
        <Fact name="Says what clients can handle">{audience.clientCapabilities ? 'Yes' : 'No'}</Fact>
        <Fact name="Registered">
          <ExactTime at={audience.createdAt} relative />
        </Fact>
      </Facts>
    </Card>
  )
}

const roleColumns = columnsOf<Audience['roles'][number]>([
  { id: 'value', header: 'Role', cell: ({ value }) => <Untrusted text={value} className="mono" /> },
  {
    id: 'description',
    header: 'What it allows',
    cell: ({ description }) => (description === '' ? <None /> : <Untrusted text={description} />),
  },
])

function RolesCard({ audience: { roles } }: { audience: Audience }) {
  return (
    <Card title="Roles">
      {roles.length === 0 ? (
        <EmptyState title="It has no roles">
          <p>Roles stand in the tokens of those who have them. Add some with Change.</p>
        </EmptyState>
      ) : (
        <SimpleTable label="Roles" columns={roleColumns} rows={roles} rowId={(role) => role.value} />
      )}
    </Card>
  )
}
