/**
 * The same act on many things of a list: a dry run, a job that survives restarts, its result and its undoing. It knows no act of
 * its own; each item is one transaction of the domain that owns the act, in the name of whoever started the job.
 * Owns the tables `bulk_jobs`, `bulk_items`.
 */
export { bulkHandlers } from './admin-routes.ts'
export { type ActedLists, type Bulk, openBulk } from './bulk.ts'
export type { BulkJobs } from './bulk-jobs.ts'
