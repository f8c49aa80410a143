import type { Job } from '@signet/shared/api/bulk'
import { useInfiniteQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { jobsOptions } from '../../api/bulk.ts'
import { loadStateOf } from '../../api/load-state.ts'
import { rowsOf } from '../../api/pages.ts'
import { jobWords } from '../../api/words.ts'
import { buttonClass } from '../../ui/button.tsx'
import { Frame } from '../../ui/card.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import { LoadMore } from '../../ui/load-more.tsx'
import { Loadable } from '../../ui/loadable.tsx'
import { PageHeader } from '../../ui/page-header.tsx'
import { useTitle } from '../../ui/page-title.ts'
import { RelativeTime } from '../../ui/relative-time.tsx'
import { SimpleTable } from '../../ui/simple-table.tsx'
import { StatusBadge } from '../../ui/status-badge.tsx'
import { columnsOf } from '../../ui/table-columns.ts'
import { Untrusted } from '../../ui/untrusted.tsx'
import { jobCounts, jobTitle } from './job-words.ts'

const columns = columnsOf<Job>([
  {
    id: 'job',
    header: 'Job',
    cell: (job) => (
      <Link to="/jobs/$jobId" params={{ jobId: job.id }}>
        {jobTitle(job)}
      </Link>
    ),
  },
  { id: 'state', header: 'State', cell: (job) => <StatusBadge {...jobWords[job.state]} /> },
  { id: 'result', header: 'Result', cell: jobCounts },
  { id: 'actor', header: 'Started by', cell: (job) => <Untrusted text={job.actor.label} /> },
  { id: 'started', header: 'Started', cell: (job) => <RelativeTime at={job.startedAt} /> },
  { id: 'reason', header: 'Reason', cell: (job) => <Untrusted text={job.reason ?? ''} /> },
])

/** Every bulk job, newest first. */
export function JobsPage() {
  useTitle('Jobs')
  const query = useInfiniteQuery(jobsOptions)
  return (
    <>
      <PageHeader title="Jobs" lead="The same act on many instances, newest first." />
      <Frame>
        <Loadable state={loadStateOf(query)} lines={8}>
          {(data) => {
            const rows = rowsOf(data)
            if (rows.length === 0) return <NoJobs />
            return (
              <>
                <SimpleTable label="Jobs" columns={columns} rows={rows} rowId={(row) => row.id} />
                <LoadMore
                  shown={rows.length}
                  noun={rows.length === 1 ? 'job' : 'jobs'}
                  hasMore={query.hasNextPage}
                  busy={query.isFetchingNextPage}
                  onMore={() => void query.fetchNextPage()}
                />
              </>
            )
          }}
        </Loadable>
      </Frame>
    </>
  )
}

function NoJobs() {
  return (
    <EmptyState
      title="No bulk operation has run"
      actions={
        <Link to="/instances" className={buttonClass()}>
          Go to Instances
        </Link>
      }
    >
      <p>Select instances in the list to turn on, pause, rotate or tag many at once.</p>
    </EmptyState>
  )
}
