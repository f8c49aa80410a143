import { minuteMs, secondMs } from '@signet/shared/vocabulary/time'
import type { AuditLog } from '../audit/index.ts'
import type { RequestContext } from '../platform/request-context.ts'
import { SignetError } from '../platform/signet-error.ts'
import { addressKey, type Throttle, type ThrottleRule } from '../platform/throttle.ts'
import type { Transactor } from '../platform/transaction.ts'

/** At most ten in a minute from one address; a fleet behind one address is never held up long (SEC-165). */
const rule: ThrottleRule = {
  scope: 'enroll',
  free: 5,
  firstDelayMs: 2 * secondMs,
  longestDelayMs: minuteMs,
  windowMs: 15 * minuteMs,
}

/** Refused join tokens: on record, counted per client address, and slower each time (SEC-166). */
export class JoinRefusals {
  readonly #database: Transactor
  readonly #audit: AuditLog
  readonly #throttle: Throttle

  constructor(parts: { database: Transactor; audit: AuditLog; throttle: Throttle }) {
    this.#database = parts.database
    this.#audit = parts.audit
    this.#throttle = parts.throttle
  }

  /** @throws SignetError `too_many_requests` */
  requireOpen(context: RequestContext): Promise<void> {
    return this.#throttle.requireOpen(rule, addressKey(context.ip))
  }

  /** @returns the one refusal that all callers get, whatever the reason */
  async refused(context: RequestContext, reason: string): Promise<SignetError> {
    const key = addressKey(context.ip)
    await this.#database.transact(async (tx) => {
      await this.#audit.append(tx, context, { action: 'agent.refused', outcome: 'refused', reason })
      if (!(await this.#throttle.failed(tx, rule, key))) return
      await this.#audit.append(tx, context, {
        action: 'limit.reached',
        outcome: 'refused',
        reason: 'too_many_requests',
        target: { kind: 'limit', id: rule.scope, label: key },
      })
    })
    return new SignetError('join_token_refused')
  }
}
