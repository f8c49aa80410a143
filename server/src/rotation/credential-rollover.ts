import type { KeyObject } from 'node:crypto'
import type { KeyAlgorithm, RunTrigger } from '@signet/shared/vocabulary/credential-states'
import { AgentId, type CredentialId, ObjectId, RunId, SlotId } from '@signet/shared/vocabulary/identifiers'
import { secondMs } from '@signet/shared/vocabulary/time'
import { spkiS256 } from '../platform/crypto/certificate.ts'
import { provenKeyOf } from '../platform/crypto/certification-requests.ts'
import { newGuid } from '../platform/identifiers.ts'
import { type RequestContext, systemContext } from '../platform/request-context.ts'
import { SignetError } from '../platform/signet-error.ts'
import type { Transactor, Tx } from '../platform/transaction.ts'
import type { CertificateAuthorities, KeyCredential, PrincipalRegistry } from '../principals/index.ts'
import type { RotationNeighbours } from './history.ts'
import { newSlot } from './new-slot.ts'
import { requireAlgorithm, stillGood } from './requested-key.ts'
import { canRollBack, nothingToRollBackTo } from './roll-back.ts'
import type { RotationPlan } from './rotation-plan.ts'
import { overlapUntil, rotateAfterRollback } from './rotation-policy.ts'
import type { PolicyRow, RotationPolicyStore } from './rotation-policy-store.ts'
import type { RunRow, SlotRow } from './rotation-store.ts'
import { actorOf, type Failure, type LedgerParts, RunLedger } from './run-ledger.ts'

export interface RolloverParts extends LedgerParts {
  readonly database: Transactor & LedgerParts['database']
  readonly registry: PrincipalRegistry
  readonly authorities: CertificateAuthorities
  readonly neighbours: Pick<RotationNeighbours, 'instanceOf'>
  readonly plan: RotationPlan
  readonly policies: RotationPolicyStore
}

/** An overlap that is left out is that of the policy. */
type RotateWish = readonly [principalId: ObjectId, reason?: string, overlapSeconds?: number]

/** Called in the transaction that puts a credential to use. */
export type ActivationObserver = (tx: Tx, context: RequestContext, principalId: ObjectId) => Promise<void>

/** Told in the transaction in which an agent is to hold a principal, or is no longer to. */
export interface SlotObserver {
  opened(tx: Tx, slot: { principalId: ObjectId; agentId: AgentId }): Promise<void>
  closed(tx: Tx, context: RequestContext, slot: { principalId: ObjectId; agentId: AgentId }): Promise<void>
}

/**
 * One slot's rollover: open → prepare → activate → retire. The first credential of an identity is its first rollover.
 * Every step is one transaction with its audit rows, and repeating a step changes nothing (data-and-scale §4.2).
 */
export class CredentialRollover {
  readonly #parts: RolloverParts
  readonly runs: RunLedger
  readonly #observers: ActivationObserver[] = []
  #holdings: SlotObserver | undefined

  constructor(parts: RolloverParts) {
    this.#parts = parts
    this.runs = new RunLedger(parts)
  }

  onActivated(observer: ActivationObserver): void {
    this.#observers.push(observer)
  }

  observeSlots(observer: SlotObserver): void {
    this.#holdings = observer
  }

  /** Opens a slot for a principal on an agent and asks for its first credential; one that is open already is left alone. */
  async openSlot(tx: Tx, context: RequestContext, owner: { principalId: ObjectId; agentId: AgentId }): Promise<void> {
    const { store, registry, clock, tenantId, policies } = this.#parts
    const { principalId, agentId } = owner
    if ((await store.openSlots({ principalIds: [principalId], agentId }, tx)).length > 0) return
    const now = clock.now()
    const id = newGuid()
    const principalName = (await registry.require(principalId, tx)).displayName
    const place = await policies.placeOf(tx, owner)
    await store.insertSlot(tx, newSlot({ ...owner, id, tenantId, principalName, place, now }))
    const slot = await store.slot(id, tx)
    if (slot) await this.request(tx, context, slot, 'enable')
    await this.#holdings?.opened(tx, owner)
  }

  /**
   * Closes every slot of a principal, or the one on an agent, and cancels what was under way; the credentials are the
   * registry's to revoke.
   *
   * @returns the slots that were open
   */
  async closeSlots(tx: Tx, context: RequestContext, principalId: ObjectId, agentId?: AgentId): Promise<SlotId[]> {
    const { store, clock } = this.#parts
    const now = clock.now()
    const open = await store.openSlots({ principalIds: [principalId], ...(agentId !== undefined && { agentId }) }, tx)
    for (const slot of open) {
      const run = await store.openRun(slot.id, tx)
      if (run) await this.runs.move(tx, context, run, 'cancelled')
      await store.updateSlot(tx, slot, { state: 'closed', rotate_after: null, updated_at: now })
      await this.#parts.database.changed(tx, { kind: 'slot', id: principalId })
      await this.#holdings?.closed(tx, context, { principalId, agentId: AgentId.parse(slot.agent_id) })
    }
    return open.map((slot) => SlotId.parse(slot.id))
  }

  /**
   * Rotations from now on go by the new name of the principal, and by the policy of the resource group that it is in now;
   * earlier ones keep what they had.
   */
  async rename(tx: Tx, principalId: ObjectId, name: string): Promise<void> {
    const { store, clock, policies } = this.#parts
    await store.renameOpenSlots(tx, principalId, { principal_name: name, updated_at: clock.now() })
    await policies.placeAgain(tx, principalId)
  }

  /**
   * T1: opens a run. One that is still waiting for its certificate is returned as it is; one that only waits for the
   * end of its overlap is completed first, since the credential it brought is in use. An overlap that is chosen goes for
   * one that waits, too.
   */
  async request(
    tx: Tx,
    context: RequestContext,
    slot: SlotRow,
    trigger: RunTrigger,
    reason?: string,
    overlapSeconds?: number,
  ): Promise<RunRow> {
    const { store, database } = this.#parts
    const open = await store.openRun(slot.id, tx)
    if (open && open.state !== 'activated') {
      if (overlapSeconds !== undefined) await store.updateRun(tx, open, { overlap_s: overlapSeconds })
      return open
    }
    if (open) await this.complete(tx, context, open)
    const run = await this.runs.open(tx, context, slot, { trigger, reason, overlapSeconds })
    await database.changed(tx, { kind: 'slot', id: slot.principal_id })
    return run
  }

  /** Rotate now, at somebody's wish. @throws SignetError `conflict` when the identity has no slot to rotate */
  async rotateNow(context: RequestContext, ...wish: RotateWish): Promise<RunRow[]> {
    return this.#parts.database.transact((tx) => this.rotate(tx, context, ...wish))
  }

  /** As `rotateNow`, in the caller's transaction. */
  async rotate(tx: Tx, context: RequestContext, ...wish: RotateWish): Promise<RunRow[]> {
    const [principalId, reason, overlapSeconds] = wish
    const slots = await this.#parts.store.openSlots({ principalIds: [principalId] }, tx)
    if (slots.length === 0) {
      throw new SignetError('conflict', 'This identity is off, or its instance has no agent; nothing can be rotated.', {
        fix: 'Turn the identity on first.',
      })
    }
    const runs: RunRow[] = []
    for (const slot of slots) runs.push(await this.request(tx, context, slot, 'manual', reason, overlapSeconds))
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
    const { registry, authorities } = this.#parts
    const slot = await this.#slotOf(agentId, slotId)
    const publicKey = await provenKeyOf(csr)
    const spki = spkiS256(publicKey)
    const withChain = (credential: KeyCredential) => ({
      credential,
      chain: authorities.chainOf(credential.certificate, 'credentials'),
    })
    const known = await registry.credentials.forKey(slotId, spki)
    if (known) return withChain(stillGood(known))
    const policy = await this.#parts.plan.policyOf(slot)
    const keyAlgorithm = requireAlgorithm(publicKey, policy)
    const facts = await this.#issue(slot, policy, publicKey)
    const instance = await this.#parts.neighbours.instanceOf(agentId)
    const record = async (tx: Tx) => {
      const again = await registry.credentials.forKey(slotId, spki, tx)
      if (again) return stillGood(again)
      await registry.credentials.claimKey(tx, { spkiS256: spki, ownerKind: 'credential', ownerId: slotId })
      return this.#recordPrepared(tx, context, { agentId, slotId, instance, facts, keyAlgorithm })
    }
    return withChain(
      await registry.credentials.recordingKeyRefusal(context, () => this.#parts.database.transact(record)),
    )
  }

  /** T3, as the agent confirms that it holds key and certificate on disk. Repeating it changes nothing. */
  async acknowledge(
    context: RequestContext,
    agentId: AgentId,
    slotId: SlotId,
    x5tS256: string,
    agentVersion: string | null = null,
  ): Promise<void> {
    const agent = { id: agentId, name: context.actor.label, version: agentVersion }
    const proof = 'Acknowledged: key and certificate are on the disk of the instance.'
    const { registry, database } = this.#parts
    await database.transact(async (tx) => {
      const slot = await this.#slotOf(agentId, slotId, tx)
      const held = (id: string | null) => (id === null ? undefined : registry.credentials.require(id, tx))
      const active = await held(slot.active_credential_id)
      if (active?.x5tS256 === x5tS256) return registry.credentials.acknowledge(tx, active, agent)
      const prepared = await held(slot.prepared_credential_id)
      if (prepared?.x5tS256 !== x5tS256) throw new SignetError('conflict', 'That certificate is not the prepared one.')
      await registry.credentials.acknowledge(tx, prepared, agent)
      await this.#activate(tx, context, { slot, credential: prepared, active, proof })
    })
  }

  /** T3, as the authority sees the first good assertion of a prepared credential; no other use changes anything. */
  async activateUsed(credentialId: CredentialId): Promise<void> {
    const context = systemContext('first use', newGuid())
    const { registry, store, database } = this.#parts
    await database.transact(async (tx) => {
      const credential = await registry.credentials.find(credentialId, tx)
      if (credential?.state !== 'prepared' || credential.slotId === null) return
      const slot = await store.slot(credential.slotId, tx)
      if (slot?.prepared_credential_id !== credentialId) return
      const { active_credential_id: activeId } = slot
      const active = activeId === null ? undefined : await registry.credentials.require(activeId, tx)
      const proof = 'First use: the authority saw it before the acknowledgement.'
      await this.#activate(tx, context, { slot, credential, active, proof })
    })
  }

  /** T4: the old credential retires and the run is complete. */
  async complete(tx: Tx, context: RequestContext, run: RunRow, reason?: string): Promise<void> {
    const { registry, database } = this.#parts
    if (run.from_credential_id) {
      const old = await registry.credentials.require(run.from_credential_id, tx)
      if (old.state === 'retiring') await registry.credentials.retire(tx, context, old)
    }
    await this.runs.move(tx, context, run, 'completed', { reason })
    await database.changed(tx, { kind: 'slot', id: run.principal_id })
  }

  /**
   * Undoes T3 while the old credential is still accepted: it is the active one again, and the new one is revoked, so that
   * a certificate that was judged bad never comes back. Tokens that were had with the new one live to their end.
   *
   * @throws SignetError `conflict` when there is nothing to go back to any more
   */
  async rollBack(tx: Tx, context: RequestContext, { id }: Pick<RunRow, 'id'>, reason: string): Promise<void> {
    const { registry, store, clock, plan, database } = this.#parts
    const run = await this.runs.require(id, tx)
    const slot = await store.slot(run.slot_id, tx)
    const now = clock.now()
    const previous = run.from_credential_id ? await registry.credentials.require(run.from_credential_id, tx) : undefined
    if (slot?.state !== 'open' || !canRollBack(run, previous, now)) throw nothingToRollBackTo(run)
    if (slot.active_credential_id !== null) {
      const bad = await registry.credentials.require(slot.active_credential_id, tx)
      await registry.credentials.revoke(tx, context, bad, reason === '' ? 'rolled back' : `rolled back: ${reason}`)
    }
    await registry.credentials.reinstate(tx, context, previous)
    const { rotate_after: planned } = await plan.timesOf(tx, { ...slot, first_cycle: 0 }, previous)
    const again = rotateAfterRollback({ planned, now, notAfter: previous.notAfter })
    await this.#updateSlot(tx, slot, {
      active_credential_id: previous.id,
      ...{ first_cycle: 0, due_after: again, rotate_after: again },
      updated_at: now,
    })
    await this.runs.move(tx, context, run, 'rolled_back', { reason })
    await database.changed(tx, { kind: 'slot', id: slot.principal_id })
  }

  /**
   * T5: the old credential is untouched, so failing never takes a token away. One that was prepared and not picked up
   * retires unused: put to use later, it would reopen a run that has ended.
   */
  async fail(tx: Tx, context: RequestContext, run: RunRow, retryAfter: number, failure: Failure): Promise<void> {
    const { store, clock, registry } = this.#parts
    const slot = await store.slot(run.slot_id, tx)
    if (slot?.prepared_credential_id) {
      const unused = await registry.credentials.require(slot.prepared_credential_id, tx)
      if (unused.state === 'prepared') await registry.credentials.retire(tx, context, unused)
    }
    if (slot) {
      await store.updateSlot(tx, slot, {
        prepared_credential_id: null,
        failures: slot.failures + 1,
        rotate_after: retryAfter,
        updated_at: clock.now(),
      })
    }
    await this.runs.move(tx, context, run, 'failed', { failure })
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
      instance: Awaited<ReturnType<RotationNeighbours['instanceOf']>>
      facts: Awaited<ReturnType<CertificateAuthorities['issue']>>
      keyAlgorithm: KeyAlgorithm
    },
  ): Promise<KeyCredential> {
    const { registry, store, clock } = this.#parts
    const slot = await this.#slotOf(given.agentId, given.slotId, tx)
    const open = await store.openRun(slot.id, tx)
    const run = open && open.state !== 'activated' ? open : await this.request(tx, context, slot, 'reenroll')
    if (slot.prepared_credential_id) {
      const earlier = await registry.credentials.require(slot.prepared_credential_id, tx)
      if (earlier.state === 'prepared') await registry.credentials.revoke(tx, context, earlier, 'replaced before use')
    }
    const credential = await registry.credentials.addPrepared(tx, context, {
      principalId: ObjectId.parse(slot.principal_id),
      keyAlgorithm: given.keyAlgorithm,
      facts: given.facts,
      issuedBy: {
        slotId: given.slotId,
        runId: RunId.parse(run.id),
        authorityId: given.facts.authorityId,
        cause: run.trigger,
        instance: given.instance,
      },
      actor: actorOf(run),
    })
    const now = clock.now()
    await this.#updateSlot(tx, slot, { prepared_credential_id: credential.id, updated_at: now })
    await this.runs.move(tx, context, run, 'prepared', {
      change: { to_credential_id: credential.id, due_at: now + 5 * secondMs },
    })
    await this.#parts.database.changed(tx, { kind: 'slot', id: slot.principal_id })
    return credential
  }

  async #activate(
    tx: Tx,
    context: RequestContext,
    given: { slot: SlotRow; credential: KeyCredential; active: KeyCredential | undefined; proof: string },
  ): Promise<void> {
    const { slot, credential, active, proof } = given
    const { registry, plan, clock, database } = this.#parts
    const now = clock.now()
    const book = await plan.bookFor([slot], tx)
    if (credential.runId === null) throw new SignetError('conflict', 'That certificate was not brought by a rotation.')
    const run = await this.runs.require(credential.runId, tx)
    let until = now
    if (active) {
      const overlapMs = (run.overlap_s ?? book.policyOf(slot).overlap_s) * secondMs
      until = overlapUntil({ now, overlapMs, notAfter: active.notAfter })
      if (active.state === 'active') await registry.credentials.supersede(tx, active, until)
    }
    await registry.credentials.activate(tx, context, credential)
    const firstCycle = active ? 0 : 1
    await this.#updateSlot(tx, slot, {
      active_credential_id: credential.id,
      prepared_credential_id: null,
      first_cycle: firstCycle,
      ...book.timesOf({ ...slot, first_cycle: firstCycle }, credential),
      failures: 0,
      updated_at: now,
    })
    await this.runs.move(tx, context, run, 'activated', { change: { due_at: until }, reason: proof })
    for (const observe of this.#observers) await observe(tx, context, credential.principalId)
    await database.changed(tx, { kind: 'slot', id: slot.principal_id })
  }

  async #updateSlot(tx: Tx, slot: SlotRow, change: Partial<Omit<SlotRow, 'id' | 'version'>>): Promise<void> {
    if (!(await this.#parts.store.updateSlot(tx, slot, change))) {
      throw new SignetError('conflict', 'The slot was changed in the meantime.')
    }
  }

  async #slotOf(agentId: AgentId, slotId: SlotId, tx?: Tx): Promise<SlotRow> {
    const slot = await this.#parts.store.slot(slotId, tx)
    if (!slot || slot.agent_id !== agentId || slot.state !== 'open') throw new SignetError('not_found', 'No such slot.')
    return slot
  }
}
