import { recordingDamage } from './audit/index.ts'
import type { Clock } from './platform/clock.ts'
import type { RootKeyProvider } from './platform/crypto/root-key/root-key-provider.ts'
import type { Database } from './platform/database/database.ts'
import { Sealer } from './platform/database/sealer.ts'

const purposes = [
  'signing',
  'ca',
  'paging',
  'webhooks',
  'backup',
  'anchor',
  'integrity',
  'secrets',
  'secret-backups',
] as const

/** The purpose keys of the database; a damaged one is on record. @throws RootKeyUnavailable | StartupError */
export function openSealer(database: Database, root: RootKeyProvider, clock: Clock): Promise<Sealer> {
  return recordingDamage({ database, clock }, () => Sealer.open(database, root, purposes, clock))
}
