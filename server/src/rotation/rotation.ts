import type { AuditLog } from '../audit/index.ts'
import type { Clock } from '../platform/clock.ts'
import type { Steadiness } from '../platform/clock-watch.ts'
import type { Logger } from '../platform/log.ts'
import type { CertificateAuthorities, PrincipalRegistry } from '../principals/index.ts'
import { CredentialRollover } from './credential-rollover.ts'
import { RotationHistory, type RotationNeighbours } from './history.ts'
import { PolicyTargetsStore } from './policy-targets-store.ts'
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
import { RotationScheduler } from './scheduler.ts'
import { SlotDirectory } from './slots.ts'

type StoreParts = ConstructorParameters<typeof RotationReviewStore>

/** The domain put together: what rolls, when, and the history of it. */
export interface Rotation {
  readonly rollover: CredentialRollover
  readonly scheduler: RotationScheduler
  readonly plan: RotationPlan
  readonly policies: RotationPolicies
  readonly policyStore: RotationPolicyStore
  readonly replanner: RotationReplanner
  readonly simulation: RotationSimulation
  readonly calendar: RotationCalendar
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
  const history = new RotationHistory({ ...parts, review })
  return {
    rollover,
    plan,
    policies,
    policyStore,
    replanner,
    simulation: new RotationSimulation(parts),
    calendar: new RotationCalendar({ ...parts, review, calendar }),
    scheduler: new RotationScheduler({ ...parts, rollover }),
    history,
    exports: new RotationExports({ ...options, history }),
    slots: new SlotDirectory(parts),
    registry: options.registry,
  }
}
