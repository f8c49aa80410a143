import type { UsageDetail, UsedHost } from '@signet/shared/api/usage'
import { useQuery } from '@tanstack/react-query'
import { loadStateOf } from '../../api/load-state.ts'
import { Card } from '../../ui/card.tsx'
import { Loadable } from '../../ui/loadable.tsx'
import { RelativeTime } from '../../ui/relative-time.tsx'
import { SimpleTable } from '../../ui/simple-table.tsx'
import { columnsOf } from '../../ui/table-columns.ts'
import { usageOptions } from './usage-queries.ts'
import { hostName } from './usage-words.ts'

const columns = columnsOf<UsedHost>([
  { id: 'host', header: 'Host', cell: hostName },
  { id: 'first', header: 'First seen', cell: ({ firstAt }) => <RelativeTime at={firstAt} /> },
  { id: 'last', header: 'Last seen', cell: ({ lastAt }) => <RelativeTime at={lastAt} /> },
])

/** From where a principal got its tokens, for a page that shows something else of it. */
export function HostsOf({ principalId }: { principalId: string }) {
  const query = useQuery(usageOptions({ kind: 'principal', id: principalId }, 1))
  return (
    <Loadable state={loadStateOf(query)}>
      {(usage) => <Hosts usage={usage} title="Hosts of its own identity" />}
    </Loadable>
  )
}

/** From where tokens were got, whatever the range. */
export function Hosts({ usage: { hosts, moreHosts }, title = 'Hosts' }: { usage: UsageDetail; title?: string }) {
  return (
    <Card title={title}>
      {hosts.length === 0 ? (
        <p className="muted">No token yet, or none within 13 months.</p>
      ) : (
        <SimpleTable label="Hosts" columns={columns} rows={hosts} rowId={({ kind, id }) => `${kind}-${id}`} />
      )}
      {moreHosts > 0 && <p className="muted">{moreHosts.toLocaleString('en')} more are not shown.</p>}
      {hosts.some(({ kind }) => kind === 'more') && (
        <p className="muted">A hundred addresses are kept apart; tokens from others count for one line.</p>
      )}
    </Card>
  )
}
