import type { AgentId, InstanceId, ObjectId } from '@signet/shared/vocabulary/identifiers'
import type { AuditLog, NewAuditEvent } from '../audit/index.ts'
import type { Clock } from '../platform/clock.ts'
import type { RequestContext } from '../platform/request-context.ts'
import { SignetError } from '../platform/signet-error.ts'
import type { Transactor, Tx } from '../platform/transaction.ts'
import { requireVersion } from '../platform/versions.ts'
import type { Principal, PrincipalRegistry } from '../principals/index.ts'
import type { CredentialRollover } from '../rotation/index.ts'
import { type IdentityAct, isLive, verdictOf } from './identity-acts.ts'
import type { ResourceManager } from './resource-manager.ts'
import type { ServiceInstance } from './service-instance.ts'
import type { UserIdentities } from './user-identities.ts'

/** How an act is meant. */
export interface ActOptions {
  /** Version of the instance that whoever asks has seen. */
  readonly expected?: number | undefined
  /** Goes to the audit log. */
  readonly reason?: string | undefined
  /** The principal that is meant; when the instance has another one by now, the act is refused. */
  readonly principalId?: string | undefined
  /** The resource group that is paused as a whole. */
  readonly groupId?: string | undefined
}

/** What an act came to. */
export interface ActResult {
  readonly changed: boolean
  readonly principalId: ObjectId | null
}

/**
 * The life of an identity: on makes a principal and asks for its first certificate, a pause refuses its tokens, off
 * deletes it, a restore brings it back. Each is one transaction with its audit rows; repeating a wish that is already met
 * changes nothing (data-and-scale §4.1).
 */
export class ManagedIdentity {
  readonly #resources: ResourceManager
  readonly #users: UserIdentities
  readonly #registry: PrincipalRegistry
  readonly #rollover: CredentialRollover
  readonly #audit: AuditLog
  readonly #database: Transactor
  readonly #clock: Clock

  constructor(parts: {
    resources: ResourceManager
    users: UserIdentities
    registry: PrincipalRegistry
    rollover: CredentialRollover
    audit: AuditLog
    database: Transactor
    clock: Clock
  }) {
    this.#resources = parts.resources
    this.#users = parts.users
    this.#registry = parts.registry
    this.#rollover = parts.rollover
    this.#audit = parts.audit
    this.#database = parts.database
    this.#clock = parts.clock
    parts.rollover.onActivated((tx, context, principalId) => this.#inForce(tx, context, principalId))
  }

  turnOn(context: RequestContext, instanceId: InstanceId, options: ActOptions = {}): Promise<ActResult> {
    return this.#alone(context, 'turn-on', instanceId, options)
  }

  /** Refused from the commit on: by the authority at once, by the agent as soon as it hears of it. */
  turnOff(context: RequestContext, instanceId: InstanceId, options: ActOptions = {}): Promise<ActResult> {
    return this.#alone(context, 'turn-off', instanceId, options)
  }

  /**
   * An act by its name, on the instance a principal belongs to.
   *
   * @throws SignetError `not_found` | `conflict` | `precondition_failed`
   */
  async actOn(
    context: RequestContext,
    act: IdentityAct,
    principalId: ObjectId,
    options: ActOptions,
  ): Promise<InstanceId> {
    const { ownerInstanceId } = await this.#registry.require(principalId)
    if (ownerInstanceId === null) throw new SignetError('conflict', 'This identity belongs to no service instance.')
    await this.#alone(context, act, ownerInstanceId, { ...options, principalId })
    return ownerInstanceId
  }

  /** As `turnOn` and its siblings, in the caller's transaction. */
  async perform(
    tx: Tx,
    context: RequestContext,
    act: IdentityAct,
    instanceId: InstanceId,
    options: ActOptions,
  ): Promise<ActResult> {
    const instance = await this.#resources.require(instanceId, tx)
    requireVersion(options.expected, instance.version)
    const principal = instance.principalId ? await this.#registry.find(instance.principalId, tx) : undefined
    const facts = { identityState: instance.identityState, principal: principal ?? null }
    const verdict = verdictOf(act, facts, this.#clock.now(), options.principalId)
    if (verdict.kind === 'refused') throw new SignetError('conflict', verdict.reason)
    if (verdict.kind === 'already') return { changed: false, principalId: instance.principalId }
    const { groupId } = options
    const asked: Asked = { tx, context, instance, reason: options.reason || undefined, groupId }
    if (act === 'turn-on') return { changed: true, principalId: await this.#turnOn(asked) }
    if (act === 'turn-off') await this.#turnOff(asked)
    else if (principal && act === 'restore') await this.#restore(asked, principal)
    else if (principal) await this.#suspend(asked, principal, act === 'pause')
    return { changed: true, principalId: instance.principalId }
  }

  /**
   * Soft-deletes an instance. Its principal stays restorable by nobody, since what it belongs to is gone; its tags and what was
   * assigned to it are gone but for the record.
   *
   * @throws SignetError `conflict` unless the identity is off, or `turnOff` says to turn it off with it
   */
  async remove(
    context: RequestContext,
    instanceId: InstanceId,
    options: ActOptions & { turnOff: boolean },
  ): Promise<void> {
    await this.#database.transact((tx) => this.removeIn(tx, context, instanceId, options))
  }

  /** As `remove`, in the caller's transaction. A site takes its slots along. */
  async removeIn(
    tx: Tx,
    context: RequestContext,
    instanceId: InstanceId,
    options: ActOptions & { turnOff: boolean },
  ): Promise<void> {
    const instance = await this.#resources.require(instanceId, tx)
    requireVersion(options.expected, instance.version)
    if (isLive(instance.identityState) && !options.turnOff) {
      throw new SignetError('conflict', `The identity of ${instance.name} is on.`, {
        fix: 'Turn it off first, or have it turned off with the instance.',
      })
    }
    for (let slots = await this.#resources.siteSlotsOf(instance, tx); slots.length > 0; ) {
      for (const slot of slots) await this.removeIn(tx, context, slot.id, { ...options, expected: undefined })
      slots = await this.#resources.siteSlotsOf(instance, tx)
    }
    const reason = options.reason || undefined
    const { name, resourceId } = instance
    const tags = await this.#resources.dropTags(tx, instanceId)
    await this.#record(
      { tx, context, instance, reason },
      { action: 'instance.deleted', before: { name, resourceId, tags } },
    )
    if (isLive(instance.identityState)) await this.#turnOff({ tx, context, instance, reason })
    await this.#users.instanceRemoved(tx, context, instance)
    await this.#resources.remove(tx, await this.#resources.require(instanceId, tx))
  }

  /** Deletes a principal for good once its 30 days are over. @returns false when it was restored or purged meanwhile */
  async purge(context: RequestContext, principal: Principal): Promise<boolean> {
    return this.#database.transact(async (tx) => {
      if (!(await this.#registry.purge(tx, principal.objectId))) return false
      const instance = await this.#resources.findByPrincipal(principal.objectId, tx)
      if (instance) await this.#resources.update(tx, instance, { system_principal_id: null })
      await this.#audit.append(tx, context, {
        action: 'identity.purged',
        target: { kind: 'identity', id: principal.objectId, label: principal.displayName },
        before: { principalId: principal.objectId, clientId: principal.clientId, deletedAt: principal.deletedAt },
      })
      return true
    })
  }

  /** An agent has taken charge of an instance; an identity that waits for one, or had another, starts anew on it. */
  async agentBound(tx: Tx, context: RequestContext, instanceId: InstanceId, agentId: AgentId): Promise<void> {
    const instance = await this.#resources.require(instanceId, tx)
    const live = isLive(instance.identityState)
    await this.#users.agentBound(tx, context, instance, agentId)
    await this.#resources.update(tx, instance, {
      agent_id: agentId,
      identity_state: live ? 'enabling' : 'off',
    })
    if (!live || !instance.principalId) return
    await this.#rollover.closeSlots(tx, context, instance.principalId)
    await this.#registry.credentials.revokeAll(tx, context, instance.principalId, 'another agent took over')
    await this.#rollover.openSlot(tx, context, { principalId: instance.principalId, agentId })
  }

  /**
   * An agent is no longer trusted, and neither is any key it held: those of its instances' identities are refused from the
   * commit on, and the identities wait for an agent that is enrolled anew (SEC-42).
   */
  async agentDistrusted(tx: Tx, context: RequestContext, agentId: AgentId): Promise<void> {
    await this.#users.agentDistrusted(tx, context, agentId)
    for (const instance of await this.#resources.ofAgent(agentId, tx)) {
      if (!isLive(instance.identityState) || !instance.principalId) continue
      await this.#resources.update(tx, instance, { identity_state: 'enabling' })
      await this.#rollover.closeSlots(tx, context, instance.principalId)
      await this.#registry.credentials.revokeAll(tx, context, instance.principalId, 'its agent was quarantined')
    }
  }

  /** What an agent says it holds; an identity that was turned off is gone once the agent no longer has it. */
  async agentHolds(context: RequestContext, agentId: AgentId, held: readonly ObjectId[]): Promise<void> {
    await this.#database.transact(async (tx) => {
      for (const instance of await this.#resources.ofAgent(agentId, tx)) {
        if (instance.identityState !== 'disabling') continue
        if (instance.principalId && held.includes(instance.principalId)) continue
        await this.#resources.update(tx, instance, { identity_state: 'off' })
        await this.#record(
          { tx, context, instance },
          { action: 'identity.removed', before: { identityState: 'disabling' }, after: { identityState: 'off' } },
        )
      }
    })
  }

  #alone(context: RequestContext, act: IdentityAct, instanceId: InstanceId, options: ActOptions): Promise<ActResult> {
    return this.#database.transact((tx) => this.perform(tx, context, act, instanceId, options))
  }

  async #turnOn(asked: Asked): Promise<ObjectId> {
    const { tx, context, instance } = asked
    const principal = await this.#registry.createSystem(tx, {
      instanceId: instance.id,
      name: instance.name,
      armId: instance.resourceId,
    })
    await this.#resources.update(tx, instance, { identity_state: 'enabling', system_principal_id: principal.objectId })
    await this.#record(asked, {
      action: 'identity.turned_on',
      before: { identityState: instance.identityState },
      after: { identityState: 'enabling', principalId: principal.objectId, clientId: principal.clientId },
    })
    if (instance.agentId) {
      await this.#rollover.openSlot(tx, context, { principalId: principal.objectId, agentId: instance.agentId })
    }
    return principal.objectId
  }

  async #turnOff(asked: Asked): Promise<void> {
    const { tx, context, instance } = asked
    const state = instance.agentId ? 'disabling' : 'off'
    await this.#resources.update(tx, instance, { identity_state: state })
    await this.#record(asked, {
      action: 'identity.turned_off',
      before: { identityState: instance.identityState, principalId: instance.principalId },
      after: { identityState: state },
    })
    if (!instance.principalId) return
    await this.#rollover.closeSlots(tx, context, instance.principalId)
    await this.#registry.delete(tx, context, instance.principalId)
  }

  /** The instance changes with its principal, so that who has seen it before the pause is told. */
  async #suspend(asked: Asked, principal: Principal, suspended: boolean): Promise<void> {
    const { tx, context, groupId } = asked
    if (suspended) await this.#registry.suspend(tx, context, principal.objectId, groupId)
    else await this.#registry.resume(tx, principal.objectId)
    await this.#resources.update(asked.tx, asked.instance, {})
    await this.#record(asked, {
      action: suspended ? 'identity.paused' : 'identity.resumed',
      before: { principalId: principal.objectId, state: principal.state },
      after: { principalId: principal.objectId, state: suspended ? 'suspended' : 'enabled' },
    })
  }

  /** Its old certificates were revoked, so it starts as an identity that was just turned on, under its old IDs. */
  async #restore(asked: Asked, principal: Principal): Promise<void> {
    const { tx, context, instance } = asked
    await this.#registry.restore(tx, principal.objectId)
    await this.#resources.update(tx, instance, { identity_state: 'enabling' })
    await this.#record(asked, {
      action: 'identity.restored',
      before: { identityState: instance.identityState, deletedAt: principal.deletedAt },
      after: { identityState: 'enabling', principalId: principal.objectId, clientId: principal.clientId },
    })
    if (instance.agentId) {
      await this.#rollover.openSlot(tx, context, { principalId: principal.objectId, agentId: instance.agentId })
    }
  }

  async #inForce(tx: Tx, context: RequestContext, principalId: ObjectId): Promise<void> {
    const instance = await this.#resources.findByPrincipal(principalId, tx)
    if (instance?.identityState !== 'enabling') return
    await this.#resources.update(tx, instance, { identity_state: 'on' })
    await this.#record(
      { tx, context, instance },
      { action: 'identity.in_force', before: { identityState: 'enabling' }, after: { identityState: 'on' } },
    )
  }

  #record({ tx, context, instance, reason }: Asked, event: Omit<NewAuditEvent, 'target' | 'reason'>): Promise<void> {
    const target = { kind: 'instance', id: instance.id, label: instance.name }
    return this.#audit.append(tx, context, { ...event, target, ...(reason !== undefined && { reason }) })
  }
}

interface Asked {
  readonly tx: Tx
  readonly context: RequestContext
  readonly instance: ServiceInstance
  readonly reason?: string | undefined
  readonly groupId?: string | undefined
}
