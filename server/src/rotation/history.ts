import type { Page } from '@signet/shared/api/paging'
import type { RotationAttempt, RotationDetail, RotationSummary } from '@signet/shared/api/rotation'
import { ActorKind } from '@signet/shared/vocabulary/audit-events'
import type { RunState } from '@signet/shared/vocabulary/credential-states'
import { ObjectId, RunId } from '@signet/shared/vocabulary/identifiers'
import { SignetError } from '../platform/signet-error.ts'
import { type KeyCredential, type Principal, type PrincipalRegistry, summaryOf } from '../principals/index.ts'
import type { AttemptRow, RotationStore, RunRow } from './rotation-store.ts'

/** Rotations as people review them. Nothing here changes anything. */
export class RotationHistory {
  readonly #store: RotationStore
  readonly #registry: PrincipalRegistry
  readonly #tenantId: string

  constructor(options: { store: RotationStore; registry: PrincipalRegistry; tenantId: string }) {
    this.#store = options.store
    this.#registry = options.registry
    this.#tenantId = options.tenantId
  }

  async page(filter: {
    principalId?: string | undefined
    state?: RunState | undefined
    cursor?: string | undefined
    limit: number
  }): Promise<Page<RotationSummary>> {
    const { items, nextCursor } = await this.#store.runs({ ...filter, tenantId: this.#tenantId })
    return { items: await this.#summaries(items), nextCursor }
  }

  async find(runId: string): Promise<RotationSummary | undefined> {
    const run = await this.#store.run(runId)
    return run && (await this.#summaries([run]))[0]
  }

  /** @throws SignetError `not_found` */
  async show(runId: string): Promise<RotationDetail> {
    const run = await this.#store.run(runId)
    const [summary] = run ? await this.#summaries([run]) : []
    if (!summary) throw new SignetError('not_found', 'No such rotation.')
    const attempts = await this.#store.attempts(runId)
    return { ...summary, steps: attempts.map(toStep) }
  }

  async #summaries(runs: readonly RunRow[]): Promise<RotationSummary[]> {
    const ids = runs.flatMap((run) => [run.from_credential_id, run.to_credential_id]).filter((id) => id !== null)
    const credentials = new Map((await this.#registry.credentialsByIds(ids)).map((found) => [String(found.id), found]))
    const principals = new Map(
      (await this.#registry.findAll(runs.map((run) => run.principal_id))).map((found) => [
        String(found.objectId),
        found,
      ]),
    )
    return runs.map((run) =>
      summarise(run, principals.get(run.principal_id), (id) => (id ? credentials.get(id) : undefined)),
    )
  }
}

function summarise(
  run: RunRow,
  principal: Principal | undefined,
  credentialOf: (id: string | null) => KeyCredential | undefined,
): RotationSummary {
  const from = credentialOf(run.from_credential_id)
  const to = credentialOf(run.to_credential_id)
  const instance =
    principal && principal.ownerInstanceId !== null
      ? { id: principal.ownerInstanceId, name: principal.displayName }
      : null
  return {
    id: RunId.parse(run.id),
    principalId: ObjectId.parse(run.principal_id),
    instance,
    trigger: run.trigger,
    actor: { kind: ActorKind.parse(run.actor_kind), id: run.actor_id, label: run.actor_label },
    state: run.state,
    from: from ? summaryOf(from) : null,
    to: to ? summaryOf(to) : null,
    requestedAt: run.created_at,
    preparedAt: run.prepared_at,
    activatedAt: run.activated_at,
    finishedAt: run.finished_at,
    ...overlapOf(run, from),
    attempts: run.attempt,
    errorCode: run.error_code,
    errorDetail: run.error_detail,
  }
}

/** Both certificates are accepted from the moment the new one is registered until the old one stops being accepted. */
function overlapOf(
  run: RunRow,
  from: KeyCredential | undefined,
): Pick<RotationSummary, 'overlapFrom' | 'overlapUntil'> {
  if (!from || run.prepared_at === null) return { overlapFrom: null, overlapUntil: null }
  const planned = run.activated_at === null ? null : from.usableUntil
  const ended = from.revokedAt ?? (run.state === 'completed' ? run.finished_at : null)
  const until = planned !== null && ended !== null ? Math.min(planned, ended) : (ended ?? planned)
  return { overlapFrom: run.prepared_at, overlapUntil: until }
}

function toStep(row: AttemptRow): RotationAttempt {
  return {
    id: row.id,
    attempt: row.attempt,
    fromState: row.from_state,
    toState: row.to_state,
    outcome: row.outcome,
    actor: { kind: ActorKind.parse(row.actor_kind), id: row.actor_id, label: row.actor_label },
    startedAt: row.started_at,
    endedAt: row.ended_at,
    errorCode: row.error_code,
    detail: row.detail,
  }
}
