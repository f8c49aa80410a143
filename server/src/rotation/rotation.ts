import type { AuditLog } from '../audit/index.ts'
import type { Clock } from '../platform/clock.ts'
import type { Steadiness } from '../platform/clock-watch.ts'
import type { Logger } from '../platform/log.ts'
import { type CertificateAuthorities, CredentialRecords, type PrincipalRegistry } from '../principals/index.ts'
import { certificateExports } from './certificate-exports.ts'
import { CredentialRollover } from './credential-rollover.ts'
import { Drills } from './drills.ts'
import { DrillsStore } from './drills-store.ts'
import { Evidence } from './evidence.ts'
import { RotationHistory, type RotationNeighbours } from './history.ts'
import { HistoryRetention } from './history-retention.ts'
import { PolicyTargetsStore } from './policy-targets-store.ts'
import { RolloutActs } from './rollout-acts.ts'
import { RolloutRunner } from './rollout-runner.ts'
import type { RolloutNeighbours } from './rollout-selection.ts'
import { RolloutStore } from './rollout-store.ts'
import { Rollouts } from './rollouts.ts'
import { RotationCalendar } from './rotation-calendar.ts'
import { RotationCalendarStore } from './rotation-calendar-store.ts'
import { RotationExports } from './rotation-export.ts'
import { RotationPlan } from './rotation-plan.ts'
import { RotationPolicies } from './rotation-policies.ts'
import { RotationPolicyStore } from './rotation-policy-store.ts'
import { RotationReplanner } from './rotation-replanner.ts'
import { RotationReviewStore } from './rotation-review-store.ts'
import { RotationSimulation } from './rotation-simulation.ts'
import { RotationStore } from './rotation-store.ts'
import { RunReviews } from './run-reviews.ts'
import { RunReviewsStore } from './run-reviews-store.ts'
import { RotationScheduler } from './scheduler.ts'
import { SlotActs } from './slot-acts.ts'
import { SlotDirectory } from './slots.ts'
import { Sweep } from './sweep.ts'
import { SweepStore } from './sweep-store.ts'

type StoreParts = ConstructorParameters<typeof RotationReviewStore>

/** The domain put together: what rolls, when, and the history of it. */
export interface Rotation {
  readonly rollover: CredentialRollover
  readonly acts: SlotActs
  readonly drills: Drills
  readonly scheduler: RotationScheduler
  readonly plan: RotationPlan
  readonly policies: RotationPolicies
  readonly policyStore: RotationPolicyStore
  readonly replanner: RotationReplanner
  readonly simulation: RotationSimulation
  readonly calendar: RotationCalendar
  readonly history: RotationHistory
  readonly reviews: RunReviews
  readonly exports: RotationExports
  readonly evidence: Evidence
  readonly certificateExports: ReturnType<typeof certificateExports>
  readonly retention: HistoryRetention
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
  /** Runs that the schedule opens a second. */
  rotationRate: number
  /** For how many days history is kept. */
  historyDays: number
  /** What rollouts ask of others. */
  selection: RolloutNeighbours
}): Promise<Rotation> {
  const { database, cursors, tenantId } = options
  const store = new RotationStore(database)
  const review = new RotationReviewStore(database, cursors, tenantId)
  const policyStore = new RotationPolicyStore(database, tenantId)
  const targets = new PolicyTargetsStore(database, tenantId)
  const plan = new RotationPlan({ ...options, store, policies: policyStore })
  const parts = { ...options, store, plan, targets, policies: policyStore }
  const rollover = new CredentialRollover(parts)
  const replanner = new RotationReplanner(parts)
  const policies = new RotationPolicies({ ...parts, replanner })
  const calendar = new RotationCalendarStore(database, cursors, tenantId)
  await policies.ensureDefault()
  const sweepStore = new SweepStore(options.database)
  const sweep = new Sweep({ ...parts, rollover, sweepStore, rate: options.rotationRate })
  const drills = new Drills({ ...parts, drills: new DrillsStore(options.database) })
  const evidence = new Evidence({ ...parts, records: new CredentialRecords(options) })
  const reviews = new RunReviews({ ...parts, reviews: new RunReviewsStore(database) })
  const history = new RotationHistory({ ...parts, review, evidence, reviews })
  const rollouts = new RolloutStore(options.database, options.cursors)
  const rolloutParts = { ...parts, neighbours: options.selection, rollouts }
  const acts = new SlotActs({ ...parts, rollover })
  const rolloutActs = new RolloutActs({ ...parts, rollover, acts, drills })
  const rolloutWishes = new Rollouts({ ...rolloutParts, changed: () => rolloutRunner.poke() })
  const discard = (id: string) => rolloutWishes.discard(id)
  const rolloutRunner = new RolloutRunner({ ...rolloutParts, rollover, rolloutActs, discard })
  return {
    rollover,
    acts,
    drills,
    plan,
    policies,
    policyStore,
    replanner,
    simulation: new RotationSimulation(parts),
    calendar: new RotationCalendar({ ...parts, review, calendar }),
    rolloutRunner,
    rollouts: rolloutWishes,
    scheduler: new RotationScheduler({ ...parts, rollover, sweep }),
    history,
    reviews,
    evidence,
    certificateExports: certificateExports({ ...options, evidence }),
    exports: new RotationExports({ ...options, history }),
    retention: new HistoryRetention(options),
    slots: new SlotDirectory({ ...parts, drills }),
    registry: options.registry,
  }
}
