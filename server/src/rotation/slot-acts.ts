import type { OverlapChoice } from '@signet/shared/vocabulary/credential-states'
import { type AgentId, ObjectId, type RunId, SlotId } from '@signet/shared/vocabulary/identifiers'
import { dayMs, hourMs, secondMs } from '@signet/shared/vocabulary/time'
import type { ReportRequest } from '@signet/shared/wire/agent-protocol'
import type { RequestContext } from '../platform/request-context.ts'
import { SignetError } from '../platform/signet-error.ts'
import type { Tx } from '../platform/transaction.ts'
import { type KeyCredential, usabilityAt } from '../principals/index.ts'
import type { CredentialRollover, RolloverParts } from './credential-rollover.ts'
import type { RunRow, SlotRow } from './rotation-store.ts'

/** No overlap is kept open for longer, as no policy may ask for more. */
const longestOverlapMs = 30 * dayMs
/** An agent that fails in a hundred ways has one cause. */
const mostErrorsOfRun = 50

const overlapSecondsOf: Record<OverlapChoice, number | undefined> = {
  none: 0,
  hour: hourMs / secondMs,
  day: dayMs / secondMs,
  policy: undefined,
}

/** Undefined where the policy decides. */
export function chosenOverlap(choice: OverlapChoice): number | undefined {
  return overlapSecondsOf[choice]
}

/** What operators do to the rotation of one slot beside starting it, and what agents say of it. */
export class SlotActs {
  readonly #parts: RolloverParts & { readonly rollover: CredentialRollover }

  constructor(parts: RolloverParts & { readonly rollover: CredentialRollover }) {
    this.#parts = parts
  }

  /** @throws SignetError `not_found` | `conflict` as `CredentialRollover.rollBack` */
  rollBack(context: RequestContext, runId: RunId, reason = ''): Promise<void> {
    const { database, rollover } = this.#parts
    return database.transact((tx) => rollover.rollBack(tx, context, { id: runId }, reason))
  }

  /** Ends the overlap of a run now. @throws SignetError `not_found` | `conflict` */
  async retireNow(context: RequestContext, runId: RunId, reason?: string): Promise<void> {
    const { database, rollover } = this.#parts
    await database.transact(async (tx) => {
      const { run } = await this.#overlapping(tx, runId)
      await rollover.complete(tx, context, run, reason)
    })
  }

  /**
   * Accepts the superseded certificate of a run until another instant, which lies later than the one it had. The same once more
   * changes nothing.
   *
   * @throws SignetError `not_found` | `conflict` | `invalid_request` when `until` is not later, or too late
   */
  async keepLonger(context: RequestContext, runId: RunId, until: number, reason?: string): Promise<void> {
    const { database, store, registry, audit, clock, rollover } = this.#parts
    await database.transact(async (tx) => {
      const { run, old } = await this.#overlapping(tx, runId)
      const before = old.usableUntil ?? clock.now()
      if (usabilityAt(old, clock.now()) !== 'usable') throw overlapIsOver()
      const latest = Math.min(old.notAfter, (run.activated_at ?? run.created_at) + longestOverlapMs)
      if (until === before) return
      if (until < before || until > latest) {
        const range = `later than ${new Date(before).toISOString()}, and ${new Date(latest).toISOString()} at the latest`
        throw new SignetError('invalid_request', `It can be kept until an instant that is ${range}.`)
      }
      await registry.credentials.keep(tx, old, until)
      if (!(await store.postpone(tx, run, until))) throw new SignetError('conflict')
      const detail = `Old certificate accepted until ${new Date(until).toISOString()}.${reason ? ` Reason: ${reason}` : ''}`
      await rollover.runs.note(tx, context, run, { detail })
      await audit.append(tx, context, {
        action: 'rotation.overlap_changed',
        target: { kind: 'identity', id: run.principal_id, label: run.principal_name },
        ...(reason && { reason }),
        before: { runId, usableUntil: before },
        after: { runId, usableUntil: until },
      })
    })
  }

  /**
   * T6: every certificate of an identity is revoked now, in every slot, and each slot asks for another in the lane before
   * all others. The agents prove themselves with their own certificates, and drop every token of the identity. Tokens that
   * are out live to their end.
   *
   * @throws SignetError `conflict` when the identity has no slot
   */
  async revokeAndRotate(tx: Tx, context: RequestContext, principalId: ObjectId, reason: string): Promise<RunRow[]> {
    const { store } = this.#parts
    const slots = await store.openSlots({ principalIds: [principalId] }, tx)
    if (slots.length === 0) {
      throw new SignetError('conflict', 'This identity is off, or its instance has no agent; it has no certificate.', {
        fix: 'Nothing has to be done: there is nothing that could be misused.',
      })
    }
    const runs: RunRow[] = []
    for (const slot of slots) runs.push(await this.#revokeIn(tx, context, slot, { principalId, reason }))
    await this.#dropTokens(tx, principalId)
    return runs
  }

  /** T6 of one slot: what other agents hold of the identity stays. The caller names the act that it belongs to. */
  async revokeSlot(tx: Tx, context: RequestContext, slot: SlotRow, reason: string): Promise<RunRow> {
    const principalId = ObjectId.parse(slot.principal_id)
    const run = await this.#revokeIn(tx, context, slot, { principalId, reason })
    await this.#dropTokens(tx, principalId)
    return run
  }

  /** As `revokeAndRotate`, in a transaction of its own. */
  emergency(context: RequestContext, principalId: ObjectId, reason: string): Promise<RunRow[]> {
    return this.#parts.database.transact((tx) => this.revokeAndRotate(tx, context, principalId, reason))
  }

  /** Errors that an agent reports for the first time become steps of the runs they belong to; the same twice is one. */
  async noteErrors(context: RequestContext, agentId: AgentId, errors: ReportRequest['errors']): Promise<void> {
    if (errors.length === 0) return
    const { database, store, rollover } = this.#parts
    await database.transact(async (tx) => {
      const own = new Set((await store.openSlots({ agentId }, tx)).map((slot) => slot.id))
      for (const { slotId, code, detail, durationMs } of errors) {
        const run = own.has(slotId) ? await store.openRun(slotId, tx) : undefined
        if (!run) continue
        const failed = (await store.attempts(run.id, tx)).filter((step) => step.outcome === 'error')
        const isKnown = failed.some((step) => step.error_code === code && step.detail === detail)
        if (isKnown || failed.length >= mostErrorsOfRun) continue
        await rollover.runs.note(tx, context, run, { detail, failure: { code, durationMs } })
      }
    })
  }

  /** Under a new version of an identity agents keep no token of the old one. */
  async #dropTokens(tx: Tx, principalId: ObjectId): Promise<void> {
    await this.#parts.registry.change(tx, principalId, {})
    await this.#parts.database.changed(tx, { kind: 'slot', id: principalId })
  }

  async #revokeIn(
    tx: Tx,
    context: RequestContext,
    slot: SlotRow,
    { principalId, reason }: { principalId: ObjectId; reason: string },
  ): Promise<RunRow> {
    const { store, registry, rollover, clock } = this.#parts
    const open = await store.openRun(slot.id, tx)
    // One whose certificate is in use has done its work; what it superseded is revoked below.
    if (open)
      await rollover.runs.move(tx, context, open, open.state === 'activated' ? 'completed' : 'cancelled', { reason })
    const run = await rollover.runs.open(tx, context, slot, { trigger: 'emergency', reason, overlapSeconds: 0 })
    await registry.credentials.revokeAll(tx, context, principalId, reason, SlotId.parse(slot.id))
    const change = { active_credential_id: null, prepared_credential_id: null, rotate_after: null }
    if (!(await store.updateSlot(tx, slot, { ...change, updated_at: clock.now() }))) throw new SignetError('conflict')
    return run
  }

  /** The run, whose old certificate is retiring, and that certificate. */
  async #overlapping(tx: Tx, runId: RunId): Promise<{ run: RunRow; old: KeyCredential }> {
    const { rollover, registry } = this.#parts
    const run = await rollover.runs.require(runId, tx)
    const old = run.from_credential_id ? await registry.credentials.require(run.from_credential_id, tx) : undefined
    if (run.state !== 'activated' || old?.state !== 'retiring') throw overlapIsOver()
    return { run, old }
  }
}

function overlapIsOver(): SignetError {
  return new SignetError(
    'conflict',
    'No certificate is in overlap: the old one is in use still, or not accepted any more.',
    {
      fix: 'Look at the rotation as it is now.',
    },
  )
}
