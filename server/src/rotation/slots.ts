import { KeyAlgorithm } from '@signet/shared/vocabulary/credential-states'
import { AgentId, ObjectId, RunId, SlotId, type ThumbprintS256 } from '@signet/shared/vocabulary/identifiers'
import type { DesiredSlot } from '@signet/shared/wire/agent-protocol'
import type { Tx } from '../platform/transaction.ts'
import type { KeyCredential, PrincipalRegistry } from '../principals/index.ts'
import type { Drills } from './drills.ts'
import type { RotationPlan } from './rotation-plan.ts'
import type { RotationStore, RunRow, SlotRow } from './rotation-store.ts'

/** Where one principal stands on one agent. */
export interface SlotStanding {
  readonly principalId: ObjectId
  readonly agentId: AgentId
  readonly active: KeyCredential | undefined
  readonly rotateAfter: number | null
  /** When the rotation that is open now was asked for; null when none is. */
  readonly runSince: number | null
  readonly desired: DesiredSlot
}

/** Open slots, read for other domains: what an agent should hold, and when things roll next. */
export class SlotDirectory {
  readonly #store: RotationStore
  readonly #registry: PrincipalRegistry
  readonly #plan: RotationPlan
  readonly #drills: Pick<Drills, 'openOf'>

  constructor(options: {
    store: RotationStore
    registry: PrincipalRegistry
    plan: RotationPlan
    drills: Pick<Drills, 'openOf'>
  }) {
    this.#store = options.store
    this.#registry = options.registry
    this.#plan = options.plan
    this.#drills = options.drills
  }

  async ofAgent(agentId: AgentId): Promise<SlotStanding[]> {
    return this.#standings(await this.#store.openSlots({ agentId }))
  }

  async ofPrincipals(principalIds: readonly string[]): Promise<SlotStanding[]> {
    if (principalIds.length === 0) return []
    return this.#standings(await this.#store.openSlots({ principalIds }))
  }

  /** Agents that hold or held a slot of what changed: a principal, a slot or a run. Empty when no agent ever did. */
  async agentsOf(id: string): Promise<AgentId[]> {
    return (await this.#store.agentsOf(id)).map((agentId) => AgentId.parse(agentId))
  }

  /** Agents that are to hold a principal, in the caller's transaction. */
  async holdersOf(tx: Tx, principalId: string): Promise<string[]> {
    return (await this.#store.openSlots({ principalIds: [principalId] }, tx)).map((slot) => slot.agent_id)
  }

  /** Which agent holds each open slot of a principal. */
  async agentsBySlot(principalId: string): Promise<ReadonlyMap<string, AgentId>> {
    const slots = await this.#store.openSlots({ principalIds: [principalId] })
    return new Map(slots.map((slot) => [slot.id, AgentId.parse(slot.agent_id)]))
  }

  /** Principals that an agent holds or ever held a slot of. */
  principalsOf(agentId: string): Promise<readonly string[]> {
    return this.#store.principalsOf(agentId)
  }

  /** Whose rotations these are. */
  principalsOfRuns(runIds: readonly string[]): Promise<readonly string[]> {
    return this.#store.principalsOfRuns(runIds)
  }

  async #standings(slots: readonly SlotRow[]): Promise<SlotStanding[]> {
    const runs = new Map((await this.#store.openRuns(slots.map((slot) => slot.id))).map((run) => [run.slot_id, run]))
    const ids = slots
      .flatMap((slot) => [slot.active_credential_id, slot.prepared_credential_id, supersededBy(runs.get(slot.id))])
      .filter((id) => id !== null)
    const credentials = new Map((await this.#registry.credentials.byIds(ids)).map((found) => [String(found.id), found]))
    const drills = await this.#drills.openOf(slots.map((slot) => slot.id))
    const policies = await this.#plan.bookFor(slots)
    const thumbprintOf = (id: string | null): ThumbprintS256 | null =>
      id ? (credentials.get(id)?.x5tS256 ?? null) : null
    const retiringOf = (id: string | null): ThumbprintS256 | null =>
      id !== null && credentials.get(id)?.state === 'retiring' ? thumbprintOf(id) : null
    return slots.map((slot) => ({
      principalId: ObjectId.parse(slot.principal_id),
      agentId: AgentId.parse(slot.agent_id),
      active: slot.active_credential_id ? credentials.get(slot.active_credential_id) : undefined,
      rotateAfter: slot.rotate_after,
      runSince: runs.get(slot.id)?.created_at ?? null,
      desired: {
        id: SlotId.parse(slot.id),
        active: thumbprintOf(slot.active_credential_id),
        prepared: thumbprintOf(slot.prepared_credential_id),
        previous: retiringOf(supersededBy(runs.get(slot.id))),
        keyAlgorithm: KeyAlgorithm.parse(policies.policyOf(slot).key_alg),
        rotateAfter: slot.rotate_after,
        run: desiredRun(runs.get(slot.id)),
        drill: drills.get(slot.id) ?? null,
      },
    }))
  }
}

function desiredRun(run: RunRow | undefined): DesiredSlot['run'] {
  return run ? { id: RunId.parse(run.id), state: run.state } : null
}

/** What a run that waits for the end of its overlap has superseded. */
function supersededBy(run: RunRow | undefined): string | null {
  return run?.state === 'activated' ? run.from_credential_id : null
}
