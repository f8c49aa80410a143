import { JobPage } from '../features/jobs/job-page.tsx'
import { JobPropagation } from '../features/kill-switch/propagation-card.tsx'

/** The page of a bulk job, with how far what it stopped has come. */
export function WholeJobPage() {
  return <JobPage propagation={(jobId) => <JobPropagation jobId={jobId} />} />
}
