import type { AuditLog } from '../audit/index.ts'
import type { Clock } from '../platform/clock.ts'
import type { Steadiness } from '../platform/clock-watch.ts'
import type { Logger } from '../platform/log.ts'
import { SignetError } from '../platform/signet-error.ts'
import type { CertificateAuthorities, PrincipalRegistry } from '../principals/index.ts'
import { CredentialRollover } from './credential-rollover.ts'
import { RotationHistory, type RotationNeighbours } from './history.ts'
import { RolloutRunner } from './rollout-runner.ts'
import type { RolloutNeighbours } from './rollout-selection.ts'
import { RolloutStore } from './rollout-store.ts'
import { Rollouts } from './rollouts.ts'
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
  readonly rollouts: Rollouts
  readonly rolloutRunner: RolloutRunner
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
  /** What rollouts ask of others. */
  selection: RolloutNeighbours
}): Promise<Rotation> {
  const store = new RotationStore(options.database)
  const review = new RotationReviewStore(options.database, options.cursors, options.tenantId)
  const parts = { ...options, store }
  const rollover = new CredentialRollover(parts)
  const policies = new RotationPolicies({ ...parts, rollover })
  await policies.ensureDefault()
  const history = new RotationHistory({ ...parts, review })
  const rolloutParts = {
    ...parts,
    neighbours: options.selection,
    rollouts: new RolloutStore(options.database, options.cursors),
  }
  const rolloutRunner = new RolloutRunner({
    ...rolloutParts,
    rollover,
    rollBack: async () => {
      throw new SignetError('conflict', 'Rolling back is not there yet.')
    },
  })
  return {
    rollover,
    policies,
    rolloutRunner,
    rollouts: new Rollouts({ ...rolloutParts, changed: () => rolloutRunner.poke() }),
    scheduler: new RotationScheduler({ ...parts, rollover }),
    history,
    exports: new RotationExports({ ...options, history }),
    slots: new SlotDirectory(parts),
    registry: options.registry,
  }
}
