import type {
  PolicyReach,
  PolicyScope,
  RotationFreeze,
  RotationPolicy,
  RulingPolicy,
  StoredRotationPolicy,
} from '@signet/shared/api/rotation-policies'
import { ActorKind } from '@signet/shared/vocabulary/audit-events'
import type { AuditLog } from '../audit/index.ts'
import type { Clock } from '../platform/clock.ts'
import { newGuid } from '../platform/identifiers.ts'
import type { RequestContext } from '../platform/request-context.ts'
import { SignetError } from '../platform/signet-error.ts'
import type { ChangeRecorder, Transactor, Tx } from '../platform/transaction.ts'
import { requireVersion } from '../platform/versions.ts'
import { rowOf, rulesOf, scopeOf } from './policy-rows.ts'
import type { PolicyTargetsStore } from './policy-targets-store.ts'
import type { RotationPlan } from './rotation-plan.ts'
import { defaultPolicy } from './rotation-policy.ts'
import type { FreezeRow, PolicyKey, PolicyRow, RotationPolicyStore } from './rotation-policy-store.ts'
import type { RotationReplanner } from './rotation-replanner.ts'
import { requireWindows } from './rotation-windows.ts'

interface PolicyParts {
  readonly policies: RotationPolicyStore
  readonly targets: PolicyTargetsStore
  readonly plan: RotationPlan
  readonly replanner: RotationReplanner
  readonly database: Transactor & ChangeRecorder
  readonly audit: AuditLog
  readonly clock: Clock
  readonly tenantId: string
}

/** Why, and of a change the version that was seen; without one, whatever is there is changed. */
interface Meant {
  readonly reason?: string | undefined
  readonly expected?: number | undefined
}

/**
 * The policies in force and the freezes. A change is one transaction that also asks for due times to follow; they begin to
 * at once, and go on in portions where there are many.
 */
export class RotationPolicies {
  readonly #parts: PolicyParts

  constructor(parts: PolicyParts) {
    this.#parts = parts
  }

  async ensureDefault(): Promise<void> {
    const { policies, database } = this.#parts
    await database.transact(async (tx) => {
      await policies.insertIfMissing(tx, this.#newRow({ scope: 'default', target: '' }, defaultPolicy))
    })
  }

  /** The default first, then by what they rule. */
  async list(): Promise<StoredRotationPolicy[]> {
    return this.#toPolicies(await this.#parts.policies.all())
  }

  /** How many certificates each policy rules. */
  reach(): Promise<PolicyReach[]> {
    return this.#parts.targets.reach()
  }

  /** @throws SignetError `not_found` */
  async show(id: string): Promise<StoredRotationPolicy> {
    const [policy] = await this.#toPolicies([await this.#require(id)])
    if (!policy) throw new SignetError('not_found')
    return policy
  }

  /** The default policy. */
  async current(): Promise<StoredRotationPolicy> {
    const row = await this.#parts.policies.of({ scope: 'default', target: '' })
    const [policy] = await this.#toPolicies(row ? [row] : [])
    if (!policy) throw new SignetError('not_found')
    return policy
  }

  /** The policies that rule the slots of an identity, each once. */
  async ofIdentity(principalId: string): Promise<RulingPolicy[]> {
    const slots = await this.#parts.targets.slotsOf(principalId)
    const book = await this.#parts.plan.bookFor(slots)
    const rows = [...new Set(slots.map((slot) => book.policyOf(slot)))]
    const now = this.#parts.clock.now()
    const openings = new Map(rows.map((row) => [row.id, book.openTimesOf(row).next(now)]))
    return (await this.#toPolicies(rows)).map((policy) => {
      const span = openings.get(policy.id)
      const isOpen = span !== undefined && span.from <= now
      return { ...policy, isOpen, opensAt: isOpen ? null : (span?.from ?? null) }
    })
  }

  /** @throws SignetError `conflict` when there is one already | `not_found` when there is nothing to rule | `invalid_request` */
  async create(
    context: RequestContext,
    wanted: { scope: PolicyScope; policy: RotationPolicy; reason?: string | undefined },
  ): Promise<StoredRotationPolicy> {
    const { policies, targets, database, audit, clock } = this.#parts
    requireWindows(wanted.policy, clock.now())
    const id = await database.transact(async (tx) => {
      const key = await targets.require(wanted.scope, tx)
      const row = this.#newRow(key, wanted.policy)
      if (!(await policies.insertIfMissing(tx, row))) {
        throw new SignetError('conflict', 'There is a policy for that already.', { fix: 'Change that one.' })
      }
      await policies.askReplan(tx, key)
      await audit.append(tx, context, {
        action: 'rotation.policy_created',
        target: await this.#targetOf(row, tx),
        after: { ...rulesOf(row), version: row.version },
        ...(wanted.reason && { reason: wanted.reason }),
      })
      await database.changed(tx, { kind: 'policy', id: row.id })
      return row.id
    })
    await this.#followed()
    return this.show(id)
  }

  /** @throws SignetError `not_found` | `precondition_failed` when somebody else changed it first | `invalid_request` */
  async change(
    context: RequestContext,
    id: string,
    wanted: Meant & { policy: RotationPolicy },
  ): Promise<StoredRotationPolicy> {
    const { policies, database, audit, clock } = this.#parts
    requireWindows(wanted.policy, clock.now())
    await database.transact(async (tx) => {
      const before = await this.#require(id, tx)
      requireVersion(wanted.expected, before.version)
      const after = { ...before, ...rowOf(wanted.policy), version: before.version + 1, updated_at: clock.now() }
      if (!(await policies.update(tx, after, before.version))) throw new SignetError('precondition_failed')
      await policies.askReplan(tx, before)
      await audit.append(tx, context, {
        action: 'rotation.policy_changed',
        target: await this.#targetOf(before, tx),
        before: { ...rulesOf(before), version: before.version },
        after: { ...rulesOf(after), version: after.version },
        ...(wanted.reason && { reason: wanted.reason }),
      })
      await database.changed(tx, { kind: 'policy', id })
    })
    await this.#followed()
    return this.show(id)
  }

  /** What it ruled falls to the next less specific one. @throws SignetError `not_found` | `precondition_failed` | `conflict` */
  async remove(context: RequestContext, id: string, meant: Meant): Promise<void> {
    const { policies, database, audit } = this.#parts
    await database.transact(async (tx) => {
      const before = await this.#require(id, tx)
      requireVersion(meant.expected, before.version)
      if (before.scope === 'default') throw new SignetError('conflict', 'The default policy cannot be removed.')
      await audit.append(tx, context, {
        action: 'rotation.policy_removed',
        target: await this.#targetOf(before, tx),
        before: { ...rulesOf(before), version: before.version },
        ...(meant.reason && { reason: meant.reason }),
      })
      await policies.remove(tx, before)
      await policies.askReplan(tx, before)
      await database.changed(tx, { kind: 'policy', id })
    })
    await this.#followed()
  }

  /** Freezes in force. */
  async freezes(): Promise<RotationFreeze[]> {
    const { policies, clock } = this.#parts
    return (await policies.freezes(clock.now())).map(toFreeze)
  }

  /** Freezing what is frozen moves its end. @param of a policy, or `all` @throws SignetError `not_found` | `invalid_request` */
  async freeze(
    context: RequestContext,
    of: string,
    wanted: { until: number; reason: string },
  ): Promise<RotationFreeze> {
    const { policies, database, audit, clock, tenantId } = this.#parts
    const now = clock.now()
    if (wanted.until <= now) throw new SignetError('invalid_request', 'A freeze ends in the future.')
    const { kind, id, label } = context.actor
    const row: FreezeRow = {
      ...{ tenant_id: tenantId, policy_id: of, until: wanted.until, reason: wanted.reason, created_at: now },
      ...{ actor_kind: kind, actor_id: id, actor_label: label },
    }
    await database.transact(async (tx) => {
      const key = await this.#frozenKey(of, tx)
      await policies.freeze(tx, row)
      await policies.askReplan(tx, key)
      const target = await this.#freezeTarget(of, tx)
      const after = { until: wanted.until }
      await audit.append(tx, context, { action: 'rotation.frozen', target, reason: wanted.reason, after })
      await database.changed(tx, { kind: 'policy', id: of })
    })
    await this.#followed()
    return toFreeze(row)
  }

  /** Repeating it changes nothing. */
  async unfreeze(context: RequestContext, of: string, reason?: string): Promise<void> {
    const { policies, database, audit } = this.#parts
    await database.transact(async (tx) => {
      const key = await this.#frozenKey(of, tx)
      if (!(await policies.unfreeze(tx, of))) return
      await policies.askReplan(tx, key)
      const target = await this.#freezeTarget(of, tx)
      await audit.append(tx, context, { action: 'rotation.unfrozen', target, ...(reason && { reason }) })
      await database.changed(tx, { kind: 'policy', id: of })
    })
    await this.#followed()
  }

  /** The first portion at once, so that whoever changed few sees it done. */
  async #followed(): Promise<void> {
    await this.#parts.replanner.portion()
    this.#parts.replanner.wake()
  }

  async #frozenKey(of: string, tx: Tx): Promise<PolicyKey> {
    return of === 'all' ? { scope: 'default', target: '' } : this.#require(of, tx)
  }

  async #freezeTarget(of: string, tx: Tx) {
    return of === 'all'
      ? { kind: 'policy', id: 'all', label: 'All rotations' }
      : this.#targetOf(await this.#require(of, tx), tx)
  }

  async #targetOf(row: PolicyRow, tx: Tx): Promise<{ kind: string; id: string; label: string }> {
    const labels = await this.#parts.targets.labels([row], tx)
    return { kind: 'policy', id: row.id, label: labels.get(row.id) ?? row.target }
  }

  async #require(id: string, tx?: Tx): Promise<PolicyRow> {
    const row = await this.#parts.policies.find(id, tx)
    if (!row) throw new SignetError('not_found', 'No such rotation policy.')
    return row
  }

  #newRow(key: PolicyKey, policy: RotationPolicy): PolicyRow {
    const now = this.#parts.clock.now()
    const { scope, target } = key
    const stamps = { version: 1, created_at: now, updated_at: now }
    return { id: newGuid(), tenant_id: this.#parts.tenantId, scope, target, ...rowOf(policy), ...stamps }
  }

  async #toPolicies(rows: readonly PolicyRow[]): Promise<StoredRotationPolicy[]> {
    const labels = await this.#parts.targets.labels(rows)
    const freezes = new Map((await this.freezes()).map((freeze) => [String(freeze.policyId), freeze]))
    return rows
      .map((row) => {
        const label = labels.get(row.id) ?? row.target
        const freeze = freezes.get(row.id) ?? null
        const { id, version, updated_at: updatedAt } = row
        return { ...rulesOf(row), id, scope: scopeOf(row, label), label, freeze, version, updatedAt }
      })
      .sort((one, other) => order[one.scope.kind] - order[other.scope.kind] || one.label.localeCompare(other.label))
  }
}

const order: Record<PolicyScope['kind'], number> = { default: 0, instances: 1, group: 2, identity: 3 }

function toFreeze(row: FreezeRow): RotationFreeze {
  return {
    policyId: row.policy_id,
    until: row.until,
    reason: row.reason,
    actor: { kind: ActorKind.parse(row.actor_kind), id: row.actor_id, label: row.actor_label },
    since: row.created_at,
  }
}
