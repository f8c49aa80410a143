import type { Audience } from '@signet/shared/api/audiences'
import { useQuery } from '@tanstack/react-query'
import { getRouteApi, Link } from '@tanstack/react-router'
import { Fragment } from 'react'
import { loadStateOf } from '../../api/load-state.ts'
import { Card } from '../../ui/card.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import { Loadable } from '../../ui/loadable.tsx'
import { None } from '../../ui/none.tsx'
import { PageHeader } from '../../ui/page-header.tsx'
import { useTitle } from '../../ui/page-title.ts'
import { SideBySide } from '../../ui/side-by-side.tsx'
import { SimpleTable } from '../../ui/simple-table.tsx'
import { columnsOf } from '../../ui/table-columns.ts'
import { Untrusted } from '../../ui/untrusted.tsx'
import { AssignmentsCard } from './assignments-card.tsx'
import { AudienceActs } from './audience-acts.tsx'
import { EnabledBadge, originWords } from './audience-columns.tsx'
import { AudienceFacts } from './audience-facts.tsx'
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
            <Card title="Tokens">
              <AudienceFacts audience={audience} />
            </Card>
            <RolesCard audience={audience} />
          </SideBySide>
          <AssignmentsCard audience={audience} />
        </Fragment>
      )}
    </Loadable>
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
