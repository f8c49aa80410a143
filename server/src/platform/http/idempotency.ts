import { dayMs, minuteMs } from '@signet/shared/vocabulary/time'
import { z } from 'zod'
import type { Clock } from '../clock.ts'
import { sha256 } from '../crypto/thumbprint.ts'
import { type IdempotencyRow, IdempotencyStore } from '../database/idempotency-store.ts'
import type { RequestContext } from '../request-context.ts'
import { SignetError } from '../signet-error.ts'
import type { Transactor, Tx } from '../transaction.ts'

/** What a request is answered with, in the form in which it can be given again. */
export const Answer = z.object({
  status: z.int(),
  body: z.unknown().optional(),
  etag: z.string().optional(),
  auditEvent: z.string().optional(),
})
export type Answer = z.infer<typeof Answer>

export interface KeyedRequest {
  /** As the caller chose it. */
  readonly key: string
  /** Everything that makes this request what it is. */
  readonly content: unknown
  /** The answer holds a secret, which is not kept. */
  readonly secret: boolean
}

/** A GUID, or 128 bits and more in hexadecimal or base64url. */
const keyForm = /^[A-Za-z0-9_-]{22,64}$/
const keptMs = dayMs
/** After this long without an answer, whoever carried the request out is taken for dead. */
const abandonedMs = minuteMs
const forgottenPerStep = 2_000

/**
 * Writes that came with a key are carried out once (SEC-150). That a write took effect is noted in its own transaction,
 * by way of its audit event; so a process that dies at any point neither repeats an effect nor claims one that never was.
 */
export class Idempotency {
  readonly #store = new IdempotencyStore()
  readonly #database: Transactor
  readonly #clock: Clock
  readonly #tenantId: string
  readonly #underWay = new Map<string, Promise<unknown>>()

  constructor(parts: { database: Transactor; clock: Clock; tenantId: string }) {
    this.#database = parts.database
    this.#clock = parts.clock
    this.#tenantId = parts.tenantId
  }

  /**
   * The first answer to this key, or the answer of `work`, which is given the context to write under. The same request
   * at the same time waits for the first one.
   *
   * @throws SignetError `invalid_request` | `idempotency_key_reused` | `idempotency_key_busy` | `idempotency_answer_lost`
   */
  async once(
    context: RequestContext,
    request: KeyedRequest,
    work: (context: RequestContext) => Promise<Answer>,
  ): Promise<Answer> {
    const row = this.#rowOf(context, request)
    for (let first = this.#underWay.get(row.key_sha256); first; first = this.#underWay.get(row.key_sha256)) {
      await first.catch(() => undefined)
    }
    const running = this.#carryOut(context, request, row, work).finally(() => this.#underWay.delete(row.key_sha256))
    this.#underWay.set(row.key_sha256, running)
    return running
  }

  /** Forgets keys whose day is over. */
  async prune(): Promise<void> {
    for (;;) {
      const gone = await this.#database.transact((tx) =>
        this.#store.forgetExpired(tx, this.#clock.now(), forgottenPerStep),
      )
      if (gone < forgottenPerStep) return
    }
  }

  async #carryOut(
    context: RequestContext,
    request: KeyedRequest,
    row: IdempotencyRow,
    work: (context: RequestContext) => Promise<Answer>,
  ): Promise<Answer> {
    const taken = await this.#database.transact((tx) => this.#claim(tx, row))
    if (taken) return this.#again(taken, row)
    const recording: RequestContext = {
      ...context,
      recorded: async (tx, auditEventId) => {
        await this.#store.markEffective(tx, row)
        await context.recorded?.(tx, auditEventId)
      },
    }
    try {
      const answer = await work(recording)
      const response = request.secret ? null : JSON.stringify(answer)
      await this.#database.transact((tx) => this.#store.answered(tx, row, { status: answer.status, response }))
      return answer
    } catch (error) {
      await this.#database.transact((tx) => this.#store.releaseUnlessEffective(tx, row))
      throw error
    }
  }

  /** @returns the row that has the key, unless it may be taken over */
  async #claim(tx: Tx, row: IdempotencyRow): Promise<IdempotencyRow | undefined> {
    const taken = await this.#store.claim(tx, row)
    if (!taken) return undefined
    const isAbandoned =
      taken.effective === 0 && taken.status === null && row.created_at - taken.created_at >= abandonedMs
    if (taken.expires_at > row.created_at && !isAbandoned) return taken
    await this.#store.replace(tx, row)
    return undefined
  }

  #again(taken: IdempotencyRow, row: IdempotencyRow): Answer {
    if (taken.request_sha256 !== row.request_sha256) {
      throw new SignetError('idempotency_key_reused', 'This idempotency key was used for another request.', {
        fix: 'Make a new key for every new request.',
      })
    }
    if (taken.response !== null) return Answer.parse(JSON.parse(taken.response))
    if (taken.effective === 0 && taken.status === null) {
      throw new SignetError('idempotency_key_busy', undefined, { retryAfterSeconds: 2 })
    }
    throw new SignetError('idempotency_answer_lost', 'It took effect, but its answer was not kept.', {
      fix: 'Read the current state; ask again with a new key if something is still to be done.',
    })
  }

  /** Keys of one caller mean nothing to another. */
  #rowOf(context: RequestContext, request: KeyedRequest): IdempotencyRow {
    if (!keyForm.test(request.key)) {
      throw new SignetError('invalid_request', 'The idempotency key must be 22 to 64 letters, digits, - or _.')
    }
    const now = this.#clock.now()
    const { kind, id } = context.actor
    return {
      tenant_id: this.#tenantId,
      key_sha256: sha256(`${kind}|${id ?? ''}|${request.key}`),
      request_sha256: sha256(JSON.stringify(request.content)),
      effective: 0,
      status: null,
      response: null,
      created_at: now,
      expires_at: now + keptMs,
    }
  }
}
