import { dayMs, minuteMs, secondMs } from '@signet/shared/vocabulary/time'
import type { DesiredPrincipal, DesiredState, ReportRequest } from '@signet/shared/wire/agent-protocol'
import type { Clock, Timer } from '../platform/clock.ts'
import { createCertificationRequest } from '../platform/crypto/certificate.ts'
import { generatePrivateKey, importPrivateKey, keyAlgorithmOf } from '../platform/crypto/key-pair.ts'
import type { Logger } from '../platform/log.ts'
import { SignetError } from '../platform/signet-error.ts'
import type { CredentialRecord, StoredCredential } from './credential-file.ts'
import { planSlot, type SlotStep } from './credential-plan.ts'
import type { HeldIdentities } from './held-identities.ts'
import type { ServerClient } from './server-client.ts'

const firstRetryMs = secondMs
const longestRetryMs = minuteMs
/** A state may have been computed before our last step and arrive after it. */
const staleStateMs = 10 * secondMs
/** More steps than a healthy slot ever needs in a row. */
const mostSteps = 5

type SlotError = ReportRequest['errors'][number]

interface SlotJob {
  running: Promise<void> | undefined
  /** Something changed while it ran: look again. */
  again: boolean
  retry: Timer | undefined
  failures: number
  /** The slot as it was when the last step failed. */
  failedOn: string | undefined
  error: SlotError | undefined
  changedAtMs: number
}

export interface CredentialSyncParts {
  readonly held: HeldIdentities
  readonly client: Pick<ServerClient, 'requestCertificate' | 'acknowledge' | 'sync'>
  readonly clock: Clock
  readonly log: Logger
  /** Called after every settled or failed slot. */
  readonly onSettled: () => void
}

/**
 * Brings the credentials of this instance to what the server wants: key and CSR made here, certificate stored, then
 * acknowledged, then used. One flight per slot; a newer state is looked at when the step under way is done.
 */
export class CredentialSync {
  readonly #parts: CredentialSyncParts
  readonly #jobs = new Map<string, SlotJob>()
  #stopped = false

  constructor(parts: CredentialSyncParts) {
    this.#parts = parts
  }

  get errors(): SlotError[] {
    return [...this.#jobs.values()].flatMap((job) => (job.error ? [job.error] : [])).slice(0, 100)
  }

  /** Works towards the state that `held` has taken in. @returns when every slot was tried once */
  async reconcile(state: DesiredState): Promise<void> {
    const wanted = new Set<string>(state.principals.map((principal) => principal.slot.id))
    for (const [slotId, job] of this.#jobs) {
      if (wanted.has(slotId)) continue
      job.retry?.cancel()
      this.#jobs.delete(slotId)
    }
    await Promise.all(state.principals.map(({ slot }) => (this.#isBackingOff(slot) ? undefined : this.#wake(slot.id))))
  }

  /** A failed attempt may itself make the server send a new state; only one that changes the slot ends the wait. */
  #isBackingOff(slot: DesiredPrincipal['slot']): boolean {
    return this.#jobs.get(slot.id)?.failedOn === JSON.stringify(slot)
  }

  stop(): void {
    this.#stopped = true
    for (const job of this.#jobs.values()) job.retry?.cancel()
  }

  #wake(slotId: string): Promise<void> {
    const job = this.#jobs.get(slotId) ?? newJob()
    this.#jobs.set(slotId, job)
    job.again = true
    job.retry?.cancel()
    job.running ??= this.#run(slotId, job).finally(() => {
      job.running = undefined
    })
    return job.running
  }

  async #run(slotId: string, job: SlotJob): Promise<void> {
    while (job.again && !this.#stopped) {
      job.again = false
      const startedMs = this.#parts.clock.monotonicMs()
      try {
        await this.#settle(slotId, job)
        job.failures = 0
        job.failedOn = undefined
        job.error = undefined
      } catch (thrown) {
        this.#failed(slotId, job, SignetError.from(thrown), this.#parts.clock.monotonicMs() - startedMs)
      }
      this.#parts.onSettled()
    }
  }

  #failed(slotId: string, job: SlotJob, error: SignetError, tookMs: number): void {
    const principal = this.#desired(slotId)
    if (!principal || this.#stopped) return
    const durationMs = Math.min(Math.max(0, Math.round(tookMs)), dayMs)
    job.error = { slotId: principal.slot.id, code: error.code, detail: error.detail.slice(0, 500), durationMs }
    const backoff = Math.min(firstRetryMs * 2 ** job.failures, longestRetryMs)
    const waitMs = Math.max(backoff, (error.retryAfterSeconds ?? 0) * secondMs)
    job.failures += 1
    job.failedOn = JSON.stringify(principal.slot)
    this.#parts.log.warn({ slotId, code: error.code, detail: error.detail, waitMs }, 'credential step failed')
    job.retry = this.#parts.clock.after(waitMs, () => void this.#wake(slotId))
  }

  #desired(slotId: string): DesiredPrincipal | undefined {
    return this.#parts.held.state?.principals.find((principal) => principal.slot.id === slotId)
  }

  async #settle(slotId: string, job: SlotJob): Promise<void> {
    let principal = this.#desired(slotId)
    for (let steps = 0; principal && steps < mostSteps && !this.#stopped; steps += 1) {
      let step = planSlot(principal.slot, this.#parts.held.record(slotId))
      if (mayBeMistaken(step) && this.#mayBeStale(job)) {
        const fresh: DesiredState = await this.#parts.client.sync()
        principal = fresh.principals.find((one) => one.slot.id === slotId)
        if (!principal) return
        step = planSlot(principal.slot, this.#parts.held.record(slotId))
      }
      if (step.kind === 'keep') return
      principal = await this.#take(step, principal)
      job.changedAtMs = this.#parts.clock.monotonicMs()
    }
  }

  #mayBeStale(job: SlotJob): boolean {
    return this.#parts.clock.monotonicMs() - job.changedAtMs < staleStateMs
  }

  /** @returns the principal as it stands after the step; undefined when it was wiped meanwhile */
  async #take(step: SlotStep, principal: DesiredPrincipal): Promise<DesiredPrincipal | undefined> {
    const local = this.#parts.held.record(principal.slot.id)
    if (step.kind === 'request') return this.#request(principal, local)
    if (step.kind === 'acknowledge') return this.#acknowledge(principal, local, step.from)
    if (step.kind === 'restore') return this.#restore(principal, local)
    if (step.kind === 'forget') return this.#forget(principal)
    return this.#activate(principal, local)
  }

  async #request(
    principal: DesiredPrincipal,
    local: CredentialRecord | undefined,
  ): Promise<DesiredPrincipal | undefined> {
    const { held, client, log } = this.#parts
    const { slot, objectId } = principal
    const runId = slot.run?.id ?? null
    const key = await this.#pendingKey(principal, local)
    if (!key) return undefined
    const csr = await createCertificationRequest(Buffer.from(key, 'base64'), objectId)
    try {
      const answer = await client.requestCertificate(slot.id, { csr: csr.toString('base64'), ...(runId && { runId }) })
      const prepared = { privateKey: key, runId, certificates: answer.certificates, x5tS256: answer.x5tS256 }
      const isStored = held.storeRecord({ ...this.#base(principal), pendingKey: null, prepared })
      if (!isStored) return undefined
      log.info({ objectId, x5tS256: answer.x5tS256 }, 'certificate received')
      return { ...principal, slot: { ...slot, prepared: answer.x5tS256 } }
    } catch (error) {
      // The server will never certify this key; the next attempt makes another.
      if (error instanceof SignetError && (error.code === 'key_reused' || error.code === 'csr_refused')) {
        held.storeRecord({ ...this.#base(principal), pendingKey: null })
      }
      throw error
    }
  }

  /**
   * The key of an attempt that was cut short, or a new one; stored before it is sent anywhere. One that was made for another
   * run is not used: a rotation in an emergency wants a key that was on no disk before.
   */
  async #pendingKey(principal: DesiredPrincipal, local: CredentialRecord | undefined): Promise<string | undefined> {
    const { slot } = principal
    const runId = slot.run?.id ?? null
    const earlier = local?.pendingKey
    if (
      earlier?.runId === runId &&
      keyAlgorithmOf(importPrivateKey(Buffer.from(earlier.privateKey, 'base64'))) === slot.keyAlgorithm
    ) {
      return earlier.privateKey
    }
    const privateKey = (await generatePrivateKey(slot.keyAlgorithm)).toString('base64')
    const pendingKey = { privateKey, runId }
    return this.#parts.held.storeRecord({ ...this.#base(principal), pendingKey }) ? privateKey : undefined
  }

  async #acknowledge(
    principal: DesiredPrincipal,
    local: CredentialRecord | undefined,
    from: 'prepared' | 'active',
  ): Promise<DesiredPrincipal | undefined> {
    const stored = local?.[from]
    if (!stored) return undefined
    await this.#parts.client.acknowledge(principal.slot.id, { x5tS256: stored.x5tS256 })
    return from === 'prepared' ? this.#activate(principal, local) : activated(principal, stored.x5tS256, local.previous)
  }

  #activate(principal: DesiredPrincipal, local: CredentialRecord | undefined): DesiredPrincipal | undefined {
    const prepared = local?.prepared
    if (!prepared) return undefined
    const base = this.#base(principal)
    const previous = base.active ?? base.previous
    const isStored = this.#parts.held.storeRecord({ ...base, prepared: null, active: prepared, previous })
    if (!isStored) return undefined
    this.#parts.log.info({ objectId: principal.objectId, x5tS256: prepared.x5tS256 }, 'certificate in use')
    return activated(principal, prepared.x5tS256, previous)
  }

  /** The certificate that was rolled back is revoked: its key goes at once. */
  #restore(principal: DesiredPrincipal, local: CredentialRecord | undefined): DesiredPrincipal | undefined {
    const previous = local?.previous
    if (!previous) return undefined
    const isStored = this.#parts.held.storeRecord({ ...this.#base(principal), active: previous, previous: null })
    this.#parts.log.info({ objectId: principal.objectId, x5tS256: previous.x5tS256 }, 'rolled back to this certificate')
    return isStored ? principal : undefined
  }

  #forget(principal: DesiredPrincipal): DesiredPrincipal | undefined {
    return this.#parts.held.storeRecord({ ...this.#base(principal), previous: null }) ? principal : undefined
  }

  /** The record as it stands now: an await may have passed since it was last looked at. */
  #base({ slot, objectId }: DesiredPrincipal): CredentialRecord {
    const empty = { slotId: slot.id, objectId, pendingKey: null, prepared: null, active: null, previous: null }
    return this.#parts.held.record(slot.id) ?? empty
  }
}

function newJob(): SlotJob {
  return {
    running: undefined,
    again: false,
    retry: undefined,
    failures: 0,
    failedOn: undefined,
    error: undefined,
    changedAtMs: Number.NEGATIVE_INFINITY,
  }
}

/** Whether a state that is older than our last step could ask for it by mistake. */
function mayBeMistaken({ kind }: SlotStep): boolean {
  return kind === 'request' || kind === 'restore' || kind === 'forget'
}

/** The principal as the server has it once `x5tS256` is acknowledged; the state that says so may take a moment. */
function activated(
  principal: DesiredPrincipal,
  x5tS256: NonNullable<DesiredPrincipal['slot']['active']>,
  previous: StoredCredential | null,
): DesiredPrincipal {
  const slot = { ...principal.slot, active: x5tS256, prepared: null, previous: previous?.x5tS256 ?? null, run: null }
  return { ...principal, slot }
}
