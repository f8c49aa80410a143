import type { BulkList } from '@signet/shared/api/bulk'
import { BulkJobs, type JobsParts } from './bulk-jobs.ts'
import { BulkPreviewer } from './bulk-preview.ts'
import { BulkRunner, type RunnerParts } from './bulk-runner.ts'
import { BulkStore } from './bulk-store.ts'
import { type ActedList, type BulkThings, thingsOf } from './bulk-things.ts'
import { InstanceThings, type InstanceThingsParts } from './instance-things.ts'

type StoreParts = ConstructorParameters<typeof BulkStore>

/** The lists whose acts need to know no more than the thing, each of the domain that owns it. */
export interface ActedLists {
  readonly identities: ActedList<'pause' | 'resume' | 'delete' | 'restore'>
  readonly applications: ActedList<'pause' | 'resume' | 'delete' | 'restore'>
  readonly audiences: ActedList<'enable' | 'disable' | 'delete'>
}

/** The domain put together. */
export interface Bulk {
  readonly jobs: BulkJobs
  readonly previewer: BulkPreviewer
  readonly runner: BulkRunner
}

export function openBulk(
  options: Omit<JobsParts, 'store' | 'started' | 'things'> &
    Omit<RunnerParts, 'store' | 'things'> & { lists: ActedLists; instances: InstanceThingsParts } & {
      database: StoreParts[0]
      cursors: StoreParts[1]
    },
): Bulk {
  const things: Record<BulkList, BulkThings> = {
    instances: new InstanceThings(options.instances),
    identities: thingsOf(options.lists.identities),
    applications: thingsOf(options.lists.applications),
    audiences: thingsOf(options.lists.audiences),
  }
  const parts = { ...options, things, store: new BulkStore(options.database, options.cursors) }
  const runner = new BulkRunner(parts)
  const jobs = new BulkJobs({ ...parts, started: () => runner.poke() })
  return { jobs, previewer: new BulkPreviewer(things), runner }
}
