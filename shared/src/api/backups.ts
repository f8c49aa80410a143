import { z } from 'zod'
import { Instant } from '../vocabulary/time.ts'
import { route } from './contract.ts'

/** A backup as it lies in its folder. */
export const BackupSummary = z.object({
  /** Rises with every backup of a deployment, and is never given twice. */
  number: z.int(),
  file: z.string(),
  madeAt: Instant,
  bytes: z.int(),
})
export type BackupSummary = z.infer<typeof BackupSummary>

/** What a restore left behind: until it is released, no token is issued. */
export const RestoreStatus = z.object({
  backupNumber: z.int().nullable(),
  /** When the data was as it is; what was done from then to `restoredAt` is the gap. */
  dataFrom: Instant,
  restoredAt: Instant,
  /** Acts in the gap that took something away, and were done again. */
  replayed: z.int(),
  releasedAt: Instant.nullable(),
})
export type RestoreStatus = z.infer<typeof RestoreStatus>

export const BackupStatus = z.object({
  /** Null where nothing is made by itself. */
  nextAt: Instant.nullable(),
  folder: z.string(),
  /** Newest first. */
  backups: z.array(BackupSummary),
  /** Why the newest try failed; null when it did not. */
  failure: z.string().nullable(),
  /** Of the newest restore; null when there was none. */
  restore: RestoreStatus.nullable(),
})
export type BackupStatus = z.infer<typeof BackupStatus>

export const backupsApi = {
  status: route({
    method: 'GET',
    path: '/backups',
    summary: 'Backups there are, when the next is made, and what the newest restore left behind',
    access: 'backups.read',
    response: BackupStatus,
  }),
  make: route({
    method: 'POST',
    path: '/backups',
    summary: 'Make a backup now, and verify it by a restore into a scratch store',
    access: 'backups.write',
    body: z.strictObject({}),
    response: BackupSummary,
    status: 201,
  }),
  release: route({
    method: 'POST',
    path: '/restore/release',
    summary: 'End the quarantine after a restore: tokens are issued again (needs step-up)',
    access: 'backups.write',
    body: z.strictObject({}),
    response: RestoreStatus,
  }),
}
