import type { Audience } from '@signet/shared/api/audiences'
import { Link } from '@tanstack/react-router'
import { idColumn } from '../../ui/id-column.tsx'
import { NameCell, nameLinkClass } from '../../ui/name-cell.tsx'
import { RelativeTime } from '../../ui/relative-time.tsx'
import { StatusBadge } from '../../ui/status-badge.tsx'
import { columnsOf } from '../../ui/table-columns.ts'
import { Untrusted } from '../../ui/untrusted.tsx'
import { lifetimeWords } from './audience-draft.ts'

/** What the list can show of an audience, each in one line. */
export const audienceColumns = columnsOf<Audience>([
  {
    id: 'name',
    header: 'Name',
    width: 176,
    sort: 'name',
    cell: (row) => (
      <NameCell>
        <Link to="/audiences/$audienceId" params={{ audienceId: row.id }} className={nameLinkClass}>
          <Untrusted text={row.name} />
        </Link>
      </NameCell>
    ),
  },
  {
    id: 'uri',
    header: 'Identifier URI',
    width: 236,
    sort: 'uri',
    cell: ({ uri }) => <Untrusted text={uri} className="mono" />,
  },
  { id: 'state', header: 'Tokens', width: 96, sort: 'enabled', cell: (row) => <EnabledBadge audience={row} /> },
  {
    id: 'version',
    header: 'Version',
    width: 80,
    sort: 'token-version',
    cell: ({ tokenVersion }) => tokenVersion,
  },
  { id: 'lifetime', header: 'Token lifetime', width: 160, cell: (row) => lifetimeWords(row.lifetimeSeconds) },
  {
    id: 'required',
    header: 'For',
    width: 136,
    cell: ({ assignmentRequired }) => (assignmentRequired ? 'Those with a role' : 'Every principal'),
  },
  { id: 'roles', header: 'Roles', width: 64, cell: ({ roles }) => roles.length },
  { id: 'assignments', header: 'Assigned', width: 76, cell: ({ assignments }) => assignments },
  { id: 'origin', header: 'Origin', width: 100, cell: (row) => originWords(row) },
  idColumn({
    id: 'app',
    header: 'Application ID',
    label: 'application ID',
    isExtra: true,
    of: ({ appId }) => appId,
  }),
  {
    id: 'created',
    header: 'Registered',
    width: 120,
    sort: 'created',
    isExtra: true,
    cell: ({ createdAt }) => <RelativeTime at={createdAt} />,
  },
])

export function EnabledBadge({ audience: { enabled } }: { audience: Pick<Audience, 'enabled'> }) {
  return enabled ? <StatusBadge tone="ok" word="Issued" /> : <StatusBadge tone="stopped" word="Disabled" />
}

export function originWords({ builtIn }: Pick<Audience, 'builtIn'>): string {
  return builtIn ? 'With Signet' : 'Registered'
}
