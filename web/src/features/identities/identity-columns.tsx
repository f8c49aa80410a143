import type { UserIdentitySummary } from '@signet/shared/api/user-identities'
import { Link } from '@tanstack/react-router'
import { userIdentityWords } from '../../api/words.ts'
import { idColumn } from '../../ui/id-column.tsx'
import { LastToken } from '../../ui/last-token.tsx'
import { NameCell, nameLinkClass } from '../../ui/name-cell.tsx'
import { RelativeTime } from '../../ui/relative-time.tsx'
import { StatusBadge } from '../../ui/status-badge.tsx'
import { columnsOf } from '../../ui/table-columns.ts'
import { Untrusted } from '../../ui/untrusted.tsx'

/** What the list can show of a user-assigned identity, each in one line. */
export const identityColumns = columnsOf<UserIdentitySummary>([
  {
    id: 'name',
    header: 'Name',
    width: 220,
    sort: 'name',
    cell: (row) => (
      <NameCell>
        <Link
          to="/identities/$principalId/{-$tab}"
          params={{ principalId: row.principalId, tab: undefined }}
          className={nameLinkClass}
        >
          <Untrusted text={row.name} />
        </Link>
      </NameCell>
    ),
  },
  {
    id: 'group',
    header: 'Resource group',
    width: 140,
    sort: 'group',
    cell: ({ resourceGroup }) => <Untrusted text={resourceGroup} />,
  },
  { id: 'state', header: 'State', width: 100, sort: 'state', cell: (row) => <StateBadge identity={row} /> },
  idColumn({ id: 'principal', header: 'Principal ID', label: 'principal ID', of: ({ principalId }) => principalId }),
  idColumn({ id: 'client', header: 'Client ID', label: 'client ID', of: ({ clientId }) => clientId }),
  {
    id: 'instances',
    header: 'Instances',
    width: 90,
    sort: 'instances',
    cell: (row) => <InstanceCount identity={row} />,
  },
  {
    id: 'token',
    header: 'Last token',
    width: 220,
    sort: 'last-token',
    cell: ({ lastToken }) => <LastToken token={lastToken} />,
  },
  {
    id: 'resource',
    header: 'Resource ID',
    width: 300,
    isExtra: true,
    cell: ({ resourceId }) => <Untrusted text={resourceId} className="mono" />,
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

export function StateBadge({ identity }: { identity: Pick<UserIdentitySummary, 'state'> }) {
  return <StatusBadge {...userIdentityWords[identity.state]} />
}

function InstanceCount({ identity: { principalId, instances, name } }: { identity: UserIdentitySummary }) {
  return (
    <Link to="/identities/$principalId/{-$tab}" params={{ principalId, tab: 'instances' }}>
      {instances}
      <span className="sr-only">
        {' '}
        {instances === 1 ? 'instance' : 'instances'} of <Untrusted text={name} />
      </span>
    </Link>
  )
}
