import type { RotationPolicy, StoredRotationPolicy } from '@signet/shared/api/rotation'
import type { AuditLog } from '../audit/index.ts'
import type { Clock } from '../platform/clock.ts'
import { newGuid } from '../platform/identifiers.ts'
import type { RequestContext } from '../platform/request-context.ts'
import { SignetError } from '../platform/signet-error.ts'
import type { ChangeRecorder, Transactor, Tx } from '../platform/transaction.ts'
import type { CredentialRollover } from './credential-rollover.ts'
import { defaultPolicy } from './rotation-policy.ts'
import type { PolicyRow, RotationStore } from './rotation-store.ts'

const policyName = 'default'

interface PolicyParts {
  readonly store: RotationStore
  readonly rollover: CredentialRollover
  readonly database: Transactor & ChangeRecorder
  readonly audit: AuditLog
  readonly clock: Clock
  readonly tenantId: string
}

/** The policy in force. Changing it moves the due times of everything at once, in the same transaction. */
export class RotationPolicies {
  readonly #parts: PolicyParts

  constructor(parts: PolicyParts) {
    this.#parts = parts
  }

  async ensureDefault(): Promise<void> {
    const { store, database, clock, tenantId } = this.#parts
    const now = clock.now()
    await database.transact((tx) =>
      store.insertPolicyIfMissing(tx, {
        id: newGuid(),
        tenant_id: tenantId,
        name: policyName,
        lifetime_s: defaultPolicy.lifetimeSeconds,
        rotate_at: defaultPolicy.rotateAt,
        overlap_s: defaultPolicy.overlapSeconds,
        key_alg: defaultPolicy.keyAlgorithm,
        version: 1,
        created_at: now,
        updated_at: now,
      }),
    )
  }

  async current(tx?: Tx): Promise<StoredRotationPolicy> {
    return toPolicy(await this.#parts.store.policy(this.#parts.tenantId, tx))
  }

  /** @throws SignetError `precondition_failed` when somebody else changed it first */
  async change(context: RequestContext, wanted: RotationPolicy & { version: number }): Promise<StoredRotationPolicy> {
    const { store, database, audit, clock, tenantId, rollover } = this.#parts
    return database.transact(async (tx) => {
      const before = await store.policy(tenantId, tx)
      const after: PolicyRow = {
        ...before,
        lifetime_s: wanted.lifetimeSeconds,
        rotate_at: wanted.rotateAt,
        overlap_s: wanted.overlapSeconds,
        key_alg: wanted.keyAlgorithm,
        version: before.version + 1,
        updated_at: clock.now(),
      }
      if (!(await store.updatePolicy(tx, after, wanted.version))) {
        throw new SignetError('precondition_failed', 'Somebody else changed the policy in the meantime.', {
          fix: 'Reload, look at the policy as it is now, and change it again.',
        })
      }
      await rollover.replan(tx)
      await audit.append(tx, context, {
        action: 'rotation.policy_changed',
        target: { kind: 'policy', id: before.id, label: before.name },
        before: { ...toPolicy(before) },
        after: { ...toPolicy(after) },
      })
      await database.changed(tx, { kind: 'policy', id: before.id })
      return toPolicy(after)
    })
  }
}

function toPolicy(row: PolicyRow): StoredRotationPolicy {
  return {
    lifetimeSeconds: row.lifetime_s,
    rotateAt: row.rotate_at,
    overlapSeconds: row.overlap_s,
    keyAlgorithm: row.key_alg,
    version: row.version,
    updatedAt: row.updated_at,
  }
}
