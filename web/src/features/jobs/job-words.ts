import type { BulkKind, BulkList, Job } from '@signet/shared/api/bulk'
import { bulkWords } from '../../api/words.ts'

const secondMs = 1_000

/** What the things of a list are called: one, many, and over a column. */
export const jobNouns: Record<BulkList, readonly [one: string, many: string, header: string]> = {
  instances: ['instance', 'instances', 'Instance'],
  identities: ['identity', 'identities', 'Identity'],
  applications: ['application', 'applications', 'Application'],
  audiences: ['audience', 'audiences', 'Audience'],
}

/** Acts on instances that are about their identities. */
const onIdentities: ReadonlySet<BulkKind> = new Set(['turn-on', 'pause', 'resume', 'turn-off', 'restore'])

/** What a job is, such as `Rotate 412 identities`. */
export function jobTitle({ list, kind, total, undoOf }: Pick<Job, 'list' | 'kind' | 'total' | 'undoOf'>): string {
  const [one, many] = jobNouns[list === 'instances' && onIdentities.has(kind) ? 'identities' : list]
  const act = `${bulkWords[kind]}${kind === 'attach' ? ' identity to' : kind === 'detach' ? ' identity from' : ''}`
  return `${undoOf === null ? '' : 'Undo: '}${act} ${total} ${total === 1 ? one : many}`
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
