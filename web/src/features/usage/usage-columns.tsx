import type { UsageSummary } from '@signet/shared/api/usage'
import { applicationWords, principalKindWords } from '../../api/words.ts'
import { idColumn } from '../../ui/id-column.tsx'
import { LastToken } from '../../ui/last-token.tsx'
import { NameCell, nameLinkClass } from '../../ui/name-cell.tsx'
import { None } from '../../ui/none.tsx'
import { RelativeTime } from '../../ui/relative-time.tsx'
import { Sparkline } from '../../ui/sparkline.tsx'
import { StatusBadge } from '../../ui/status-badge.tsx'
import { columnsOf } from '../../ui/table-columns.ts'
import { Untrusted } from '../../ui/untrusted.tsx'
import { PrincipalLink } from './principal-link.tsx'
import styles from './usage.module.css'
import { tokenWords } from './usage-words.ts'

/** What the list can show of the use of a principal, each in one line. */
export const usageColumns = columnsOf<UsageSummary>([
  {
    id: 'name',
    header: 'Identity',
    width: 210,
    sort: 'name',
    cell: (row) => (
      <NameCell>
        <PrincipalLink principal={row} tab="usage" className={nameLinkClass}>
          <Untrusted text={row.name} />
        </PrincipalLink>
      </NameCell>
    ),
  },
  { id: 'kind', header: 'Kind', width: 190, cell: ({ kind }) => principalKindWords[kind] },
  { id: 'state', header: 'State', width: 110, cell: ({ state }) => <StatusBadge {...applicationWords[state]} /> },
  {
    id: 'token',
    header: 'Last used',
    width: 220,
    sort: 'last-token',
    cell: ({ lastToken }) => <LastToken token={lastToken} none="Never used" />,
  },
  { id: 'audiences', header: 'Audiences', width: 100, cell: ({ audiences }) => audiences.toLocaleString('en') },
  { id: 'instances', header: 'Instances', width: 100, cell: ({ instances }) => instances.toLocaleString('en') },
  { id: 'days', header: 'Last 90 days', width: 150, cell: (row) => <Course usage={row} /> },
  { id: 'tokens', header: 'Tokens', width: 100, cell: ({ tokens }) => tokens.toLocaleString('en') },
  { id: 'refused', header: 'Refused', width: 100, isExtra: true, cell: ({ refused }) => refused.toLocaleString('en') },
  {
    id: 'host',
    header: 'New host',
    width: 120,
    sort: 'new-host',
    cell: ({ newHostAt }) => (newHostAt === null ? <None /> : <RelativeTime at={newHostAt} />),
  },
  idColumn({ id: 'principal', header: 'Principal ID', label: 'principal ID', of: ({ principalId }) => principalId }),
  {
    id: 'created',
    header: 'Created',
    width: 120,
    isExtra: true,
    cell: ({ createdAt }) => <RelativeTime at={createdAt} />,
  },
])

function Course({ usage: { tokens, days } }: { usage: UsageSummary }) {
  if (tokens === 0) return <span className="muted">No token</span>
  const used = days.filter((count) => count > 0).length
  return (
    <div className={styles['course']}>
      <Sparkline
        label={`${tokenWords(tokens)} on ${used} of the last ${days.length} days, ${Math.max(...days).toLocaleString('en')} on the busiest`}
        values={days}
      />
    </div>
  )
}
