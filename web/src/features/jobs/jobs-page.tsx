import type { Job } from '@signet/shared/api/bulk'
import { useInfiniteQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { jobsOptions } from '../../api/bulk.ts'
import { pagedListOf } from '../../api/pages.ts'
import { jobWords } from '../../api/words.ts'
import { buttonClass } from '../../ui/button.tsx'
import { Frame } from '../../ui/card.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import { PageHeader } from '../../ui/page-header.tsx'
import { useTitle } from '../../ui/page-title.ts'
import { PagedTable } from '../../ui/paged-table.tsx'
import { RelativeTime } from '../../ui/relative-time.tsx'
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
      <PageHeader title="Jobs" lead="The same act on many things of a list, newest first." />
      <Frame>
        <PagedTable
          label="Jobs"
          columns={columns}
          list={pagedListOf(query)}
          rowId={(row) => row.id}
          nouns={['job', 'jobs']}
          empty={<NoJobs />}
          lines={8}
        />
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
      <p>Select instances in the list to turn on, pause or tag many at once.</p>
    </EmptyState>
  )
}
