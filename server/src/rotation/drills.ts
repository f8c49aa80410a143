import type { Drill } from '@signet/shared/api/rotation-acts'
import { ActorKind } from '@signet/shared/vocabulary/audit-events'
import { AgentId, DrillId, ObjectId, SlotId } from '@signet/shared/vocabulary/identifiers'
import { hourMs, minuteMs } from '@signet/shared/vocabulary/time'
import { type DrillReport, DrillStep } from '@signet/shared/wire/agent-protocol'
import { z } from 'zod'
import type { AuditLog } from '../audit/index.ts'
import type { Clock } from '../platform/clock.ts'
import { spkiS256 } from '../platform/crypto/certificate.ts'
import { provenKeyOf } from '../platform/crypto/certification-requests.ts'
import { SequentialIds } from '../platform/identifiers.ts'
import type { RequestContext } from '../platform/request-context.ts'
import { SignetError } from '../platform/signet-error.ts'
import type { ChangeRecorder, Transactor, Tx } from '../platform/transaction.ts'
import type { CertificateAuthorities, PrincipalRegistry } from '../principals/index.ts'
import type { DrillRow, DrillsStore } from './drills-store.ts'
import type { RotationStore, SlotRow } from './rotation-store.ts'

/** An agent that is connected needs a second; one that is away has this long to come. */
const deadlineMs = 10 * minuteMs
/** Of the shadow certificate: longer than any drill, and useless all the while. */
const shadowLifetimeMs = hourMs
/** One for each time the agent has to begin again. */
const mostCertificates = 5
const mostShown = 20
const mostLate = 100

const Steps = z.array(DrillStep)
const wholePath = DrillStep.shape.name.options

interface DrillsParts {
  readonly drills: DrillsStore
  readonly store: RotationStore
  readonly database: Transactor & ChangeRecorder
  readonly registry: PrincipalRegistry
  readonly authorities: Pick<CertificateAuthorities, 'issue' | 'chainOf'>
  readonly audit: AuditLog
  readonly clock: Clock
  readonly tenantId: string
}

/**
 * Rehearsals of a rotation: the agent does all that it does in one, with a shadow certificate that is registered nowhere. The
 * authority trusts registered thumbprints alone, so that it is refused, which is the last proof the drill asks for. Nothing
 * of the slot is read for it but who holds it, and nothing is written.
 */
export class Drills {
  readonly #parts: DrillsParts
  readonly #ids: SequentialIds

  constructor(parts: DrillsParts) {
    this.#parts = parts
    this.#ids = new SequentialIds(parts.clock)
  }

  /** One for each open slot of an identity; those that are under way are returned as they are. @throws SignetError `conflict` */
  async start(context: RequestContext, principalId: ObjectId): Promise<Drill[]> {
    const { store, database, drills } = this.#parts
    return database.transact(async (tx) => {
      const slots = await store.openSlots({ principalIds: [principalId] }, tx)
      if (slots.length === 0) {
        throw new SignetError(
          'conflict',
          'This identity is off, or its instance has no agent; there is nothing to rehearse.',
          {
            fix: 'Turn the identity on first.',
          },
        )
      }
      for (const slot of slots) await this.#open(tx, context, slot, deadlineMs)
      const open = await drills.open(
        slots.map((slot) => slot.id),
        tx,
      )
      return open.map(toDrill)
    })
  }

  /** One of a slot, in the caller's transaction; one that is under way is taken as it is. @returns its ID */
  async begin(tx: Tx, context: RequestContext, slot: SlotRow, withinMs: number): Promise<string> {
    await this.#open(tx, context, slot, withinMs)
    const [open] = await this.#parts.drills.open([slot.id], tx)
    if (!open) throw new SignetError('internal', 'A drill was begun that is not there.')
    return open.id
  }

  /** Newest first. */
  async ofPrincipal(principalId: ObjectId): Promise<Drill[]> {
    return (await this.#parts.drills.ofPrincipal(principalId, mostShown)).map(toDrill)
  }

  /** What agents are asked to rehearse, by slot; one that is late is not asked for any more. */
  async openOf(slotIds: readonly string[]): Promise<ReadonlyMap<string, { id: DrillId }>> {
    const now = this.#parts.clock.now()
    const open = (await this.#parts.drills.open(slotIds)).filter((drill) => now < drill.gives_up_at)
    return new Map(open.map((drill) => [drill.slot_id, { id: DrillId.parse(drill.id) }]))
  }

  /**
   * A shadow certificate. Its key is bound to the drill for ever, so that no rotation takes it, and it names no client.
   *
   * @throws SignetError `not_found` | `csr_refused` | `key_reused` | `conflict`
   */
  async certify(
    context: RequestContext,
    agentId: AgentId,
    drillId: DrillId,
    csr: Buffer,
  ): Promise<{ x5tS256: string; certificates: string[] }> {
    const { authorities, registry, database, drills, clock } = this.#parts
    const asked = await this.#running(agentId, drillId)
    if (asked.certificates >= mostCertificates) throw new SignetError('conflict', 'This drill was begun too often.')
    const publicKey = await provenKeyOf(csr)
    const facts = await authorities.issue('credentials', {
      commonName: `drill ${drillId}`,
      publicKey,
      usage: 'clientAuth',
      lifetimeMs: shadowLifetimeMs,
    })
    const record = async (tx: Tx) => {
      const drill = await this.#running(agentId, drillId, tx)
      await registry.credentials.claimKey(tx, {
        spkiS256: spkiS256(publicKey),
        ownerKind: 'credential',
        ownerId: drillId,
      })
      const change = { x5t_s256: facts.x5tS256, certificates: drill.certificates + 1, acknowledged_at: null }
      await drills.update(tx, drill, { ...change, updated_at: clock.now() })
    }
    await registry.credentials.recordingKeyRefusal(context, () => database.transact(record))
    const certificates = [facts.der, ...authorities.chainOf(facts.der, 'credentials')].map((der) =>
      der.toString('base64'),
    )
    return { x5tS256: facts.x5tS256, certificates }
  }

  /** The agent holds key and certificate on disk. @throws SignetError `not_found` | `conflict` */
  async acknowledge(agentId: AgentId, drillId: DrillId, x5tS256: string): Promise<void> {
    const { database, drills, clock } = this.#parts
    await database.transact(async (tx) => {
      const drill = await this.#running(agentId, drillId, tx)
      if (drill.x5t_s256 !== x5tS256) throw new SignetError('conflict', 'That is not the certificate of this drill.')
      await drills.update(tx, drill, { acknowledged_at: clock.now(), updated_at: clock.now() })
    })
  }

  /** Ends it. It has passed when every step of the whole path has, in order. @throws SignetError `not_found` */
  async report(context: RequestContext, agentId: AgentId, drillId: DrillId, { steps }: DrillReport): Promise<void> {
    const { database, registry } = this.#parts
    const { x5t_s256: shadow } = await this.#running(agentId, drillId)
    const isTrusted = shadow !== null && (await registry.credentials.byThumbprint(shadow)).length > 0
    await database.transact(async (tx) => {
      const drill = await this.#running(agentId, drillId, tx)
      const isWhole = steps.map(({ name }) => name).join() === wholePath.join()
      const passed =
        isWhole && !isTrusted && drill.acknowledged_at !== null && steps.every(({ outcome }) => outcome === 'ok')
      await this.#end(tx, context, drill, passed ? 'passed' : 'failed', steps)
    })
  }

  /** Fails those whose agent did not come in time. */
  async giveUp(context: RequestContext): Promise<void> {
    const { database, drills, clock } = this.#parts
    await database.transact(async (tx) => {
      for (const drill of await drills.late(tx, clock.now(), mostLate)) {
        await this.#end(tx, context, drill, 'failed', Steps.parse(JSON.parse(drill.steps)))
      }
    })
  }

  async #open(tx: Tx, context: RequestContext, slot: SlotRow, withinMs: number): Promise<void> {
    const { drills, clock, tenantId, audit, database } = this.#parts
    const now = clock.now()
    const id = this.#ids.next()
    const isNew = await drills.insert(tx, {
      id,
      tenant_id: tenantId,
      slot_id: slot.id,
      principal_id: slot.principal_id,
      principal_name: slot.principal_name,
      agent_id: slot.agent_id,
      state: 'running',
      certificates: 0,
      x5t_s256: null,
      acknowledged_at: null,
      steps: '[]',
      actor_kind: context.actor.kind,
      actor_id: context.actor.id,
      actor_label: context.actor.label,
      gives_up_at: now + withinMs,
      finished_at: null,
      version: 1,
      created_at: now,
      updated_at: now,
    })
    if (!isNew) return
    const target = { kind: 'identity', id: slot.principal_id, label: slot.principal_name }
    await audit.append(tx, context, { action: 'rotation.drill_started', target, after: { drillId: id } })
    await database.changed(tx, { kind: 'slot', id: slot.principal_id })
  }

  async #end(
    tx: Tx,
    context: RequestContext,
    drill: DrillRow,
    state: 'passed' | 'failed',
    steps: readonly DrillStep[],
  ): Promise<void> {
    const { drills, clock, audit, database } = this.#parts
    const now = clock.now()
    await drills.update(tx, drill, { state, steps: JSON.stringify(steps), finished_at: now, updated_at: now })
    await audit.append(tx, context, {
      action: `rotation.drill_${state}`,
      ...(state === 'failed' && { outcome: 'failed' }),
      target: { kind: 'identity', id: drill.principal_id, label: drill.principal_name },
      after: { drillId: drill.id },
    })
    await database.changed(tx, { kind: 'slot', id: drill.principal_id })
  }

  async #running(agentId: AgentId, drillId: DrillId, tx?: Tx): Promise<DrillRow> {
    const drill = await this.#parts.drills.drill(drillId, tx)
    const isOpen = drill?.state === 'running' && this.#parts.clock.now() < drill.gives_up_at
    if (!isOpen || drill.agent_id !== agentId) throw new SignetError('not_found', 'No such drill is under way.')
    return drill
  }
}

function toDrill(row: DrillRow): Drill {
  return {
    id: DrillId.parse(row.id),
    slotId: SlotId.parse(row.slot_id),
    principalId: ObjectId.parse(row.principal_id),
    principalName: row.principal_name,
    agentId: AgentId.parse(row.agent_id),
    state: row.state,
    actor: { kind: ActorKind.parse(row.actor_kind), id: row.actor_id, label: row.actor_label },
    startedAt: row.created_at,
    finishedAt: row.finished_at,
    givesUpAt: row.gives_up_at,
    x5tS256: row.x5t_s256,
    steps: Steps.parse(JSON.parse(row.steps)),
  }
}
