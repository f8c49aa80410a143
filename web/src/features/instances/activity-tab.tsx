import type { TokenLogEntry } from '@signet/shared/api/resources'
import type { InstanceId } from '@signet/shared/vocabulary/identifiers'
import { useInfiniteQuery } from '@tanstack/react-query'
import { loadStateOf } from '../../api/load-state.ts'
import { rowsOf } from '../../api/pages.ts'
import { codeWords } from '../../api/words.ts'
import { Frame } from '../../ui/card.tsx'
import { Copyable } from '../../ui/copyable.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import { LoadMore } from '../../ui/load-more.tsx'
import { Loadable } from '../../ui/loadable.tsx'
import { None } from '../../ui/none.tsx'
import { ExactTime, RelativeTime } from '../../ui/relative-time.tsx'
import { SimpleTable } from '../../ui/simple-table.tsx'
import { StatusBadge } from '../../ui/status-badge.tsx'
import { columnsOf } from '../../ui/table-columns.ts'
import { Untrusted } from '../../ui/untrusted.tsx'
import { visibleText } from '../../ui/visible-text.ts'
import { tokensOptions } from './instances-queries.ts'

const shortLength = 10

const columns = columnsOf<TokenLogEntry>([
  { id: 'at', header: 'Time', cell: (row) => <ExactTime at={row.at} precision="millisecond" relative /> },
  { id: 'audience', header: 'Audience', cell: (row) => <Untrusted text={row.audience} /> },
  {
    id: 'outcome',
    header: 'Outcome',
    cell: ({ outcome }) =>
      outcome === 'ok' ? (
        <StatusBadge tone="ok" word="Token issued" />
      ) : (
        <StatusBadge tone="bad" word={visibleText(codeWords(outcome))} title={visibleText(outcome)} />
      ),
  },
  {
    id: 'certificate',
    header: 'Certificate (SHA-256)',
    cell: ({ x5tS256 }) =>
      x5tS256 === null ? <None /> : <Copyable value={x5tS256} label="certificate thumbprint" short={shortLength} />,
  },
  {
    id: 'kid',
    header: 'Signed with',
    cell: ({ kid }) => (kid === null ? <None /> : <Copyable value={kid} label="signing key ID" short={shortLength} />),
  },
  {
    id: 'expires',
    header: 'Expires',
    cell: ({ expiresAt }) => (expiresAt === null ? <None /> : <RelativeTime at={expiresAt} />),
  },
  { id: 'ip', header: 'From', cell: ({ ip }) => (ip === null ? <None /> : <Untrusted text={ip} className="mono" />) },
])

/** What the authority recorded of this identity's token requests. */
export function ActivityTab({ instanceId }: { instanceId: InstanceId }) {
  const query = useInfiniteQuery(tokensOptions(instanceId))
  return (
    <Frame>
      <Loadable state={loadStateOf(query)}>
        {(data) => {
          const rows = rowsOf(data)
          if (rows.length === 0) {
            return (
              <EmptyState title="No token has been asked for yet">
                <p>Requests to the authority appear here. Answers from the agent’s cache do not reach it.</p>
              </EmptyState>
            )
          }
          return (
            <>
              <SimpleTable label="Token requests" columns={columns} rows={rows} rowId={(row) => row.id} />
              <LoadMore
                shown={rows.length}
                noun={rows.length === 1 ? 'request' : 'requests'}
                hasMore={query.hasNextPage}
                busy={query.isFetchingNextPage}
                onMore={() => void query.fetchNextPage()}
              />
            </>
          )
        }}
      </Loadable>
    </Frame>
  )
}
