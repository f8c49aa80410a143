import { hourMs, minuteMs, secondMs } from '@signet/shared/vocabulary/time'
import type { AuditLog } from '../audit/index.ts'
import type { Clock } from '../platform/clock.ts'
import { FailureCountersStore } from '../platform/database/failure-counters-store.ts'
import { newGuid } from '../platform/identifiers.ts'
import type { RequestContext } from '../platform/request-context.ts'
import type { Secret } from '../platform/secret.ts'
import { SignetError } from '../platform/signet-error.ts'
import { addressKey, Throttle, type ThrottleRule } from '../platform/throttle.ts'
import type { Transactor, Tx } from '../platform/transaction.ts'
import { hashCode, mintCode } from './codes.ts'
import { OperatorsStore } from './operators-store.ts'
import { Sessions, type SignedIn } from './sessions.ts'

const codeMs = 30 * minuteMs

/** Wrong codes, per client address and per operator: at most ten in a minute (SEC-11, SEC-165). */
const signInRule: ThrottleRule = {
  scope: 'sign_in',
  free: 5,
  firstDelayMs: 2 * secondMs,
  longestDelayMs: 5 * minuteMs,
  windowMs: 15 * minuteMs,
}
/** As long as nobody exists: five wrong codes in an hour (SEC-165). */
const setupRule: ThrottleRule = {
  scope: 'setup',
  free: 5,
  firstDelayMs: hourMs,
  longestDelayMs: hourMs,
  windowMs: hourMs,
}

export interface IssuedCode {
  readonly code: Secret
  readonly purpose: 'setup' | 'sign_in'
  readonly expiresAt: number
}

/**
 * The people who use the dashboard. Nobody exists until somebody with access to the server's own console spends the
 * set-up code; later codes from the same console sign that administrator in again (SEC-1, SEC-2, SEC-13).
 */
export class Operators {
  readonly sessions: Sessions
  readonly #store: OperatorsStore
  readonly #database: Transactor
  readonly #audit: AuditLog
  readonly #clock: Clock
  readonly #tenantId: string
  readonly #throttle: Throttle

  constructor(parts: {
    database: ConstructorParameters<typeof OperatorsStore>[0] & Transactor
    audit: AuditLog
    clock: Clock
    tenantId: string
  }) {
    this.#store = new OperatorsStore(parts.database)
    this.#database = parts.database
    this.#audit = parts.audit
    this.#clock = parts.clock
    this.#tenantId = parts.tenantId
    this.#throttle = new Throttle(new FailureCountersStore(parts.database), parts.clock)
    this.sessions = new Sessions({ ...parts, store: this.#store })
  }

  async isClaimed(): Promise<boolean> {
    return (await this.#store.firstAdmin()) !== undefined
  }

  /**
   * A code for the console: to set up when nobody exists yet, else to sign the administrator in. Whoever is at the console
   * may try it at once: delays that others brought about end with it (SEC-11).
   */
  async issueCode(context: RequestContext): Promise<IssuedCode> {
    const { code, hash } = mintCode()
    const now = this.#clock.now()
    return this.#database.transact(async (tx) => {
      const admin = await this.#store.firstAdmin(tx)
      const purpose = admin ? 'sign_in' : 'setup'
      await this.#store.replaceCode(tx, {
        code_sha256: hash,
        purpose,
        operator_id: admin?.id ?? null,
        expires_at: now + codeMs,
        spent_at: null,
        created_at: now,
      })
      await this.#audit.append(tx, context, {
        action: admin ? 'operator.recovery_code_issued' : 'setup.code_issued',
        ...(admin && { target: { kind: 'operator', id: admin.id, label: admin.display_name } }),
        after: { expiresAt: now + codeMs },
      })
      for (const rule of [signInRule, setupRule]) await this.#throttle.forget(tx, rule.scope)
      return { code, purpose, expiresAt: now + codeMs }
    })
  }

  /**
   * Spends a code and starts a session in one transaction; the set-up code creates the administrator in the same one.
   *
   * @returns the raw session id
   * @throws SignetError `code_refused` | `too_many_requests`
   */
  async signIn(context: RequestContext, given: { code: string; displayName?: string | undefined }): Promise<Secret> {
    const keys = [addressKey(context.ip)]
    return this.#attempt(context, keys, async (tx) => {
      const spent = await this.#store.spendCode(tx, hashCode(given.code), this.#clock.now())
      if (!spent) return undefined
      const operatorId =
        spent.purpose === 'setup'
          ? await this.#createFirst(tx, context, given.displayName ?? 'Administrator')
          : spent.operator_id
      if (operatorId === null) return undefined
      return this.#startSession(tx, context, operatorId)
    })
  }

  /**
   * A fresh code confirms that it is still the same person; the session gets a new id (SEC-17, SEC-22).
   *
   * @throws SignetError `code_refused` | `too_many_requests`
   */
  async stepUp(context: RequestContext, signedIn: SignedIn, code: string): Promise<Secret> {
    const keys = [addressKey(context.ip), `operator ${signedIn.row.operator_id}`]
    const sessionId = await this.#attempt(context, keys, async (tx) => {
      const spent = await this.#store.spendCode(tx, hashCode(code), this.#clock.now())
      if (!spent || spent.operator_id !== signedIn.row.operator_id) return undefined
      await this.sessions.revoke(tx, signedIn)
      await this.#audit.append(tx, context, {
        action: 'session.stepped_up',
        target: { kind: 'operator', id: signedIn.row.operator_id, label: signedIn.row.display_name },
      })
      return this.sessions.start(tx, {
        id: signedIn.row.operator_id,
        tenantId: this.#tenantId,
        context,
      })
    })
    this.sessions.announceEnd(signedIn)
    return sessionId
  }

  /** Spends a code under the limits; a refusal is counted and recorded in the transaction that found it. */
  async #attempt(
    context: RequestContext,
    keys: readonly string[],
    spend: (tx: Tx) => Promise<Secret | undefined>,
  ): Promise<Secret> {
    const sessionId = await this.#database.transact(async (tx) => {
      const rule = (await this.#store.firstAdmin(tx)) ? signInRule : setupRule
      for (const key of keys) await this.#throttle.requireOpen(rule, key, tx)
      const started = await spend(tx)
      if (started === undefined) await this.#recordRefusal(tx, context, rule, keys)
      return started
    })
    if (sessionId !== undefined) return sessionId
    throw new SignetError('code_refused', undefined, {
      fix: 'Run `signet operator recover` on the server for a fresh code.',
    })
  }

  async #recordRefusal(tx: Tx, context: RequestContext, rule: ThrottleRule, keys: readonly string[]): Promise<void> {
    await this.#audit.append(tx, context, { action: 'session.refused', outcome: 'refused', reason: 'code_refused' })
    for (const key of keys) {
      if (!(await this.#throttle.failed(tx, rule, key))) continue
      await this.#audit.append(tx, context, {
        action: 'limit.reached',
        outcome: 'refused',
        reason: 'too_many_requests',
        target: { kind: 'limit', id: rule.scope, label: key },
      })
    }
  }

  async #createFirst(tx: Tx, context: RequestContext, displayName: string): Promise<string | null> {
    if (await this.#store.firstAdmin(tx)) return null
    const id = newGuid()
    const now = this.#clock.now()
    await this.#store.insertOperator(tx, {
      id,
      tenant_id: this.#tenantId,
      username_key: 'administrator',
      display_name: displayName,
      role: 'admin',
      state: 'active',
      version: 1,
      created_at: now,
      updated_at: now,
    })
    await this.#audit.append(tx, context, {
      action: 'operator.created',
      target: { kind: 'operator', id, label: displayName },
      after: { role: 'admin' },
    })
    return id
  }

  async #startSession(tx: Tx, context: RequestContext, operatorId: string): Promise<Secret | undefined> {
    const operator = await this.#store.operator(operatorId, tx)
    if (operator?.state !== 'active') return undefined
    const target = { kind: 'operator', id: operator.id, label: operator.display_name }
    const actor = { kind: 'operator' as const, id: operator.id, label: operator.display_name }
    await this.#audit.append(tx, { ...context, actor }, { action: 'session.started', target })
    return this.sessions.start(tx, { id: operatorId, tenantId: this.#tenantId, context })
  }
}
