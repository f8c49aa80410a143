import type { AuditLog } from '../audit/index.ts'
import type { Clock } from '../platform/clock.ts'
import type { Steadiness } from '../platform/clock-watch.ts'
import type { Logger } from '../platform/log.ts'
import { type CertificateAuthorities, CredentialRecords, type PrincipalRegistry } from '../principals/index.ts'
import { certificateExports } from './certificate-exports.ts'
import { CredentialRollover } from './credential-rollover.ts'
import { Evidence } from './evidence.ts'
import { RotationHistory, type RotationNeighbours } from './history.ts'
import { HistoryRetention } from './history-retention.ts'
import { RotationExports } from './rotation-export.ts'
import { RotationPolicies } from './rotation-policies.ts'
import { RotationReviewStore } from './rotation-review-store.ts'
import { RotationStore } from './rotation-store.ts'
import { RotationScheduler } from './scheduler.ts'
import { SlotDirectory } from './slots.ts'

type StoreParts = ConstructorParameters<typeof RotationReviewStore>

/** The domain put together: what rolls, when, and the history of it. */
export interface Rotation {
  readonly rollover: CredentialRollover
  readonly scheduler: RotationScheduler
  readonly policies: RotationPolicies
  readonly history: RotationHistory
  readonly exports: RotationExports
  readonly evidence: Evidence
  readonly certificateExports: ReturnType<typeof certificateExports>
  readonly retention: HistoryRetention
  readonly slots: SlotDirectory
  readonly registry: PrincipalRegistry
}

export async function openRotation(options: {
  database: StoreParts[0]
  cursors: StoreParts[1]
  registry: PrincipalRegistry
  authorities: CertificateAuthorities
  audit: AuditLog
  clock: Clock
  steadiness: Steadiness
  log: Logger
  tenantId: string
  neighbours: RotationNeighbours
  /** For how many days history is kept. */
  historyDays: number
}): Promise<Rotation> {
  const store = new RotationStore(options.database)
  const review = new RotationReviewStore(options.database, options.cursors, options.tenantId)
  const parts = { ...options, store }
  const rollover = new CredentialRollover(parts)
  const policies = new RotationPolicies({ ...parts, rollover })
  await policies.ensureDefault()
  const evidence = new Evidence({ ...parts, records: new CredentialRecords(options) })
  const history = new RotationHistory({ ...parts, review, evidence })
  return {
    rollover,
    policies,
    scheduler: new RotationScheduler({ ...parts, rollover }),
    history,
    evidence,
    certificateExports: certificateExports({ ...options, evidence }),
    exports: new RotationExports({ ...options, history }),
    retention: new HistoryRetention(options),
    slots: new SlotDirectory(parts),
    registry: options.registry,
  }
}
