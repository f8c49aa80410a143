import type { UserIdentitySummary } from '@signet/shared/api/user-identities'
import { Link } from '@tanstack/react-router'
import { shortAudience, userIdentityWords } from '../../api/words.ts'
import { Copyable } from '../../ui/copyable.tsx'
import { NameCell, nameLinkClass } from '../../ui/name-cell.tsx'
import { None } from '../../ui/none.tsx'
import { RelativeTime } from '../../ui/relative-time.tsx'
import { StatusBadge } from '../../ui/status-badge.tsx'
import { columnsOf } from '../../ui/table-columns.ts'
import { Untrusted } from '../../ui/untrusted.tsx'

const idLength = 8

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
  {
    id: 'instances',
    header: 'Instances',
    width: 90,
    sort: 'instances',
    cell: (row) => <InstanceCount identity={row} />,
  },
  { id: 'token', header: 'Last token', width: 220, sort: 'last-token', cell: (row) => <LastToken of={row} /> },
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

export function LastToken({ of: { lastToken } }: { of: Pick<UserIdentitySummary, 'lastToken'> }) {
  if (lastToken === null) return <None />
  return (
    <>
      <RelativeTime at={lastToken.at} /> <Untrusted text={shortAudience(lastToken.audience)} className="muted" />
    </>
  )
}
