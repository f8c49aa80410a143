import type { Download } from '@signet/shared/api/contract'
import type { ExportFormat } from '@signet/shared/api/paging'
import type { RotationSummary } from '@signet/shared/api/rotation'
import { rotationFields } from '@signet/shared/query/rotation-fields'
import { secondMs } from '@signet/shared/vocabulary/time'
import type { AuditLog } from '../audit/index.ts'
import type { Clock } from '../platform/clock.ts'
import { type ExportColumns, exportedTime, exportFile } from '../platform/export-file.ts'
import { requireTerms } from '../platform/query-text.ts'
import type { RequestContext } from '../platform/request-context.ts'
import type { RotationHistory, RotationProof } from './history.ts'

/** The history of rotations as a file. */
export class RotationExports {
  readonly #history: RotationHistory
  readonly #audit: AuditLog
  readonly #clock: Clock

  constructor(parts: { history: RotationHistory; audit: AuditLog; clock: Clock }) {
    this.#history = parts.history
    this.#audit = parts.audit
    this.#clock = parts.clock
  }

  /**
   * What the filter describes of the history as it is now; in the audit log before its first byte leaves.
   *
   * @throws SignetError `invalid_request` for a filter that cannot be read
   */
  async open(
    context: RequestContext,
    query: { filter?: string | undefined; from?: number | undefined; to?: number | undefined; format: ExportFormat },
  ): Promise<Download> {
    const { filter, from, to, format } = query
    const rows = await this.#history.each({ terms: requireTerms(filter, rotationFields), from, to })
    const after = { filter: filter ?? '', from: exportedTime(from), to: exportedTime(to), format }
    await this.#audit.record(context, { action: 'rotations.exported', after })
    return exportFile({
      ...{ name: 'rotations', format, at: this.#clock.now(), columns },
      rows: withLives(rows, this.#history),
      record: (row) => ({
        ...Object.fromEntries(columns.map(([name, cell]) => [name, cell(row)])),
        steps: stepsOf(row),
      }),
    })
  }
}

/** Rotations whose certificates and steps are read at once. */
const portionLength = 100

/** Each with the whole life of its certificates and every step, read in portions. */
async function* withLives(
  rows: AsyncIterable<RotationSummary>,
  history: RotationHistory,
): AsyncGenerator<RotationProof> {
  let portion: RotationSummary[] = []
  for await (const row of rows) {
    portion.push(row)
    if (portion.length < portionLength) continue
    yield* await history.proofs(portion)
    portion = []
  }
  yield* await history.proofs(portion)
}

function stepsOf({ steps }: RotationProof) {
  return steps.map((step) => ({
    attempt: step.attempt,
    from: step.fromState,
    to: step.toState,
    outcome: step.outcome,
    actor: step.actor.label,
    started: exportedTime(step.startedAt),
    ended: exportedTime(step.endedAt),
    seconds: (step.endedAt - step.startedAt) / secondMs,
    error_code: step.errorCode,
    detail: step.detail,
  }))
}

const columns: ExportColumns<RotationProof> = [
  ['id', (run) => run.id],
  ['requested', (run) => exportedTime(run.requestedAt)],
  ['prepared', (run) => exportedTime(run.preparedAt)],
  ['activated', (run) => exportedTime(run.activatedAt)],
  ['finished', (run) => exportedTime(run.finishedAt)],
  ['state', (run) => run.state],
  ['cause', (run) => run.trigger],
  ['actor_kind', (run) => run.actor.kind],
  ['actor_id', (run) => run.actor.id],
  ['actor', (run) => run.actor.label],
  ['principal_id', (run) => run.principalId],
  ['principal', (run) => run.principalName],
  ['instance_id', (run) => run.instance?.id ?? null],
  ['old_serial', (run) => run.from?.serial ?? null],
  ['old_thumbprint', (run) => run.from?.thumbprint ?? null],
  ['old_thumbprint_sha256', (run) => run.from?.x5tS256 ?? null],
  ['new_serial', (run) => run.to?.serial ?? null],
  ['new_thumbprint', (run) => run.to?.thumbprint ?? null],
  ['new_thumbprint_sha256', (run) => run.to?.x5tS256 ?? null],
  ['new_not_after', (run) => exportedTime(run.to?.notAfter)],
  ['new_key_algorithm', (run) => run.to?.keyAlgorithm ?? null],
  ['new_key_location', (run) => run.to?.keyLocation ?? null],
  ['new_ca_subject', (run) => run.to?.issuer?.subject ?? null],
  ['new_ca_serial', (run) => run.to?.issuer?.serial ?? null],
  ['new_issued', (run) => exportedTime(run.to?.issuedAt)],
  ['new_delivered', (run) => exportedTime(run.to?.deliveredAt)],
  ['new_acknowledged', (run) => exportedTime(run.to?.acknowledgement?.at)],
  ['new_acknowledged_by', (run) => run.to?.acknowledgement?.agentName ?? null],
  ['new_acknowledged_by_version', (run) => run.to?.acknowledgement?.agentVersion ?? null],
  ['old_superseded', (run) => exportedTime(run.from?.supersededAt)],
  ['old_retired', (run) => exportedTime(run.from?.retiredAt)],
  ['old_revoked', (run) => exportedTime(run.from?.revokedAt)],
  ['old_revoke_reason', (run) => run.from?.revokeReason ?? null],
  ['first_use', (run) => exportedTime(run.to?.firstUsedAt)],
  ['overlap_from', (run) => exportedTime(run.overlapFrom)],
  ['overlap_until', (run) => exportedTime(run.overlapUntil)],
  ['overlap_seconds', overlapSeconds],
  ['until_active_seconds', untilActiveSeconds],
  ['attempts', (run) => run.attempts],
  ['reviewed', (run) => exportedTime(run.reviewed?.at)],
  ['reviewed_by', (run) => run.reviewed?.by.label ?? null],
  ['error_code', (run) => run.errorCode],
  ['error_detail', (run) => run.errorDetail],
]

function overlapSeconds({ overlapFrom, overlapUntil }: RotationSummary): number | null {
  return overlapFrom === null || overlapUntil === null ? null : (overlapUntil - overlapFrom) / secondMs
}

function untilActiveSeconds({ requestedAt, activatedAt }: RotationSummary): number | null {
  return activatedAt === null ? null : (activatedAt - requestedAt) / secondMs
}
