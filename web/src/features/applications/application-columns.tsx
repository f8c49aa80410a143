import type { ApplicationSummary } from '@signet/shared/api/applications'
import { Link } from '@tanstack/react-router'
import { applicationWords } from '../../api/words.ts'
import { idColumn } from '../../ui/id-column.tsx'
import { LastToken } from '../../ui/last-token.tsx'
import { NameCell, nameLinkClass } from '../../ui/name-cell.tsx'
import { None } from '../../ui/none.tsx'
import { DueTime, RelativeTime } from '../../ui/relative-time.tsx'
import { StatusBadge } from '../../ui/status-badge.tsx'
import { columnsOf } from '../../ui/table-columns.ts'
import { Untrusted } from '../../ui/untrusted.tsx'

/** What the list can show of an application, each in one line. */
export const applicationColumns = columnsOf<ApplicationSummary>([
  {
    id: 'name',
    header: 'Name',
    width: 200,
    sort: 'name',
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
  { id: 'state', header: 'State', width: 92, sort: 'state', cell: (row) => <StateBadge application={row} /> },
  idColumn({
    id: 'principal',
    width: 124,
    header: 'Principal ID',
    label: 'principal ID',
    of: ({ principalId }) => principalId,
  }),
  idColumn({ id: 'client', width: 124, header: 'Client ID', label: 'client ID', of: ({ clientId }) => clientId }),
  { id: 'secrets', header: 'Secrets', width: 76, cell: ({ secrets }) => secrets },
  { id: 'certificates', header: 'Certificates', width: 92, cell: ({ certificates }) => certificates },
  { id: 'federated', header: 'Federated', width: 86, cell: ({ federatedCredentials }) => federatedCredentials },
  {
    id: 'expiry',
    header: 'Last expiry',
    width: 112,
    sort: 'expires',
    cell: ({ lastExpiryAt }) => (lastExpiryAt === null ? <None /> : <DueTime at={lastExpiryAt} />),
  },
  {
    id: 'token',
    header: 'Last token',
    width: 190,
    sort: 'last-token',
    cell: ({ lastToken }) => <LastToken token={lastToken} />,
  },
  {
    id: 'created',
    header: 'Created',
    width: 120,
    sort: 'created',
    isExtra: true,
    cell: ({ createdAt }) => <RelativeTime at={createdAt} />,
  },
])

export function StateBadge({ application }: { application: Pick<ApplicationSummary, 'state'> }) {
  return <StatusBadge {...applicationWords[application.state]} />
}
