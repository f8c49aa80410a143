import { BulkJobs, type JobsParts } from './bulk-jobs.ts'
import { BulkPreviewer, type PreviewParts } from './bulk-preview.ts'
import { BulkRunner, type RunnerParts } from './bulk-runner.ts'
import { BulkStore } from './bulk-store.ts'

type StoreParts = ConstructorParameters<typeof BulkStore>

/** The domain put together. */
export interface Bulk {
  readonly jobs: BulkJobs
  readonly previewer: BulkPreviewer
  readonly runner: BulkRunner
}

export function openBulk(
  options: Omit<JobsParts, 'store' | 'started'> &
    Omit<RunnerParts, 'store'> &
    PreviewParts & { database: StoreParts[0]; cursors: StoreParts[1] },
): Bulk {
  const store = new BulkStore(options.database, options.cursors)
  const runner = new BulkRunner({ ...options, store })
  const jobs = new BulkJobs({ ...options, store, started: () => runner.poke() })
  return { jobs, previewer: new BulkPreviewer(options), runner }
}
