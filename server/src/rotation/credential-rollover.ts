import type { KeyObject } from 'node:crypto'
import { KeyAlgorithm, type RunState, type RunTrigger } from '@signet/shared/vocabulary/credential-states'
import { type AgentId, type CredentialId, ObjectId, RunId, type SlotId } from '@signet/shared/vocabulary/identifiers'
import { secondMs } from '@signet/shared/vocabulary/time'
import type { AuditLog } from '../audit/index.ts'
import type { Clock } from '../platform/clock.ts'
import { spkiS256 } from '../platform/crypto/certificate.ts'
import { provenKeyOf } from '../platform/crypto/certification-requests.ts'
import { keyAlgorithmOf } from '../platform/crypto/key-pair.ts'
import { newGuid, randomShare, SequentialIds } from '../platform/identifiers.ts'
import { type RequestContext, systemContext } from '../platform/request-context.ts'
import { SignetError } from '../platform/signet-error.ts'
import type { ChangeRecorder, Transactor, Tx } from '../platform/transaction.ts'
import type { CertificateAuthorities, KeyCredential, PrincipalRegistry } from '../principals/index.ts'
import { laneOf, mostJitter, overlapUntil, rotateAfter } from './rotation-policy.ts'
import type { PolicyRow, RotationStore, RunRow, SlotRow } from './rotation-store.ts'

export interface RolloverParts {
  readonly store: RotationStore
  readonly database: Transactor & ChangeRecorder
  readonly registry: PrincipalRegistry
  readonly authorities: CertificateAuthorities
  readonly audit: AuditLog
  readonly clock: Clock
  readonly tenantId: string
}

/** Called in the transaction that puts a credential to use. */
export type ActivationObserver = (tx: Tx, context: RequestContext, principalId: ObjectId) => Promise<void>

/**
 * One slot's rollover: open → prepare → activate → retire. The first credential of an identity is its first rollover.
 * Every step is one transaction with its audit rows, and repeating a step changes nothing (data-and-scale §4.2).
 */
export class CredentialRollover {
  readonly #parts: RolloverParts
  readonly #ids: SequentialIds
  readonly #observers: ActivationObserver[] = []

  constructor(parts: RolloverParts) {
    this.#parts = parts
    this.#ids = new SequentialIds(parts.clock)
  }

  onActivated(observer: ActivationObserver): void {
    this.#observers.push(observer)
  }

  /** Opens a slot for a principal on an agent and asks for its first credential. */
  async openSlot(tx: Tx, context: RequestContext, owner: { principalId: ObjectId; agentId: AgentId }): Promise<void> {
    const { store, registry, clock, tenantId } = this.#parts
    const now = clock.now()
    const policy = await store.policy(tenantId, tx)
    const id = newGuid()
    await store.insertSlot(tx, {
      id,
      tenant_id: tenantId,
      principal_id: owner.principalId,
      principal_name: (await registry.require(owner.principalId, tx)).displayName,
      agent_id: owner.agentId,
      holder: 'agent',
      state: 'open',
      policy_id: policy.id,
      active_credential_id: null,
      prepared_credential_id: null,
      jitter: randomShare() * mostJitter,
      rotate_after: null,
      failures: 0,
      version: 1,
      created_at: now,
      updated_at: now,
    })
    const slot = await store.slot(id, tx)
    if (slot) await this.request(tx, context, slot, 'enable')
  }

  /** Closes every slot of a principal and cancels what was under way; its credentials are the registry's to revoke. */
  async closeSlots(tx: Tx, context: RequestContext, principalId: ObjectId): Promise<void> {
    const { store, clock } = this.#parts
    const now = clock.now()
    for (const slot of await store.openSlots({ principalIds: [principalId] }, tx)) {
      const run = await store.openRun(slot.id, tx)
      if (run) await this.#cancel(tx, context, run)
      await store.updateSlot(tx, slot, { state: 'closed', rotate_after: null, updated_at: now })
      await this.#parts.database.changed(tx, { kind: 'slot', id: principalId })
    }
  }

  /**
   * T1: opens a run. One that is still waiting for its certificate is returned as it is; one that only waits for the
   * end of its overlap is completed first, since the credential it brought is in use.
   */
  async request(tx: Tx, context: RequestContext, slot: SlotRow, trigger: RunTrigger, reason?: string): Promise<RunRow> {
    const { store, clock, tenantId, database, audit, registry } = this.#parts
    const open = await store.openRun(slot.id, tx)
    if (open && open.state !== 'activated') return open
    if (open) await this.complete(tx, context, open)
    const now = clock.now()
    const from = slot.active_credential_id ? await registry.requireCredential(slot.active_credential_id, tx) : undefined
    const lifeLeft = from ? (from.notAfter - now) / (from.notAfter - from.notBefore) : null
    const id = RunId.parse(this.#ids.next())
    await store.insertRun(tx, {
      id,
      tenant_id: tenantId,
      slot_id: slot.id,
      principal_id: slot.principal_id,
      principal_name: slot.principal_name,
      trigger,
      actor_kind: context.actor.kind,
      actor_id: context.actor.id,
      actor_label: context.actor.label,
      state: 'requested',
      lane: laneOf(trigger, lifeLeft),
      from_credential_id: slot.active_credential_id,
      to_credential_id: null,
      attempt: 0,
      due_at: now,
      lease_owner: null,
      fence: 0,
      error_code: null,
      error_detail: null,
      prepared_at: null,
      activated_at: null,
      finished_at: null,
      version: 1,
      created_at: now,
      updated_at: now,
    })
    const run = await this.#requireRun(id, tx)
    await this.#step(tx, context, run, { from: null, to: 'requested', ...(reason && { detail: reason }) })
    await audit.append(tx, context, {
      action: 'rotation.requested',
      target: await this.#targetOf(tx, run),
      ...(reason && { reason }),
      after: { runId: id, trigger },
    })
    await database.changed(tx, { kind: 'slot', id: slot.principal_id })
    return run
  }

  /** Rotate now, at somebody's wish. @throws SignetError `conflict` when the identity has no slot to rotate */
  async rotateNow(context: RequestContext, principalId: ObjectId, reason?: string): Promise<RunRow[]> {
    return this.#parts.database.transact((tx) => this.rotate(tx, context, principalId, reason))
  }

  /** As `rotateNow`, in the caller's transaction. */
  async rotate(tx: Tx, context: RequestContext, principalId: ObjectId, reason?: string): Promise<RunRow[]> {
    const slots = await this.#parts.store.openSlots({ principalIds: [principalId] }, tx)
    if (slots.length === 0) {
      throw new SignetError('conflict', 'This identity is off, or its instance has no agent; nothing can be rotated.', {
        fix: 'Turn the identity on first.',
      })
    }
    const runs: RunRow[] = []
    for (const slot of slots) runs.push(await this.request(tx, context, slot, 'manual', reason))
    return runs
  }

  /**
   * T2: a certificate for the key of a CSR. The same key gets the same certificate again; another key revokes the
   * certificate that was prepared before. A request without an open run means that the instance lost its key, and opens
   * one.
   *
   * @returns the certificate chain, leaf first, DER
   * @throws SignetError `not_found` | `csr_refused` | `key_reused` | `conflict`
   */
  async prepare(
    context: RequestContext,
    agentId: AgentId,
    slotId: SlotId,
    csr: Buffer,
  ): Promise<{ credential: KeyCredential; chain: Buffer[] }> {
    const { registry, authorities, store } = this.#parts
    const slot = await this.#slotOf(agentId, slotId)
    const publicKey = await provenKeyOf(csr)
    const spki = spkiS256(publicKey)
    const chain = authorities.chainOf('credentials')
    const known = await registry.credentialForKey(slotId, spki)
    if (known) return { credential: stillGood(known), chain }
    const policy = await store.policy(this.#parts.tenantId)
    const keyAlgorithm = requireAlgorithm(publicKey, policy)
    const facts = await this.#issue(slot, policy, publicKey)
    const record = async (tx: Tx) => {
      const again = await registry.credentialForKey(slotId, spki, tx)
      if (again) return stillGood(again)
      await registry.claimKey(tx, { spkiS256: spki, ownerKind: 'credential', ownerId: slotId })
      return this.#recordPrepared(tx, context, { agentId, slotId, facts, keyAlgorithm })
    }
    const credential = await registry.recordingKeyRefusal(context, () => this.#parts.database.transact(record))
    return { credential, chain }
  }

  /** T3, as the agent confirms that it holds key and certificate on disk. Repeating it changes nothing. */
  async acknowledge(context: RequestContext, agentId: AgentId, slotId: SlotId, x5tS256: string): Promise<void> {
    await this.#parts.database.transact(async (tx) => {
      const slot = await this.#slotOf(agentId, slotId, tx)
      if (slot.active_credential_id) {
        const active = await this.#parts.registry.requireCredential(slot.active_credential_id, tx)
        if (active.x5tS256 === x5tS256) return
      }
      const prepared = slot.prepared_credential_id
        ? await this.#parts.registry.requireCredential(slot.prepared_credential_id, tx)
        : undefined
      if (prepared?.x5tS256 !== x5tS256) throw new SignetError('conflict', 'That certificate is not the prepared one.')
      await this.#activate(tx, context, slot, prepared)
    })
  }

  /** T3, as the authority sees the first good assertion of a prepared credential. */
  async activateUsed(credentialId: CredentialId): Promise<void> {
    const context = systemContext('first use', newGuid())
    await this.#parts.database.transact(async (tx) => {
      const credential = await this.#parts.registry.requireCredential(credentialId, tx)
      if (credential.state !== 'prepared') return
      const slot = await this.#parts.store.slot(credential.slotId, tx)
      if (slot?.prepared_credential_id === credentialId) await this.#activate(tx, context, slot, credential)
    })
  }

  /** T4: the old credential retires and the run is complete. */
  async complete(tx: Tx, context: RequestContext, run: RunRow): Promise<void> {
    const { registry, clock, audit } = this.#parts
    const now = clock.now()
    if (run.from_credential_id) {
      const old = await registry.requireCredential(run.from_credential_id, tx)
      if (old.state === 'retiring') await registry.retireCredential(tx, context, old)
    }
    await this.#moveRun(tx, run, { state: 'completed', finished_at: now })
    await this.#step(tx, context, run, { from: run.state, to: 'completed' })
    await audit.append(tx, context, {
      action: 'rotation.completed',
      target: await this.#targetOf(tx, run),
      after: { runId: run.id },
    })
    await this.#parts.database.changed(tx, { kind: 'slot', id: run.principal_id })
  }

  /**
   * T5: the old credential is untouched, so failing never takes a token away. One that was prepared and not picked up
   * retires unused: put to use later, it would reopen a run that has ended.
   */
  async fail(tx: Tx, context: RequestContext, run: RunRow, retryAfter: number, reason: string): Promise<void> {
    const { store, clock, audit, registry } = this.#parts
    const now = clock.now()
    await this.#moveRun(tx, run, {
      state: 'failed',
      finished_at: now,
      error_code: 'agent_offline',
      error_detail: reason,
    })
    await this.#step(tx, context, run, { from: run.state, to: 'failed', errorCode: 'agent_offline', detail: reason })
    const slot = await store.slot(run.slot_id, tx)
    if (slot?.prepared_credential_id) {
      const unused = await registry.requireCredential(slot.prepared_credential_id, tx)
      if (unused.state === 'prepared') await registry.retireCredential(tx, context, unused)
    }
    if (slot) {
      await store.updateSlot(tx, slot, {
        prepared_credential_id: null,
        failures: slot.failures + 1,
        rotate_after: retryAfter,
        updated_at: now,
      })
    }
    await audit.append(tx, context, {
      action: 'rotation.failed',
      outcome: 'failed',
      target: await this.#targetOf(tx, run),
      reason,
      after: { runId: run.id },
    })
  }

  async #issue(slot: SlotRow, policy: PolicyRow, publicKey: KeyObject) {
    const principal = await this.#parts.registry.require(slot.principal_id)
    return this.#parts.authorities.issue('credentials', {
      commonName: principal.clientId,
      publicKey,
      usage: 'clientAuth',
      lifetimeMs: policy.lifetime_s * secondMs,
    })
  }

  async #recordPrepared(
    tx: Tx,
    context: RequestContext,
    given: {
      agentId: AgentId
      slotId: SlotId
      facts: Awaited<ReturnType<CertificateAuthorities['issue']>>
      keyAlgorithm: KeyAlgorithm
    },
  ): Promise<KeyCredential> {
    const { registry, store, authorities, clock } = this.#parts
    const slot = await this.#slotOf(given.agentId, given.slotId, tx)
    const open = await store.openRun(slot.id, tx)
    const run = open && open.state !== 'activated' ? open : await this.request(tx, context, slot, 'reenroll')
    if (slot.prepared_credential_id) {
      const earlier = await registry.requireCredential(slot.prepared_credential_id, tx)
      if (earlier.state === 'prepared') await registry.revokeCredential(tx, context, earlier, 'replaced before use')
    }
    const credential = await registry.addPrepared(tx, context, {
      slotId: given.slotId,
      runId: RunId.parse(run.id),
      principalId: ObjectId.parse(slot.principal_id),
      authorityId: authorities.idOf('credentials'),
      keyAlgorithm: given.keyAlgorithm,
      facts: given.facts,
    })
    const now = clock.now()
    await this.#updateSlot(tx, slot, { prepared_credential_id: credential.id, updated_at: now })
    await this.#moveRun(tx, run, {
      state: 'prepared',
      prepared_at: now,
      to_credential_id: credential.id,
      due_at: now + 5 * secondMs,
    })
    await this.#step(tx, context, run, { from: run.state, to: 'prepared' })
    await this.#parts.database.changed(tx, { kind: 'slot', id: slot.principal_id })
    return credential
  }

  async #activate(tx: Tx, context: RequestContext, slot: SlotRow, credential: KeyCredential): Promise<void> {
    const { registry, store, clock, tenantId, database } = this.#parts
    const now = clock.now()
    const policy = await store.policy(tenantId, tx)
    const run = await this.#requireRun(credential.runId, tx)
    let until = now
    if (slot.active_credential_id) {
      const old = await registry.requireCredential(slot.active_credential_id, tx)
      until = overlapUntil({ now, overlapMs: policy.overlap_s * secondMs, notAfter: old.notAfter })
      if (old.state === 'active') await registry.supersedeCredential(tx, old, until)
    }
    await registry.activateCredential(tx, context, credential)
    await this.#updateSlot(tx, slot, {
      active_credential_id: credential.id,
      prepared_credential_id: null,
      rotate_after: this.#dueAfter(credential, policy, slot, slot.active_credential_id === null),
      failures: 0,
      updated_at: now,
    })
    await this.#moveRun(tx, run, { state: 'activated', activated_at: now, due_at: until })
    await this.#step(tx, context, run, { from: run.state, to: 'activated' })
    for (const observe of this.#observers) await observe(tx, context, credential.principalId)
    await database.changed(tx, { kind: 'slot', id: slot.principal_id })
  }

  /** Due times of all open slots under a changed policy. */
  async replan(tx: Tx): Promise<void> {
    const { store, registry, tenantId, clock, database } = this.#parts
    const policy = await store.policy(tenantId, tx)
    for (const slot of await store.openSlots({}, tx)) {
      if (!slot.active_credential_id) continue
      const active = await registry.requireCredential(slot.active_credential_id, tx)
      const due = this.#dueAfter(active, policy, slot, false)
      await this.#updateSlot(tx, slot, { rotate_after: due, updated_at: clock.now() })
      await database.changed(tx, { kind: 'slot', id: slot.principal_id })
    }
  }

  /** A credential is due by its own lifetime or, when the policy now asks for a shorter one, by that. */
  #dueAfter(credential: KeyCredential, policy: PolicyRow, slot: SlotRow, isFirst: boolean): number {
    const ownLifetimeMs = credential.notAfter - credential.issuedAt
    return rotateAfter({
      issuedAt: credential.issuedAt,
      lifetimeMs: Math.min(ownLifetimeMs, policy.lifetime_s * secondMs),
      rotateAt: policy.rotate_at,
      jitter: slot.jitter,
      isFirst,
    })
  }

  async #cancel(tx: Tx, context: RequestContext, run: RunRow): Promise<void> {
    await this.#moveRun(tx, run, { state: 'cancelled', finished_at: this.#parts.clock.now() })
    await this.#step(tx, context, run, { from: run.state, to: 'cancelled' })
    await this.#parts.audit.append(tx, context, {
      action: 'rotation.cancelled',
      target: await this.#targetOf(tx, run),
      after: { runId: run.id },
    })
  }

  async #moveRun(
    tx: Tx,
    run: RunRow,
    change: Partial<Omit<RunRow, 'id' | 'version' | 'fence'>> & { state: RunState },
  ): Promise<void> {
    const moved = await this.#parts.store.updateRun(tx, run, { ...change, updated_at: this.#parts.clock.now() })
    if (!moved) throw new SignetError('conflict', 'The rotation moved on in the meantime.')
    await this.#parts.database.changed(tx, { kind: 'run', id: run.id })
  }

  async #updateSlot(tx: Tx, slot: SlotRow, change: Partial<Omit<SlotRow, 'id' | 'version'>>): Promise<void> {
    const current = await this.#parts.store.slot(slot.id, tx)
    if (!current || !(await this.#parts.store.updateSlot(tx, current, change))) {
      throw new SignetError('conflict', 'The slot was changed in the meantime.')
    }
  }

  async #step(
    tx: Tx,
    context: RequestContext,
    run: RunRow,
    step: { from: RunState | null; to: RunState; errorCode?: string; detail?: string },
  ): Promise<void> {
    const now = this.#parts.clock.now()
    await this.#parts.store.insertAttempt(tx, {
      id: this.#ids.next(),
      tenant_id: run.tenant_id,
      run_id: run.id,
      attempt: run.attempt,
      fence: run.fence,
      from_state: step.from,
      to_state: step.to,
      outcome: step.errorCode ? 'error' : 'ok',
      actor_kind: context.actor.kind,
      actor_id: context.actor.id,
      actor_label: context.actor.label,
      started_at: run.updated_at,
      ended_at: now,
      error_code: step.errorCode ?? null,
      detail: step.detail ?? null,
    })
  }

  async #targetOf(tx: Tx, run: RunRow): Promise<{ kind: string; id: string; label: string }> {
    const principal = await this.#parts.registry.find(run.principal_id, tx)
    return { kind: 'identity', id: run.principal_id, label: principal?.displayName ?? run.principal_id }
  }

  async #slotOf(agentId: AgentId, slotId: SlotId, tx?: Tx): Promise<SlotRow> {
    const slot = await this.#parts.store.slot(slotId, tx)
    if (!slot || slot.agent_id !== agentId || slot.state !== 'open') throw new SignetError('not_found', 'No such slot.')
    return slot
  }

  async #requireRun(id: string, tx: Tx): Promise<RunRow> {
    const run = await this.#parts.store.run(id, tx)
    if (!run) throw new SignetError('not_found', 'No such rotation.')
    return run
  }
}

/** Only keys that an assertion can be signed with (SEC-72), and of those the one the policy names. */
function requireAlgorithm(publicKey: KeyObject, policy: PolicyRow): KeyAlgorithm {
  const wanted = KeyAlgorithm.parse(policy.key_alg)
  if (keyAlgorithmOf(publicKey) === wanted) return wanted
  throw new SignetError('csr_refused', `The rotation policy asks for a ${wanted} key.`)
}

/** A key whose certificate is dead cannot be certified again; the agent makes a new one. */
function stillGood(credential: KeyCredential): KeyCredential {
  if (credential.state === 'revoked' || credential.state === 'retired') {
    throw new SignetError('key_reused', 'The certificate of this key is no longer in use; make a new key.')
  }
  return credential
}
