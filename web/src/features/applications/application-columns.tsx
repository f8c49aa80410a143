import type { ApplicationSummary } from '@signet/shared/api/applications'
import { Link } from '@tanstack/react-router'
import { applicationWords, shortAudience } from '../../api/words.ts'
import { Copyable } from '../../ui/copyable.tsx'
import { NameCell, nameLinkClass } from '../../ui/name-cell.tsx'
import { None } from '../../ui/none.tsx'
import { DueTime, RelativeTime } from '../../ui/relative-time.tsx'
import { StatusBadge } from '../../ui/status-badge.tsx'
import { columnsOf } from '../../ui/table-columns.ts'
import { Untrusted } from '../../ui/untrusted.tsx'

const idLength = 8

/** What the list can show of an application, each in one line. */
export const applicationColumns = columnsOf<ApplicationSummary>([
  {
    id: 'name',
    header: 'Name',
    width: 220,
    cell: (row) => (
      <NameCell>
        <Link
          to="/applications/$principalId/{-$tab}"
          params={{ principalId: row.principalId, tab: undefined }}
          className={nameLinkClass}
        >
          <Untrusted text={row.name} />
        </Link>
      </NameCell>
    ),
  },
  { id: 'state', header: 'State', width: 100, cell: (row) => <StateBadge application={row} /> },
  {
    id: 'principal',
    header: 'Principal ID',
    width: 130,
    cell: ({ principalId }) => <Copyable value={principalId} label="principal ID" short={idLength} />,
  },
  {
    id: 'client',
    header: 'Client ID',
    width: 130,
    cell: ({ clientId }) => <Copyable value={clientId} label="client ID" short={idLength} />,
  },
  { id: 'secrets', header: 'Secrets', width: 80, cell: ({ secrets }) => secrets },
  { id: 'certificates', header: 'Certificates', width: 96, cell: ({ certificates }) => certificates },
  { id: 'federated', header: 'Federated', width: 90, cell: ({ federatedCredentials }) => federatedCredentials },
  {
    id: 'expiry',
    header: 'Last one ends',
    width: 120,
    cell: ({ lastExpiryAt }) => (lastExpiryAt === null ? <None /> : <DueTime at={lastExpiryAt} />),
  },
  { id: 'token', header: 'Last token', width: 200, cell: (row) => <LastToken of={row} /> },
  {
    id: 'created',
    header: 'Created',
    width: 120,
    isExtra: true,
    cell: ({ createdAt }) => <RelativeTime at={createdAt} />,
  },
])

export function StateBadge({ application }: { application: Pick<ApplicationSummary, 'state'> }) {
  return <StatusBadge {...applicationWords[application.state]} />
}

export function LastToken({ of: { lastToken } }: { of: Pick<ApplicationSummary, 'lastToken'> }) {
  if (lastToken === null) return <None />
  return (
    <>
      <RelativeTime at={lastToken.at} /> <Untrusted text={shortAudience(lastToken.audience)} className="muted" />
    </>
  )
}
