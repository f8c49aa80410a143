import type { Job } from '@signet/shared/api/bulk'
import { bulkWords } from '../../api/words.ts'

const secondMs = 1_000

/** What a job is, such as `Rotate 412 identities`. */
export function jobTitle({ kind, total, undoOf }: Pick<Job, 'kind' | 'total' | 'undoOf'>): string {
  const { act, things } = bulkWords[kind]
  const noun = total === 1 ? things.replace(/ies$/, 'y').replace(/s$/, '') : things
  return `${undoOf === null ? '' : 'Undo: '}${act} ${total} ${noun}`
}

/** How far it is, such as `268 changed · 3 failed · 141 waiting`; what is zero is left out. */
export function jobCounts(job: Pick<Job, 'changed' | 'already' | 'refused' | 'failed' | 'waiting' | 'state'>): string {
  const parts = [
    [job.changed, 'changed'],
    [job.already, 'unchanged'],
    [job.refused, 'not allowed'],
    [job.failed, 'failed'],
    [job.waiting, job.state === 'cancelled' ? 'cancelled' : 'waiting'],
  ] as const
  const words = parts.filter(([count]) => count > 0).map(([count, word]) => `${count} ${word}`)
  return words.length === 0 ? 'nothing to do' : words.join(' · ')
}

/** How long the rest takes at the pace of its kind; null when that cannot be said. Milliseconds. */
export function timeLeft(job: Pick<Job, 'state' | 'waiting' | 'perSecond'>): number | null {
  return job.state === 'running' ? Math.ceil(job.waiting / job.perSecond) * secondMs : null
}
