import type { AuditLog } from '../audit/index.ts'
import type { Clock } from '../platform/clock.ts'
import type { Steadiness } from '../platform/clock-watch.ts'
import type { Database } from '../platform/database/database.ts'
import type { Cursors } from '../platform/database/paging.ts'
import type { Sealer } from '../platform/database/sealer.ts'
import type { Logger } from '../platform/log.ts'
import { SecretLists } from './secret-lists.ts'
import { SecretPurge } from './secret-purge.ts'
import type { Decider } from './secret-rights.ts'
import { Vault } from './vault.ts'
import { VaultDirectory } from './vault-directory.ts'
import { Vaults, type VaultsParts } from './vaults.ts'

interface VaultDomainParts extends Omit<VaultsParts, 'database' | 'cursors' | 'audit' | 'clock' | 'tenantId'> {
  readonly database: Database
  readonly cursors: Cursors
  readonly sealer: Sealer
  readonly audit: AuditLog
  readonly clock: Clock
  readonly steadiness: Steadiness
  readonly log: Logger
  readonly tenantId: string
  readonly access: Decider
}

/** The domain put together. */
export type VaultDomain = ReturnType<typeof openVaults>

export function openVaults(parts: VaultDomainParts) {
  const vaults = new Vaults(parts)
  const vault = new Vault({ ...parts, vaults })
  return {
    vaults,
    vault,
    lists: new SecretLists({ ...parts, vaults }),
    directory: new VaultDirectory(parts),
    purge: new SecretPurge({ ...parts, vaults, vault }),
  }
}
