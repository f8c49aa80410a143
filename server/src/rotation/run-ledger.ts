import type { Actor } from '@signet/shared/api/actor'
import { ActorKind } from '@signet/shared/vocabulary/audit-events'
import type { RunState, RunTrigger } from '@signet/shared/vocabulary/credential-states'
import { RunId } from '@signet/shared/vocabulary/identifiers'
import type { AuditLog } from '../audit/index.ts'
import type { Clock } from '../platform/clock.ts'
import { SequentialIds } from '../platform/identifiers.ts'
import type { RequestContext } from '../platform/request-context.ts'
import { SignetError } from '../platform/signet-error.ts'
import type { ChangeRecorder, Tx } from '../platform/transaction.ts'
import type { PrincipalRegistry } from '../principals/index.ts'
import { laneOf, lateShare } from './rotation-policy.ts'
import type { RotationStore, RunRow, SlotRow } from './rotation-store.ts'

export interface LedgerParts {
  readonly store: RotationStore
  readonly database: ChangeRecorder
  readonly registry: Pick<PrincipalRegistry, 'credentials'>
  readonly audit: AuditLog
  readonly clock: Clock
  readonly tenantId: string
}

/** Why a run is opened, and what was chosen for it. */
export interface RunWish {
  readonly trigger: RunTrigger
  readonly reason?: string | undefined
  /** Undefined or null follows the policy. */
  readonly overlapSeconds?: number | null | undefined
}

type Ended = 'completed' | 'failed' | 'cancelled' | 'rolled_back'

interface RunNote {
  readonly detail: string
  /** An attempt that failed, and how long it took. */
  readonly failure?: { readonly code: string; readonly durationMs: number }
}

/** Why a run failed. */
export interface Failure {
  /** Of the catalogue of errors. */
  readonly code: string
  readonly reason: string
}

/** What a move brings with it. */
interface MoveFacts {
  readonly change?: Partial<Pick<RunRow, 'to_credential_id' | 'due_at'>>
  readonly failure?: Failure
  /** Why somebody wanted it. */
  readonly reason?: string | undefined
}

/**
 * Runs as they are written down. A run that opens or moves on is four things at once, in the caller's transaction: its
 * row, its step, its audit event and its change. That a certificate was issued or put to use has an event of its own.
 */
export class RunLedger {
  readonly #parts: LedgerParts
  readonly #ids: SequentialIds

  constructor(parts: LedgerParts) {
    this.#parts = parts
    this.#ids = new SequentialIds(parts.clock)
  }

  /** @throws SignetError `not_found` when the slot has an open run already */
  async open(
    tx: Tx,
    context: RequestContext,
    slot: SlotRow,
    { trigger: asked, reason, overlapSeconds = null }: RunWish,
  ): Promise<RunRow> {
    const { store, clock, registry } = this.#parts
    const now = clock.now()
    const from = slot.active_credential_id
      ? await registry.credentials.require(slot.active_credential_id, tx)
      : undefined
    const lifeLeft = from ? (from.notAfter - now) / (from.notAfter - from.notBefore) : null
    const id = RunId.parse(this.#ids.next())
    const trigger = asked === 'schedule' && lifeLeft !== null && lifeLeft < lateShare ? 'expiring' : asked
    const run: RunRow = {
      id,
      tenant_id: slot.tenant_id,
      slot_id: slot.id,
      principal_id: slot.principal_id,
      principal_name: slot.principal_name,
      trigger,
      actor_kind: context.actor.kind,
      actor_id: context.actor.id,
      actor_label: context.actor.label,
      state: 'requested',
      lane: laneOf(trigger, lifeLeft),
      from_credential_id: slot.active_credential_id,
      to_credential_id: null,
      overlap_s: overlapSeconds,
      attempt: 0,
      due_at: now,
      lease_owner: null,
      fence: 0,
      error_code: null,
      error_detail: null,
      prepared_at: null,
      activated_at: null,
      finished_at: null,
      version: 1,
      created_at: now,
      updated_at: now,
    }
    if (!(await store.insertRun(tx, run))) throw new SignetError('not_found', 'No such rotation.')
    await this.#step(tx, context, run, { from: null, to: 'requested', ...(reason && { detail: reason }) })
    await this.#parts.audit.append(tx, context, {
      action: 'rotation.requested',
      target: targetOf(run),
      ...(reason && { reason }),
      after: { runId: id, trigger, ...(overlapSeconds !== null && { overlapSeconds }) },
    })
    return run
  }

  /** @throws SignetError `conflict` when the run moved on since it was read */
  async move(
    tx: Tx,
    context: RequestContext,
    run: RunRow,
    to: Exclude<RunState, 'requested'>,
    { change, failure, reason = failure?.reason }: MoveFacts = {},
  ): Promise<void> {
    const { store, clock, database } = this.#parts
    const now = clock.now()
    const moved = await store.updateRun(tx, run, {
      ...change,
      state: to,
      ...(to === 'prepared' && { prepared_at: now }),
      ...(to === 'activated' && { activated_at: now }),
      ...(isEnd(to) && { finished_at: now }),
      ...(failure && { error_code: failure.code, error_detail: failure.reason }),
      updated_at: now,
    })
    if (!moved) throw new SignetError('conflict', 'The rotation moved on in the meantime.')
    await database.changed(tx, { kind: 'run', id: run.id })
    await this.#step(tx, context, run, {
      from: run.state,
      to,
      ...(failure && { errorCode: failure.code }),
      ...(reason && { detail: reason }),
    })
    if (isEnd(to)) await this.#recordEnd(tx, context, run, to, reason)
  }

  /** Writes down what happened to a run that did not move on. */
  async note(tx: Tx, context: RequestContext, run: RunRow, { detail, failure }: RunNote): Promise<void> {
    const now = this.#parts.clock.now()
    await this.#parts.database.changed(tx, { kind: 'run', id: run.id })
    const startedAt = now - (failure?.durationMs ?? 0)
    await this.#step(
      tx,
      context,
      { ...run, updated_at: startedAt },
      {
        from: run.state,
        to: run.state,
        detail,
        ...(failure && { errorCode: failure.code }),
      },
    )
  }

  /** @throws SignetError `not_found` */
  async require(id: string, tx: Tx): Promise<RunRow> {
    const run = await this.#parts.store.run(id, tx)
    if (!run) throw new SignetError('not_found', 'No such rotation.')
    return run
  }

  async #recordEnd(tx: Tx, context: RequestContext, run: RunRow, end: Ended, reason?: string): Promise<void> {
    await this.#parts.audit.append(tx, context, {
      action: `rotation.${end}`,
      ...(end === 'failed' && { outcome: 'failed' }),
      target: targetOf(run),
      ...(reason && { reason }),
      after: { runId: run.id },
    })
  }

  async #step(
    tx: Tx,
    context: RequestContext,
    run: RunRow,
    step: { from: RunState | null; to: RunState; errorCode?: string; detail?: string },
  ): Promise<void> {
    await this.#parts.store.insertAttempt(tx, {
      id: this.#ids.next(),
      tenant_id: run.tenant_id,
      run_id: run.id,
      attempt: run.attempt,
      fence: run.fence,
      from_state: step.from,
      to_state: step.to,
      outcome: step.errorCode ? 'error' : 'ok',
      actor_kind: context.actor.kind,
      actor_id: context.actor.id,
      actor_label: context.actor.label,
      started_at: run.updated_at,
      ended_at: this.#parts.clock.now(),
      error_code: step.errorCode ?? null,
      detail: step.detail ?? null,
    })
  }
}

/** Who asked for a run, as they were called then. */
export function actorOf(row: Pick<RunRow, 'actor_kind' | 'actor_id' | 'actor_label'>): Actor {
  return { kind: ActorKind.parse(row.actor_kind), id: row.actor_id, label: row.actor_label }
}

function targetOf(run: RunRow): { kind: string; id: string; label: string } {
  return { kind: 'identity', id: run.principal_id, label: run.principal_name }
}

function isEnd(state: RunState): state is Ended {
  return state === 'completed' || state === 'failed' || state === 'cancelled' || state === 'rolled_back'
}
