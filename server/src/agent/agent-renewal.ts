import { createHash } from 'node:crypto'
import { minuteMs, secondMs } from '@signet/shared/vocabulary/time'
import { z } from 'zod'
import type { Clock, Timer } from '../platform/clock.ts'
import { createCertificationRequest, readCertificate } from '../platform/crypto/certificate.ts'
import { generatePrivateKey } from '../platform/crypto/key-pair.ts'
import { newGuid } from '../platform/identifiers.ts'
import type { Logger } from '../platform/log.ts'
import { Secret } from '../platform/secret.ts'
import { SignetError } from '../platform/signet-error.ts'
import { agentFiles, loadStored, removeDurably, storeDurably } from './agent-folder.ts'
import {
  type AgentIdentity,
  type AgentProof,
  clientCertificateOf,
  expiryOf,
  storeAgentIdentity,
} from './agent-identity.ts'
import type { ServerClient } from './server-client.ts'

const firstRetryMs = secondMs
const longestRetryMs = 5 * minuteMs
/** However the server counts, no certificate is renewed more often. */
const leastIntervalMs = minuteMs
/** Those of a day and a half, at one renewal in half a day. Backups are made by the hour. */
const mostPrevious = 3
const comeBackIntervalMs = 10 * minuteMs

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
  #comeBackFromMs = Number.NEGATIVE_INFINITY
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

  /**
   * The server did not take the newest certificate. One that was restored from a backup knows an earlier one, and renews that
   * into the next generation over the key which that generation had before: no number is used with two keys (SEC-42). A server
   * that was not restored knows no earlier one, and refuses each. Asked for again too soon, it does nothing. Never throws.
   */
  async comeBack(): Promise<void> {
    const now = this.#parts.clock.monotonicMs()
    if (now < this.#comeBackFromMs || this.#renewing || this.#stopped) return
    this.#comeBackFromMs = now + comeBackIntervalMs
    this.#renewing = this.#renewEarlier().finally(() => {
      this.#renewing = undefined
    })
    await this.#renewing
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
    const { client } = this.#parts
    const pending = await this.#pending()
    const csr = await createCertificationRequest(Buffer.from(pending.privateKey, 'base64'), 'signet-agent')
    const { requestId, generation } = pending
    const answer = await client.renew({ csr: csr.toString('base64'), requestId, generation })
    const { certificates } = answer
    const privateKey = new Secret(pending.privateKey)
    const { previous, ...before } = this.#identity
    this.#take({ certificates, privateKey, generation: answer.generation }, [before, ...previous])
    this.#parts.log.info({ generation: answer.generation }, 'agent certificate renewed')
  }

  #take({ certificates, privateKey, generation }: AgentProof, previous: readonly AgentProof[]): void {
    const { agentDir, client, clock } = this.#parts
    const kept = previous.slice(0, mostPrevious)
    this.#identity = { ...this.#identity, certificates, privateKey, generation, previous: kept }
    storeAgentIdentity(agentDir, this.#identity)
    removeDurably(agentFiles.renewal(agentDir))
    client.useCertificate(clientCertificateOf(this.#identity))
    this.#renewedAtMs = clock.monotonicMs()
  }

  async #renewEarlier(): Promise<void> {
    const { client, log } = this.#parts
    const { previous } = this.#identity
    let next: AgentProof = this.#identity
    for (const [index, earlier] of previous.entries()) {
      try {
        client.useCertificate(clientCertificateOf(earlier))
        const { certificates, generation } = await client.renew(await renewalOf(earlier, next))
        this.#take({ certificates, privateKey: next.privateKey, generation }, previous.slice(index))
        log.warn(
          { generation },
          'the server knew an earlier certificate of this agent alone, as after a restore; renewed it',
        )
        return
      } catch (thrown) {
        // Whoever is refused may be known by the one before; whatever else is wrong says nothing about that.
        if (SignetError.from(thrown).code !== 'agent_refused') break
      }
      next = earlier
    }
    client.useCertificate(clientCertificateOf(this.#identity))
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

/** The same request each time: its ID follows from the key, so that an answer that was lost is given again (SEC-43). */
async function renewalOf(earlier: AgentProof, next: AgentProof) {
  const key = Buffer.from(next.privateKey.reveal(), 'base64')
  const csr = await createCertificationRequest(key, 'signet-agent')
  const digest = createHash('sha256')
    .update(readCertificate(leafOf(next)).spkiS256)
    .digest('hex')
  const requestId = digest.replace(/^(.{8})(.{4}).(.{3}).(.{3})(.{12}).*$/, '$1-$2-4$3-8$4-$5')
  return { csr: csr.toString('base64'), requestId, generation: earlier.generation + 1 }
}

function leafOf({ certificates }: AgentProof): Buffer {
  return Buffer.from(certificates[0] ?? '', 'base64')
}
