import type { AuditLog } from '../audit/index.ts'
import type { Clock } from '../platform/clock.ts'
import type { Steadiness } from '../platform/clock-watch.ts'
import type { Logger } from '../platform/log.ts'
import type { CertificateAuthorities, PrincipalRegistry } from '../principals/index.ts'
import { CredentialRollover } from './credential-rollover.ts'
import { Drills } from './drills.ts'
import { DrillsStore } from './drills-store.ts'
import { RotationHistory, type RotationNeighbours } from './history.ts'
import { RotationExports } from './rotation-export.ts'
import { RotationPolicies } from './rotation-policies.ts'
import { RotationReviewStore } from './rotation-review-store.ts'
import { RotationStore } from './rotation-store.ts'
import { RotationScheduler } from './scheduler.ts'
import { SlotActs } from './slot-acts.ts'
import { SlotDirectory } from './slots.ts'

type StoreParts = ConstructorParameters<typeof RotationReviewStore>

/** The domain put together: what rolls, when, and the history of it. */
export interface Rotation {
  readonly rollover: CredentialRollover
  readonly acts: SlotActs
  readonly drills: Drills
  readonly scheduler: RotationScheduler
  readonly policies: RotationPolicies
  readonly history: RotationHistory
  readonly exports: RotationExports
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
}): Promise<Rotation> {
  const store = new RotationStore(options.database)
  const review = new RotationReviewStore(options.database, options.cursors, options.tenantId)
  const parts = { ...options, store }
  const rollover = new CredentialRollover(parts)
  const policies = new RotationPolicies({ ...parts, rollover })
  await policies.ensureDefault()
  const drills = new Drills({ ...parts, drills: new DrillsStore(options.database) })
  const history = new RotationHistory({ ...parts, review })
  return {
    rollover,
    acts: new SlotActs({ ...parts, rollover }),
    drills,
    policies,
    scheduler: new RotationScheduler({ ...parts, rollover }),
    history,
    exports: new RotationExports({ ...options, history }),
    slots: new SlotDirectory({ ...parts, drills }),
    registry: options.registry,
  }
}
