import { minuteMs } from '@signet/shared/vocabulary/time'
import type { AuditLog } from '../audit/index.ts'
import type { Clock } from '../platform/clock.ts'
import { newGuid } from '../platform/identifiers.ts'
import type { RequestContext } from '../platform/request-context.ts'
import { SignetError } from '../platform/signet-error.ts'
import type { Transactor, Tx } from '../platform/transaction.ts'
import { hashCode, mintCode } from './codes.ts'
import { OperatorsStore } from './operators-store.ts'
import { Sessions, type SignedIn } from './sessions.ts'

const codeMs = 30 * minuteMs
/** Wrong codes from one address within the window before further ones are refused unread (SEC-165). */
const mostFailures = 10
const failureWindowMs = 15 * minuteMs

export interface IssuedCode {
  readonly code: string
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
  readonly #failures = new Map<string, number[]>()

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
    this.sessions = new Sessions({ ...parts, store: this.#store })
  }

  async isClaimed(): Promise<boolean> {
    return (await this.#store.firstAdmin()) !== undefined
  }

  /** A code for the console: to set up when nobody exists yet, else to sign the administrator in. */
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
      return { code, purpose, expiresAt: now + codeMs }
    })
  }

  /**
   * Spends a code and starts a session in one transaction; the set-up code creates the administrator in the same one.
   *
   * @returns the raw session id
   * @throws SignetError `code_refused` | `too_many_requests`
   */
  async signIn(context: RequestContext, given: { code: string; displayName?: string | undefined }): Promise<string> {
    this.#refuseFlood(context.ip)
    const sessionId = await this.#database.transact(async (tx) => {
      const now = this.#clock.now()
      const spent = await this.#store.spendCode(tx, hashCode(given.code), now)
      if (!spent) return undefined
      const operatorId =
        spent.purpose === 'setup'
          ? await this.#createFirst(tx, context, given.displayName ?? 'Administrator')
          : spent.operator_id
      if (operatorId === null) return undefined
      return this.#startSession(tx, context, operatorId)
    })
    if (sessionId === undefined) throw await this.#refused(context)
    return sessionId
  }

  /** A fresh code confirms that it is still the same person; the session gets a new id (SEC-17, SEC-22). */
  async stepUp(context: RequestContext, signedIn: SignedIn, code: string): Promise<string> {
    this.#refuseFlood(context.ip)
    const sessionId = await this.#database.transact(async (tx) => {
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
    if (sessionId === undefined) throw await this.#refused(context)
    this.sessions.announceEnd(signedIn)
    return sessionId
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

  async #startSession(tx: Tx, context: RequestContext, operatorId: string): Promise<string | undefined> {
    const operator = await this.#store.operator(operatorId, tx)
    if (operator?.state !== 'active') return undefined
    const target = { kind: 'operator', id: operator.id, label: operator.display_name }
    const actor = { kind: 'operator' as const, id: operator.id, label: operator.display_name }
    await this.#audit.append(tx, { ...context, actor }, { action: 'session.started', target })
    return this.sessions.start(tx, { id: operatorId, tenantId: this.#tenantId, context })
  }

  async #refused(context: RequestContext): Promise<SignetError> {
    const failures = this.#failures.get(context.ip ?? '') ?? []
    this.#failures.set(context.ip ?? '', [...failures, this.#clock.now()])
    await this.#audit.record(context, { action: 'session.refused', outcome: 'refused', reason: 'code_refused' })
    return new SignetError('code_refused', undefined, {
      fix: 'Run `signet operator recover` on the server for a fresh code.',
    })
  }

  #refuseFlood(ip: string | null): void {
    const since = this.#clock.now() - failureWindowMs
    const recent = (this.#failures.get(ip ?? '') ?? []).filter((at) => at > since)
    if (recent.length > 0) this.#failures.set(ip ?? '', recent)
    else this.#failures.delete(ip ?? '')
    if (recent.length >= mostFailures) {
      throw new SignetError('too_many_requests', 'Too many wrong codes from this address.', { retryAfterSeconds: 60 })
    }
  }
}
