import { minuteMs, secondMs } from '@signet/shared/vocabulary/time'
import { z } from 'zod'
import type { Clock, Timer } from '../platform/clock.ts'
import { createCertificationRequest } from '../platform/crypto/certificate.ts'
import { generatePrivateKey } from '../platform/crypto/key-pair.ts'
import { newGuid } from '../platform/identifiers.ts'
import type { Logger } from '../platform/log.ts'
import { Secret } from '../platform/secret.ts'
import { SignetError } from '../platform/signet-error.ts'
import { agentFiles, loadStored, removeDurably, storeDurably } from './agent-folder.ts'
import { type AgentIdentity, clientCertificateOf, expiryOf, storeAgentIdentity } from './agent-identity.ts'
import type { ServerClient } from './server-client.ts'

const firstRetryMs = secondMs
const longestRetryMs = 5 * minuteMs
/** However the server counts, no certificate is renewed more often. */
const leastIntervalMs = minuteMs

/** A renewal under way: stored before it is sent, so that a crash sends the same again and gets the same answer. */
const PendingRenewal = z.object({ requestId: z.guid(), generation: z.int(), privateKey: z.string() })
type PendingRenewal = z.infer<typeof PendingRenewal>

export interface AgentRenewalParts {
  readonly agentDir: string
  readonly identity: AgentIdentity
  readonly client: Pick<ServerClient, 'renew' | 'useCertificate'>
  readonly clock: Clock
  readonly log: Logger
  readonly serverNow: () => number
  /** After a new certificate is in use: the next `renewAfter` has to be fetched. */
  readonly onRenewed: () => void
}

/** Renews the agent's own certificate in two phases (SEC-41, SEC-43): request stored, sent, identity replaced, then used. */
export class AgentRenewal {
  readonly #parts: AgentRenewalParts
  #identity: AgentIdentity
  #timer: Timer | undefined
  #renewing: Promise<void> | undefined
  #renewedAtMs = Number.NEGATIVE_INFINITY
  #failures = 0
  #stopped = false

  constructor(parts: AgentRenewalParts) {
    this.#parts = parts
    this.#identity = parts.identity
  }

  /** @param atMs on the local clock */
  schedule(atMs: number): void {
    const { clock } = this.#parts
    const soonestMs = this.#renewedAtMs + leastIntervalMs - clock.monotonicMs()
    this.#wait(Math.max(atMs - clock.now(), soonestMs, 0))
  }

  /** An expired certificate is good for nothing but renewal (SEC-44). @throws SignetError */
  async renewIfExpired(): Promise<void> {
    if (this.#parts.serverNow() >= expiryOf(this.#identity)) await this.#renewOnce()
  }

  stop(): void {
    this.#stopped = true
    this.#timer?.cancel()
  }

  #wait(ms: number): void {
    this.#timer?.cancel()
    if (!this.#stopped) this.#timer = this.#parts.clock.after(ms, () => void this.#due())
  }

  async #due(): Promise<void> {
    try {
      await this.#renewOnce()
      this.#failures = 0
      this.#parts.onRenewed()
    } catch (thrown) {
      const error = SignetError.from(thrown)
      this.#parts.log.warn({ code: error.code, detail: error.detail }, 'agent certificate not renewed')
      this.#wait(Math.min(firstRetryMs * 2 ** this.#failures, longestRetryMs))
      this.#failures += 1
    }
  }

  #renewOnce(): Promise<void> {
    this.#renewing ??= this.#renew().finally(() => {
      this.#renewing = undefined
    })
    return this.#renewing
  }

  async #renew(): Promise<void> {
    const { agentDir, client, clock, log } = this.#parts
    const pending = await this.#pending()
    const csr = await createCertificationRequest(Buffer.from(pending.privateKey, 'base64'), 'signet-agent')
    const { requestId, generation } = pending
    const answer = await client.renew({ csr: csr.toString('base64'), requestId, generation })
    const { certificates } = answer
    this.#identity = {
      ...this.#identity,
      certificates,
      privateKey: new Secret(pending.privateKey),
      generation: answer.generation,
    }
    storeAgentIdentity(agentDir, this.#identity)
    removeDurably(agentFiles.renewal(agentDir))
    client.useCertificate(clientCertificateOf(this.#identity))
    this.#renewedAtMs = clock.monotonicMs()
    log.info({ generation: answer.generation }, 'agent certificate renewed')
  }

  /** The renewal that was cut short, if it is still the next one; else a new one, stored first. */
  async #pending(): Promise<PendingRenewal> {
    const file = agentFiles.renewal(this.#parts.agentDir)
    const generation = this.#identity.generation + 1
    const earlier = loadStored(file, PendingRenewal)
    if (earlier?.generation === generation) return earlier
    const privateKey = (await generatePrivateKey('p256')).toString('base64')
    const pending = { requestId: newGuid(), generation, privateKey }
    storeDurably(file, pending)
    return pending
  }
}
