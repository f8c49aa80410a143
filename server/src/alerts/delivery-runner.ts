import { dayMs, hourMs, minuteMs, secondMs } from '@signet/shared/vocabulary/time'
import type { AuditLog } from '../audit/index.ts'
import type { Clock } from '../platform/clock.ts'
import { newGuid, randomShare } from '../platform/identifiers.ts'
import type { Logger } from '../platform/log.ts'
import { type OutboundAnswer, type OutboundCall, OutboundError } from '../platform/outbound.ts'
import { PeriodicTask } from '../platform/periodic.ts'
import { systemContext } from '../platform/request-context.ts'
import type { ChangeRecorder, Transactor } from '../platform/transaction.ts'
import { type AttemptResult, verdictOf } from './delivery-rules.ts'
import type { WebhookSecrets } from './webhook-secrets.ts'
import { signatureHeaders } from './webhook-signature.ts'
import type { ClaimedDelivery, DeliveryRow, WebhookRow, WebhooksStore } from './webhooks-store.ts'

const turnMs = secondMs
/** Longer than all that one claim may take, at five seconds a call. */
const leaseMs = minuteMs
const mostPerClaim = 4
const answerBytes = 1_024
const finishedKeptMs = 30 * dayMs

/** Posts a message over a guarded connection (SEC-159). @throws OutboundError */
export type Post = (call: Pick<OutboundCall, 'url' | 'headers' | 'body' | 'keepBytes'>) => Promise<OutboundAnswer>

export interface RunnerParts {
  readonly store: WebhooksStore
  readonly secrets: WebhookSecrets
  readonly post: Post
  readonly database: Transactor & ChangeRecorder
  readonly audit: AuditLog
  readonly clock: Clock
  readonly log: Logger
}

type Attempt = AttemptResult & Pick<DeliveryRow, 'status' | 'answer' | 'fault' | 'duration_ms'>

/**
 * Sends what waits in the queue. A message is leased, sent, and its outcome recorded under the fence of the lease: a process
 * that dies in between leaves the message to be sent again under the same ID (at least once). Each receiver is served by
 * itself, so that one that hangs holds up no other (SEC-126).
 */
export class DeliveryRunner {
  readonly #parts: RunnerParts
  readonly #owner = newGuid()
  readonly #serving = new Map<string, Promise<void>>()
  #task: PeriodicTask | undefined
  #upkeep: PeriodicTask | undefined
  #stopped = false

  constructor(parts: RunnerParts) {
    this.#parts = parts
  }

  start(): void {
    const { clock, log } = this.#parts
    this.#task ??= new PeriodicTask({ name: 'webhooks', intervalMs: turnMs, clock, log, run: () => this.turn() })
    const run = () => this.upkeep()
    this.#upkeep ??= new PeriodicTask({ name: 'webhook upkeep', intervalMs: hourMs, clock, log, run })
  }

  async stop(): Promise<void> {
    this.#stopped = true
    await Promise.all([this.#task?.stop(), this.#upkeep?.stop()])
    await this.settled()
  }

  /** Messages that are neither delivered nor given up. */
  waiting(): Promise<number> {
    return this.#parts.store.countUnfinished()
  }

  /** Something was queued: it need not wait for the next turn. */
  poke(): void {
    this.#task?.poke()
  }

  /** Begins to serve every receiver that something is due for, and is not served already. */
  async turn(): Promise<void> {
    const { store, clock, log } = this.#parts
    for (const id of await store.due(clock.now())) {
      if (this.#serving.has(id)) continue
      const serving = this.#serve(id)
        .catch((error: unknown) => log.error({ err: error, webhookId: id }, 'webhook could not be served'))
        .finally(() => this.#serving.delete(id))
      this.#serving.set(id, serving)
    }
  }

  /** Whatever is under way is over. */
  async settled(): Promise<void> {
    await Promise.all(this.#serving.values())
  }

  async upkeep(): Promise<void> {
    const { store, database, clock } = this.#parts
    const now = clock.now()
    await database.transact(async (tx) => {
      for (const id of await store.giveUp(tx, now)) await database.changed(tx, { kind: 'webhook', id })
      await store.forgetBefore(tx, now - finishedKeptMs)
    })
  }

  async #serve(webhookId: string): Promise<void> {
    const { store, database, clock } = this.#parts
    for (;;) {
      const claims = await database.transact((tx) =>
        store.claim(tx, webhookId, { owner: this.#owner, now: clock.now(), leaseMs, limit: mostPerClaim }),
      )
      for (const claim of claims) {
        if (this.#stopped) return
        await this.#send(claim)
      }
      if (claims.length < mostPerClaim) return
    }
  }

  async #send(claim: ClaimedDelivery): Promise<void> {
    const held = await this.#parts.store.held(claim)
    if (held?.webhook.enabled !== 1) return
    const attempt = await this.#attempt(held.delivery, held.webhook)
    await this.#record(claim, attempt)
  }

  async #attempt(delivery: DeliveryRow, webhook: WebhookRow): Promise<Attempt> {
    const { secrets, post, clock } = this.#parts
    const began = clock.monotonicMs()
    const took = () => Math.round(clock.monotonicMs() - began)
    try {
      const message = { id: delivery.id, timestampSeconds: Math.floor(clock.now() / secondMs), body: delivery.payload }
      const signed = signatureHeaders(message, secrets.validOf(webhook))
      const answer = await post({
        url: new URL(webhook.url),
        headers: { 'content-type': 'application/json', 'user-agent': 'Signet-Webhook', ...signed },
        body: delivery.payload,
        keepBytes: answerBytes,
      })
      const { status, text, retryAfter } = answer
      return { status, retryAfter, answer: text, fault: null, duration_ms: took() }
    } catch (error) {
      if (!(error instanceof OutboundError)) this.#parts.log.error({ err: error }, 'webhook could not be sent')
      const fault = error instanceof OutboundError ? error.message : 'it could not be signed or sent'
      return { status: null, answer: null, fault, duration_ms: took() }
    }
  }

  async #record(claim: ClaimedDelivery, { retryAfter, ...kept }: Attempt): Promise<void> {
    const { store, database, audit, clock } = this.#parts
    await database.transact(async (tx) => {
      const held = await store.held(claim, tx)
      if (!held) return
      const { delivery, webhook } = held
      const now = clock.now()
      const facts = { attempt: delivery.attempt, now, givesUpAt: delivery.gives_up_at, share: randomShare() }
      const verdict = verdictOf({ status: kept.status, retryAfter }, facts)
      await store.updateDelivery(tx, delivery, {
        ...kept,
        state: verdict.state,
        lease_owner: null,
        updated_at: now,
        ...(verdict.state === 'waiting' ? { due_at: verdict.dueAt } : { finished_at: now }),
      })
      if (verdict.state === 'dead' && verdict.isGone && webhook.enabled === 1) {
        await store.update(tx, webhook, { enabled: 0, disabled_because: 'gone', updated_at: now })
        await audit.append(tx, systemContext('webhooks', newGuid()), {
          action: 'webhook.disabled',
          target: { kind: 'webhook', id: webhook.id, label: webhook.name },
          reason: 'The receiver answered 410 Gone.',
        })
      }
      await database.changed(tx, { kind: 'webhook', id: webhook.id })
    })
  }
}
