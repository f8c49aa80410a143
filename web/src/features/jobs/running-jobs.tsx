import type { Job } from '@signet/shared/api/bulk'
import type { JobId } from '@signet/shared/vocabulary/identifiers'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { ListChecks } from 'lucide-react'
import { useEffect, useRef } from 'react'
import { jobOptions, openJobsOptions } from '../../api/bulk.ts'
import { useRefusal } from '../../api/session.ts'
import { notify } from '../../ui/toaster.tsx'
import { jobCounts, jobTitle } from './job-words.ts'
import styles from './running-jobs.module.css'

/** The bulk jobs that have not ended, for the top bar: nothing when there are none. The end of one is a toast. */
export function RunningJobs() {
  const refusal = useRefusal('instances.read')
  const { data } = useQuery({ ...openJobsOptions, enabled: refusal === undefined })
  useEndToasts(data?.items)
  const open = data?.items ?? []
  const [first] = open
  if (first === undefined) return null
  const label =
    open.length === 1
      ? `${jobTitle(first)}: ${percent(first)}`
      : `${open.length}${data?.nextCursor === null ? '' : '+'} jobs running`
  const content = (
    <>
      <ListChecks size={14} aria-hidden />
      {label}
    </>
  )
  return open.length === 1 ? (
    <Link to="/jobs/$jobId" params={{ jobId: first.id }} className={styles['jobs']}>
      {content}
    </Link>
  ) : (
    <Link to="/jobs" className={styles['jobs']}>
      {content}
    </Link>
  )
}

function percent({ total, waiting, state }: Job): string {
  if (state === 'paused') return 'paused'
  return total === 0 ? 'selecting' : `${Math.floor(((total - waiting) / total) * 100)} %`
}

/** Says how a job ended that was open a moment ago, whichever page is shown. */
function useEndToasts(open: readonly Job[] | undefined): void {
  const client = useQueryClient()
  const before = useRef<ReadonlySet<JobId>>(new Set())
  useEffect(() => {
    if (open === undefined) return
    const now = new Set(open.map((job) => job.id))
    const ended = [...before.current].filter((id) => !now.has(id))
    before.current = now
    for (const id of ended) {
      client
        .fetchQuery({ ...jobOptions(id), staleTime: 0 })
        .then((job) => {
          if (job.finishedAt === null) return
          const tone = job.failed > 0 ? 'bad' : 'ok'
          notify(tone, `${jobTitle(job)}: ${job.state === 'cancelled' ? 'cancelled' : 'finished'}`, jobCounts(job))
        })
        .catch(() => undefined)
    }
  }, [open, client])
}
