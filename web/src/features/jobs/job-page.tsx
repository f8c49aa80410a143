import type { BulkList, Job, JobItem } from '@signet/shared/api/bulk'
import type { JobId } from '@signet/shared/vocabulary/identifiers'
import { JobItemState } from '@signet/shared/vocabulary/job-states'
import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { getRouteApi, Link } from '@tanstack/react-router'
import { type ReactNode, useMemo } from 'react'
import { jobItemsOptions, jobOptions } from '../../api/bulk.ts'
import { loadStateOf } from '../../api/load-state.ts'
import { pagedListOf } from '../../api/pages.ts'
import { bulkWords, jobItemWords, jobWords } from '../../api/words.ts'
import { Card } from '../../ui/card.tsx'
import { Copyable } from '../../ui/copyable.tsx'
import { durationWords } from '../../ui/duration.ts'
import { EmptyState } from '../../ui/empty-state.tsx'
import { Fact, Facts } from '../../ui/facts.tsx'
import { Select } from '../../ui/form.tsx'
import { Loadable } from '../../ui/loadable.tsx'
import { None } from '../../ui/none.tsx'
import { PageHeader } from '../../ui/page-header.tsx'
import { useTitle } from '../../ui/page-title.ts'
import { PagedTable } from '../../ui/paged-table.tsx'
import { Progress } from '../../ui/progress.tsx'
import { ExactTime, RelativeTime } from '../../ui/relative-time.tsx'
import { StatusBadge } from '../../ui/status-badge.tsx'
import { columnsOf } from '../../ui/table-columns.ts'
import { Untrusted } from '../../ui/untrusted.tsx'
import { JobActions } from './job-actions.tsx'
import { jobCounts, jobNouns, jobTitle, timeLeft } from './job-words.ts'

const page = getRouteApi('/signed-in/jobs/$jobId')

/** One bulk job: how far it is, what it did, and what can still be done about it. */
export function JobPage({ propagation }: { propagation: (jobId: JobId) => ReactNode }) {
  const { jobId } = page.useParams()
  const query = useQuery(jobOptions(jobId))
  useTitle(query.data && jobTitle(query.data), 'Job')
  return (
    <Loadable state={loadStateOf(query)}>
      {(job) => (
        <>
          <PageHeader
            back={<Link to="/jobs">Jobs</Link>}
            title={jobTitle(job)}
            meta={<StatusBadge {...jobWords[job.state]} />}
            actions={<JobActions job={job} />}
          />
          <Card title="Progress">
            <JobProgress job={job} />
            <JobFacts job={job} />
          </Card>
          {propagation(job.id)}
          <Items job={job} />
        </>
      )}
    </Loadable>
  )
}

function JobProgress({ job }: { job: Job }) {
  const left = timeLeft(job)
  const total = job.state === 'selecting' ? null : job.total
  return (
    <Progress label="Items done" done={job.total - job.waiting} total={total}>
      <span>{jobCounts(job)}</span>
      {job.state === 'running' && <span>at most {job.perSecond} a second</span>}
      {left !== null && left > 0 && <span>about {durationWords(left)} left</span>}
    </Progress>
  )
}

function JobFacts({ job }: { job: Job }) {
  return (
    <Facts>
      <Fact name="Started by">
        <Untrusted text={job.actor.label} />, <ExactTime at={job.startedAt} relative />
      </Fact>
      {job.finishedAt !== null && (
        <Fact name="Ended">
          <ExactTime at={job.finishedAt} relative />
        </Fact>
      )}
      {job.q !== null && (
        <Fact name="Selection">
          {job.q === '' ? `All ${jobNouns[job.list][1]}` : <Untrusted text={job.q} className="mono" />}
        </Fact>
      )}
      {job.identity !== null && (
        <Fact name="User-assigned identity">
          {job.identity.name === null ? (
            <span className="muted">It is gone</span>
          ) : (
            <Link to="/identities/$principalId/{-$tab}" params={{ principalId: job.identity.principalId }}>
              <Untrusted text={job.identity.name} />
            </Link>
          )}
        </Fact>
      )}
      {job.tags !== null && (
        <Fact name="Tags">
          {[
            ...Object.entries(job.tags.set).map(([key, value]) => `${key}=${value}`),
            ...job.tags.unset.map((key) => `no ${key}`),
          ].join(', ')}
        </Fact>
      )}
      {job.reason !== null && (
        <Fact name="Reason">
          <Untrusted text={job.reason} />
        </Fact>
      )}
      {job.undoOf !== null && (
        <Fact name="Undoes">
          <Link to="/jobs/$jobId" params={{ jobId: job.undoOf }}>
            an earlier job
          </Link>
        </Fact>
      )}
      {job.undoneBy !== null && (
        <Fact name="Undone by">
          <Link to="/jobs/$jobId" params={{ jobId: job.undoneBy }}>
            a later job ({bulkWords[job.kind].toLowerCase()} taken back)
          </Link>
        </Fact>
      )}
      <Fact name="Correlation ID">
        <Copyable value={job.correlationId} label="correlation ID" />
      </Fact>
    </Facts>
  )
}

const itemColumns = columnsOf<JobItem>([
  { id: 'state', header: 'Result', cell: ({ state }) => <StatusBadge {...jobItemWords[state]} /> },
  { id: 'detail', header: 'Why', cell: ({ detail }) => (detail === null ? <None /> : <Untrusted text={detail} />) },
  { id: 'at', header: 'When', cell: ({ at }) => (at === null ? <None /> : <RelativeTime at={at} />) },
])

function columnsFor(list: BulkList) {
  const header = jobNouns[list][2]
  return columnsOf<JobItem>([
    { id: 'thing', header, cell: (item) => <Thing list={list} item={item} /> },
    ...itemColumns,
  ])
}

function Thing({ list, item: { id, name } }: { list: BulkList; item: JobItem }) {
  if (name === null) return <span className="muted">It is gone</span>
  const text = <Untrusted text={name} />
  switch (list) {
    case 'instances':
      return (
        <Link to="/instances/$instanceId/{-$tab}" params={{ instanceId: id }}>
          {text}
        </Link>
      )
    case 'identities':
      return (
        <Link to="/identities/$principalId/{-$tab}" params={{ principalId: id }}>
          {text}
        </Link>
      )
    case 'applications':
      return (
        <Link to="/applications/$principalId/{-$tab}" params={{ principalId: id }}>
          {text}
        </Link>
      )
    case 'audiences':
      return (
        <Link to="/audiences/$audienceId" params={{ audienceId: id }}>
          {text}
        </Link>
      )
  }
}

const choices = [
  { value: 'all', label: 'All results' },
  ...JobItemState.options.map((value) => ({ value, label: jobItemWords[value].word })),
] as const

function Items({ job }: { job: Job }) {
  const { items: state } = page.useSearch()
  const navigate = page.useNavigate()
  const query = useInfiniteQuery(jobItemsOptions(job.id, state))
  const columns = useMemo(() => columnsFor(job.list), [job.list])
  const [one, many, header] = jobNouns[job.list]
  const filter = (
    <Select
      aria-label="Result"
      value={state ?? 'all'}
      choices={choices}
      onChange={(next) => void navigate({ search: next === 'all' ? {} : { items: next }, replace: true })}
    />
  )
  return (
    <Card title={header === 'Identity' ? 'Identities' : `${header}s`} actions={filter}>
      <PagedTable
        label="Items of the job"
        columns={columns}
        list={pagedListOf(query)}
        rowId={(row) => row.id}
        nouns={[one, many]}
        empty={<EmptyState title={state ? 'None with this result' : `No ${one} matches`} />}
      />
    </Card>
  )
}
