import type { CredentialRecord } from '@signet/shared/api/evidence'
import { useInfiniteQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { certificateFacts } from '../../api/certificate-facts.ts'
import { loadStateOf } from '../../api/load-state.ts'
import { rowsOf } from '../../api/pages.ts'
import { triggerWords } from '../../api/words.ts'
import { Copyable } from '../../ui/copyable.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import { FactList } from '../../ui/fact-list.tsx'
import { LoadMore } from '../../ui/load-more.tsx'
import { Loadable } from '../../ui/loadable.tsx'
import { None } from '../../ui/none.tsx'
import { Notice } from '../../ui/notice.tsx'
import { ExactTime } from '../../ui/relative-time.tsx'
import { SimpleTable } from '../../ui/simple-table.tsx'
import { columnsOf } from '../../ui/table-columns.ts'
import { Untrusted } from '../../ui/untrusted.tsx'
import { type HeldQuestion, heldOptions } from './evidence-queries.ts'

const columns = columnsOf<CredentialRecord>([
  { id: 'identity', header: 'Identity', cell: (row) => <Untrusted text={row.principalName} /> },
  {
    id: 'instance',
    header: 'Instance',
    cell: ({ instance }) => (instance === null ? <None /> : <Untrusted text={instance.name} />),
  },
  {
    id: 'thumbprint',
    header: 'SHA-1',
    cell: (row) => <Copyable value={row.thumbprint} label="SHA-1 thumbprint" short={8} />,
  },
  { id: 'from', header: 'Accepted from', cell: (row) => <ExactTime at={row.issuedAt} /> },
  { id: 'until', header: 'Until', cell: (row) => <Until record={row} /> },
  { id: 'by', header: 'Brought by', cell: (row) => <BroughtBy record={row} /> },
])

/** The certificates that were accepted at a moment. */
export function HeldTable({ question }: { question: HeldQuestion }) {
  const query = useInfiniteQuery(heldOptions(question))
  return (
    <Loadable state={loadStateOf(query)} lines={4}>
      {(data) => {
        const rows = rowsOf(data)
        const completeFrom = data.pages[0]?.completeFrom ?? 0
        return (
          <>
            {question.at < completeFrom && (
              <Notice tone="warn" title="That is longer ago than history is kept">
                <p>
                  What ended before <ExactTime at={completeFrom} /> is deleted by and by. This answer may lack
                  something.
                </p>
              </Notice>
            )}
            {rows.length === 0 ? (
              <EmptyState title="No certificate was accepted then">
                <p>Nobody could get a token with one at that moment.</p>
              </EmptyState>
            ) : (
              <SimpleTable
                label="Certificates that were accepted then"
                columns={columns}
                rows={rows}
                rowId={(row) => row.id}
                detail={{
                  nameOf: (row) => row.thumbprint.slice(0, 8),
                  render: (row) => <FactList facts={certificateFacts(row, row.thumbprint.slice(0, 8))} />,
                }}
              />
            )}
            {rows.length > 0 && (
              <LoadMore
                shown={rows.length}
                noun={rows.length === 1 ? 'certificate' : 'certificates'}
                hasMore={query.hasNextPage}
                busy={query.isFetchingNextPage}
                onMore={() => void query.fetchNextPage()}
              />
            )}
          </>
        )
      }}
    </Loadable>
  )
}

/** The first of what ended it. */
function Until({ record }: { record: CredentialRecord }) {
  const ends = [record.notAfter, record.usableUntil, record.retiredAt, record.revokedAt].filter((end) => end !== null)
  return (
    <>
      <ExactTime at={Math.min(...ends)} />
      {record.revokedAt !== null && <span className="muted"> revoked</span>}
    </>
  )
}

function BroughtBy({ record: { run, cause, actor } }: { record: CredentialRecord }) {
  const word = cause === null ? 'Registered' : triggerWords[cause]
  return (
    <>
      {run === null ? (
        word
      ) : (
        <Link to="/rotations/$runId" params={{ runId: run.id }}>
          {word}
        </Link>
      )}{' '}
      <Untrusted text={actor.label} className="muted" />
    </>
  )
}
