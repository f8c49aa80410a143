import type { RotationSummary } from '@signet/shared/api/rotation'
import type { RunId } from '@signet/shared/vocabulary/identifiers'
import type { AuditLog } from '../audit/index.ts'
import type { Clock } from '../platform/clock.ts'
import type { RequestContext } from '../platform/request-context.ts'
import type { ChangeRecorder, Transactor } from '../platform/transaction.ts'
import { actorOf } from './run-ledger.ts'
import type { RunReviewsStore } from './run-reviews-store.ts'

interface ReviewParts {
  readonly reviews: RunReviewsStore
  readonly database: Transactor & ChangeRecorder
  readonly audit: AuditLog
  readonly clock: Clock
  readonly tenantId: string
}

/** That somebody looked at a rotation. It is said once, and nothing takes it back. */
export class RunReviews {
  readonly #parts: ReviewParts

  constructor(parts: ReviewParts) {
    this.#parts = parts
  }

  /** @returns how many were marked: what is under way and what was reviewed before is left as it is */
  mark(context: RequestContext, wish: { runIds: readonly RunId[]; reason?: string | undefined }): Promise<number> {
    const { reviews, database, audit, clock, tenantId } = this.#parts
    return database.transact(async (tx) => {
      const runIds = await reviews.open(tx, wish.runIds)
      if (runIds.length === 0) return 0
      const { kind, id, label } = context.actor
      const by = { actor_kind: kind, actor_id: id, actor_label: label, reviewed_at: clock.now() }
      await reviews.insert(
        tx,
        runIds.map((run_id) => ({ run_id, tenant_id: tenantId, ...by })),
      )
      await audit.append(tx, context, {
        action: 'rotations.reviewed',
        after: { rotations: runIds },
        ...(wish.reason && { reason: wish.reason }),
      })
      for (const runId of runIds) await database.changed(tx, { kind: 'run', id: runId })
      return runIds.length
    })
  }

  /** By the ID of the rotation. */
  async of(runIds: readonly string[]): Promise<Map<string, RotationSummary['reviewed']>> {
    const rows = await this.#parts.reviews.of(runIds)
    return new Map(rows.map((row) => [row.run_id, { at: row.reviewed_at, by: actorOf(row) }]))
  }
}
