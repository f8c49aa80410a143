import { RotationPolicy } from '@signet/shared/api/rotation-policies'
import { hourMs, secondMs } from '@signet/shared/vocabulary/time'
import type { AuditLog } from '../audit/index.ts'
import type { Clock } from '../platform/clock.ts'
import type { RequestContext } from '../platform/request-context.ts'
import { SignetError } from '../platform/signet-error.ts'
import type { ChangeRecorder, Tx } from '../platform/transaction.ts'
import type { KeyCredential, PrincipalRegistry } from '../principals/index.ts'
import { dayOf, onNextDay } from './day-limit.ts'
import { nextAllowed, type Placed, rotateAfter, safetyLimit, scopesOf } from './rotation-policy.ts'
import type { FreezeRow, PolicyKey, PolicyRow, RotationPolicyStore } from './rotation-policy-store.ts'
import type { RotationStore, SlotRow } from './rotation-store.ts'
import { type Openings, OpenTimes } from './rotation-windows.ts'

const openKeptMs = 6 * hourMs
const mostOpenKept = 200

/** What a slot is planned by. */
export interface Plannable extends Placed {
  readonly jitter: number
  readonly first_cycle: number
}

export interface DueTimes {
  readonly due_after: number
  readonly rotate_after: number
}

interface PlanParts {
  readonly policies: RotationPolicyStore
  readonly store: RotationStore
  readonly registry: Pick<PrincipalRegistry, 'credentials'>
  readonly database: ChangeRecorder
  readonly audit: AuditLog
  readonly clock: Clock
}

/** Which policy rules a slot, and when the slot rolls by it. */
export class RotationPlan {
  readonly #parts: PlanParts
  /** By what they depend on; looking up the schedules costs milliseconds. */
  readonly #open = new Map<string, OpenTimes>()

  constructor(parts: PlanParts) {
    this.#parts = parts
  }

  /** @throws Error when there is no default policy, which every deployment has */
  async policyOf(slot: Placed, tx?: Tx): Promise<PolicyRow> {
    return (await this.bookFor([slot], tx)).policyOf(slot)
  }

  /** Policies of many slots at once. */
  async bookFor(slots: readonly Placed[], tx?: Tx): Promise<PolicyBook> {
    return this.bookOf(await this.#parts.policies.candidates(slots, tx), tx)
  }

  async bookOf(rows: readonly PolicyRow[], tx?: Tx): Promise<PolicyBook> {
    const now = this.#parts.clock.now()
    const freezes = await this.#parts.policies.freezes(now, tx)
    return new PolicyBook(rows, { freezes, now, openTimes: (openings) => this.#openTimes(openings, now) })
  }

  #openTimes(openings: Openings, now: number): OpenTimes {
    const key = JSON.stringify(openings)
    const known = this.#open.get(key)
    if (known && known.from <= now && now - known.from < openKeptMs) return known
    if (this.#open.size >= mostOpenKept) this.#open.clear()
    const open = new OpenTimes(openings, now)
    this.#open.set(key, open)
    return open
  }

  /** When the slot of a credential rolls, windows and freezes in force taken into account. */
  async timesOf(tx: Tx, slot: Plannable, credential: Lifetime): Promise<DueTimes> {
    return (await this.bookFor([slot], tx)).timesOf(slot, credential)
  }

  /**
   * Whether a slot that is due has to wait, since no window is open now or the day has no room for it; it is then planned
   * for the next one. One whose credential is about to expire does not wait, which is on record (ADR-0023).
   */
  async holds(tx: Tx, context: RequestContext, slot: SlotRow): Promise<boolean> {
    const { store, registry, database, audit, clock, policies } = this.#parts
    const now = clock.now()
    const book = await this.bookFor([slot], tx)
    const policy = book.policyOf(slot)
    const open = book.openTimesOf(policy)
    if (slot.active_credential_id === null) return false
    const isOpen = open.isAlways || open.isOpen(now)
    if (isOpen && (await policies.takeTurn(tx, policy, dayOf(now)))) return false
    const credential = await registry.credentials.require(slot.active_credential_id, tx)
    if (now >= safetyLimit(credential)) {
      await audit.append(tx, context, {
        action: 'rotation.window_overridden',
        target: { kind: 'identity', id: slot.principal_id, label: slot.principal_name },
        after: { notAfter: credential.notAfter, policyId: policy.id, heldBy: isOpen ? 'day limit' : 'windows' },
      })
      return false
    }
    const at = isOpen ? onNextDay(open, { ...credential, now, jitter: slot.jitter }) : undefined
    const rotate_after = at ?? book.timesOf(slot, credential).rotate_after
    if (!(await store.updateSlot(tx, slot, { rotate_after, updated_at: now }))) throw new SignetError('conflict')
    await database.changed(tx, { kind: 'slot', id: slot.principal_id })
    return true
  }
}

/** What of a credential decides when it is due. */
type Lifetime = Pick<KeyCredential, 'issuedAt' | 'notAfter'>

/** Some policies and the freezes in force, as they were read at one moment. */
export class PolicyBook {
  readonly #policies: ReadonlyMap<string, PolicyRow>
  readonly #freezes: readonly FreezeRow[]
  readonly #now: number
  readonly #openTimes: (openings: Openings) => OpenTimes
  readonly #open = new Map<string, OpenTimes>()

  constructor(
    policies: readonly PolicyRow[],
    options: { freezes: readonly FreezeRow[]; now: number; openTimes: (openings: Openings) => OpenTimes },
  ) {
    this.#policies = new Map(policies.map((row) => [keyOf(row), row]))
    this.#freezes = options.freezes
    this.#now = options.now
    this.#openTimes = options.openTimes
  }

  find(key: PolicyKey): PolicyRow | undefined {
    return this.#policies.get(keyOf(key))
  }

  policyOf(slot: Placed): PolicyRow {
    for (const scope of scopesOf(slot)) {
      const found = this.#policies.get(keyOf(scope))
      if (found) return found
    }
    throw new Error('there is no default rotation policy')
  }

  openTimesOf(policy: PolicyRow): OpenTimes {
    const known = this.#open.get(policy.id)
    if (known) return known
    const frozen = this.#freezes.filter(({ policy_id }) => policy_id === 'all' || policy_id === policy.id)
    const frozenUntil = frozen.length === 0 ? null : Math.max(...frozen.map(({ until }) => until))
    const open = this.#openTimes({ ...windowsOf(policy), frozenUntil })
    this.#open.set(policy.id, open)
    return open
  }

  /** A credential is due by its own lifetime or, when the policy now asks for a shorter one, by that. */
  timesOf(slot: Plannable, credential: Lifetime): DueTimes {
    return this.timesUnder(this.policyOf(slot), slot, credential)
  }

  /** As `timesOf`, under a policy that is known to rule the slot. */
  timesUnder(policy: PolicyRow, slot: Plannable, { issuedAt, notAfter }: Lifetime): DueTimes {
    const lifetimeMs = Math.min(notAfter - issuedAt, policy.lifetime_s * secondMs)
    const due = rotateAfter({
      issuedAt,
      lifetimeMs,
      rotateAt: policy.rotate_at,
      jitter: slot.jitter,
      isFirst: slot.first_cycle === 1,
      widest: policy.jitter,
    })
    const open = this.openTimesOf(policy)
    if (open.isAlways) return { due_after: due, rotate_after: due }
    const latest = safetyLimit({ issuedAt, notAfter })
    // What is due already waits from now on: windows of the past do not come again.
    const dueAt = Math.max(due, Math.min(this.#now, latest))
    const at = nextAllowed(open, { dueAt, latest, jitter: slot.jitter, lifetimeMs })
    return { due_after: due, rotate_after: due < this.#now && at === dueAt ? due : at }
  }
}

function keyOf({ scope, target }: PolicyKey): string {
  return `${scope} ${target}`
}

const { windows, blackouts } = RotationPolicy.shape

export function windowsOf(policy: PolicyRow): Pick<RotationPolicy, 'windows' | 'blackouts'> {
  return {
    windows: windows.parse(JSON.parse(policy.windows)),
    blackouts: blackouts.parse(JSON.parse(policy.blackouts)),
  }
}
