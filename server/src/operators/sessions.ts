import { createHmac, timingSafeEqual } from 'node:crypto'
import type { OwnSession, Session } from '@signet/shared/api/operators'
import { OperatorId } from '@signet/shared/vocabulary/identifiers'
import { permissionsOf } from '@signet/shared/vocabulary/permissions'
import { hourMs, minuteMs } from '@signet/shared/vocabulary/time'
import type { AuditLog } from '../audit/index.ts'
import type { Clock } from '../platform/clock.ts'
import { sha256 } from '../platform/crypto/thumbprint.ts'
import { newSecret } from '../platform/identifiers.ts'
import type { RequestContext } from '../platform/request-context.ts'
import { Secret } from '../platform/secret.ts'
import { SignetError } from '../platform/signet-error.ts'
import type { Transactor, Tx } from '../platform/transaction.ts'
import type { OperatorsStore, SessionWithOperator } from './operators-store.ts'

const idleMs = 30 * minuteMs
const absoluteMs = 12 * hourMs
const stepUpMs = 5 * minuteMs
/** `last_seen_at` is written this often at most. */
const touchMs = minuteMs

/** The operator behind a request, and the raw session id that proved it. */
export interface SignedIn {
  readonly sessionId: Secret
  readonly row: SessionWithOperator
}

/** One that is over; what proved it is not needed any more. */
export type EndedSession = Pick<SignedIn, 'row'>

/** Server-side sessions: the browser holds a random id, the database its hash (SEC-16, SEC-17). */
export class Sessions {
  readonly #store: OperatorsStore
  readonly #database: Transactor
  readonly #audit: AuditLog
  readonly #clock: Clock
  readonly #endListeners = new Set<(ended: EndedSession) => void>()

  constructor(parts: { store: OperatorsStore; database: Transactor; audit: AuditLog; clock: Clock }) {
    this.#store = parts.store
    this.#database = parts.database
    this.#audit = parts.audit
    this.#clock = parts.clock
  }

  /** A new session in the transaction of the sign-in. @returns its raw id, for the cookie alone */
  async start(tx: Tx, operator: { id: string; tenantId: string; context: RequestContext }): Promise<Secret> {
    const now = this.#clock.now()
    const sessionId = new Secret(newSecret(32))
    await this.#store.insertSession(tx, {
      id_sha256: sha256(sessionId.reveal()),
      tenant_id: operator.tenantId,
      operator_id: operator.id,
      idle_expires_at: now + idleMs,
      absolute_expires_at: now + absoluteMs,
      last_seen_at: now,
      step_up_at: now,
      ip: operator.context.ip,
      user_agent: operator.context.userAgent?.slice(0, 300) ?? '',
      revoked_at: null,
      created_at: now,
    })
    return sessionId
  }

  /**
   * @param attended false for a request that no person caused: it does not put off the end of an idle session (SEC-17)
   * @throws SignetError `unauthenticated` when the session is unknown, ended or expired
   */
  async require(sessionId: Secret | undefined, attended = true): Promise<SignedIn> {
    const row = sessionId === undefined ? undefined : await this.#store.session(sha256(sessionId.reveal()))
    const now = this.#clock.now()
    if (sessionId === undefined || !row || row.state !== 'active') throw new SignetError('unauthenticated')
    if (isOver(row, now)) throw new SignetError('unauthenticated', 'The session has expired; sign in again.')
    if (attended && now - row.last_seen_at >= touchMs) {
      const touched = { last_seen_at: now, idle_expires_at: now + idleMs }
      await this.#database.transact((tx) => this.#store.updateSession(tx, row.id_sha256, touched))
      return { sessionId, row: { ...row, ...touched } }
    }
    return { sessionId, row }
  }

  /** Whether it is still good, for a stream that stays open; looking does not keep it from running idle. */
  async isInForce(signedIn: SignedIn): Promise<boolean> {
    const row = await this.#store.session(signedIn.row.id_sha256)
    return row?.state === 'active' && !isOver(row, this.#clock.now())
  }

  /** Calls back when a session ends before its time, after the commit. @returns stops that */
  onEnded(listener: (ended: EndedSession) => void): () => void {
    this.#endListeners.add(listener)
    return () => this.#endListeners.delete(listener)
  }

  /** Tells those who hold something open for a session that it is over; called after the commit that ended it. */
  announceEnd(ended: EndedSession): void {
    for (const listener of this.#endListeners) listener(ended)
  }

  describe({ sessionId, row }: SignedIn): Session {
    const stepUpUntil = row.step_up_at === null ? null : row.step_up_at + stepUpMs
    return {
      operator: { id: OperatorId.parse(row.operator_id), displayName: row.display_name, role: row.role },
      permissions: [...permissionsOf[row.role]],
      csrfToken: csrfTokenOf(sessionId),
      idleExpiresAt: row.idle_expires_at,
      absoluteExpiresAt: row.absolute_expires_at,
      stepUpUntil: stepUpUntil !== null && stepUpUntil > this.#clock.now() ? stepUpUntil : null,
    }
  }

  /** @throws SignetError `step_up_required` unless the operator confirmed within five minutes (SEC-22) */
  async requireStepUp(sessionId: Secret): Promise<void> {
    const { stepUpUntil } = this.describe(await this.require(sessionId))
    if (stepUpUntil === null) {
      throw new SignetError('step_up_required', 'This act needs a confirmation of the last five minutes.', {
        fix: 'Run `signet operator recover` on the server and enter the code it prints.',
      })
    }
  }

  /** The operator's own sessions that are still good, the last used first (SEC-18). */
  async own({ row }: SignedIn): Promise<OwnSession[]> {
    const rows = await this.#store.openSessions(row.operator_id, this.#clock.now())
    return rows.map((each) => ({
      id: each.id_sha256,
      current: each.id_sha256 === row.id_sha256,
      startedAt: each.created_at,
      lastSeenAt: each.last_seen_at,
      endsAt: Math.min(each.idle_expires_at, each.absolute_expires_at),
      ip: each.ip,
      userAgent: each.user_agent,
    }))
  }

  /** Signs out here. */
  end(context: RequestContext, signedIn: SignedIn): Promise<void> {
    return this.#endAll(context, async () => [signedIn.row])
  }

  /**
   * Signs out one session of the operator's own, which may be on another browser (SEC-18).
   *
   * @throws SignetError `not_found` when there is none of that name, or it is somebody else's
   */
  async endOwn(context: RequestContext, { row }: SignedIn, id: string): Promise<void> {
    await this.#endAll(context, async (tx) => {
      const open = await this.#store.openSessions(row.operator_id, this.#clock.now(), tx)
      const wanted = open.filter((each) => each.id_sha256 === id)
      if (wanted.length === 0) throw new SignetError('not_found', 'You have no such sign-in, or it has ended already.')
      return wanted
    })
  }

  /** Signs the operator out everywhere but here (SEC-18). */
  async endOthers(context: RequestContext, { row }: SignedIn): Promise<void> {
    await this.#endAll(context, async (tx) => {
      const open = await this.#store.openSessions(row.operator_id, this.#clock.now(), tx)
      return open.filter((each) => each.id_sha256 !== row.id_sha256)
    })
  }

  async #endAll(context: RequestContext, find: (tx: Tx) => Promise<SessionWithOperator[]>): Promise<void> {
    const ended = await this.#database.transact(async (tx) => {
      const rows = await find(tx)
      for (const row of rows) {
        await this.#store.updateSession(tx, row.id_sha256, { revoked_at: this.#clock.now() })
        await this.#audit.append(tx, context, {
          action: 'session.ended',
          target: { kind: 'operator', id: row.operator_id, label: row.display_name },
          before: { startedAt: row.created_at, ip: row.ip, userAgent: row.user_agent },
        })
      }
      return rows
    })
    for (const row of ended) this.announceEnd({ row })
  }

  /** For a session whose place another one takes (SEC-17); `announceEnd` follows the commit. */
  async revoke(tx: Tx, { row }: SignedIn): Promise<void> {
    await this.#store.updateSession(tx, row.id_sha256, { revoked_at: this.#clock.now() })
  }
}

function isOver(row: SessionWithOperator, now: number): boolean {
  return now >= row.idle_expires_at || now >= row.absolute_expires_at
}

/** Bound to the session and derived from its id, so it needs no storage and cannot outlive it (SEC-20). */
export function csrfTokenOf(sessionId: Secret): string {
  return createHmac('sha256', sessionId.reveal()).update('signet anti-forgery').digest('base64url')
}

export function isCsrfToken(sessionId: Secret, given: string): boolean {
  const expected = Buffer.from(csrfTokenOf(sessionId))
  const actual = Buffer.from(given)
  return expected.length === actual.length && timingSafeEqual(expected, actual)
}
