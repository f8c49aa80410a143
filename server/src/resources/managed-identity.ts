import type { AgentId, InstanceId, ObjectId } from '@signet/shared/vocabulary/identifiers'
import type { AuditLog } from '../audit/index.ts'
import type { RequestContext } from '../platform/request-context.ts'
import type { Transactor, Tx } from '../platform/transaction.ts'
import type { PrincipalRegistry } from '../principals/index.ts'
import type { CredentialRollover } from '../rotation/index.ts'
import type { ResourceManager } from './resource-manager.ts'
import type { ServiceInstance } from './service-instance.ts'

/**
 * The toggle: on makes a principal and asks for its first certificate, off deletes it. Each is one transaction with its
 * audit rows; repeating a wish that is already met changes nothing (data-and-scale §4.1).
 */
export class ManagedIdentity {
  readonly #resources: ResourceManager
  readonly #registry: PrincipalRegistry
  readonly #rollover: CredentialRollover
  readonly #audit: AuditLog
  readonly #database: Transactor

  constructor(parts: {
    resources: ResourceManager
    registry: PrincipalRegistry
    rollover: CredentialRollover
    audit: AuditLog
    database: Transactor
  }) {
    this.#resources = parts.resources
    this.#registry = parts.registry
    this.#rollover = parts.rollover
    this.#audit = parts.audit
    this.#database = parts.database
    parts.rollover.onActivated((tx, context, principalId) => this.#inForce(tx, context, principalId))
  }

  async turnOn(context: RequestContext, instanceId: InstanceId): Promise<void> {
    await this.#database.transact(async (tx) => {
      const instance = await this.#resources.require(instanceId, tx)
      if (instance.identityState === 'on' || instance.identityState === 'enabling') return
      const principal = await this.#registry.createSystem(tx, {
        instanceId,
        name: instance.name,
        armId: instance.resourceId,
      })
      await this.#resources.update(tx, instance, {
        identity_state: 'enabling',
        system_principal_id: principal.objectId,
      })
      await this.#audit.append(tx, context, {
        action: 'identity.turned_on',
        target: targetOf(instance),
        before: { identityState: instance.identityState },
        after: { identityState: 'enabling', principalId: principal.objectId, clientId: principal.clientId },
      })
      if (instance.agentId) {
        await this.#rollover.openSlot(tx, context, { principalId: principal.objectId, agentId: instance.agentId })
      }
    })
  }

  /** Refused from the commit on: by the authority at once, by the agent as soon as it hears of it. */
  async turnOff(context: RequestContext, instanceId: InstanceId): Promise<void> {
    await this.#database.transact(async (tx) => {
      const instance = await this.#resources.require(instanceId, tx)
      if (instance.identityState === 'off' || instance.identityState === 'disabling') return
      if (instance.principalId) {
        await this.#rollover.closeSlots(tx, context, instance.principalId)
        await this.#registry.delete(tx, context, instance.principalId)
      }
      const state = instance.agentId ? 'disabling' : 'off'
      await this.#resources.update(tx, instance, { identity_state: state })
      await this.#audit.append(tx, context, {
        action: 'identity.turned_off',
        target: targetOf(instance),
        before: { identityState: instance.identityState, principalId: instance.principalId },
        after: { identityState: state },
      })
    })
  }

  /** An agent has taken charge of an instance; an identity that waits for one, or had another, starts anew on it. */
  async agentBound(tx: Tx, context: RequestContext, instanceId: InstanceId, agentId: AgentId): Promise<void> {
    const instance = await this.#resources.require(instanceId, tx)
    const isLive = instance.identityState === 'on' || instance.identityState === 'enabling'
    await this.#resources.update(tx, instance, {
      agent_id: agentId,
      identity_state: isLive ? 'enabling' : 'off',
    })
    if (!isLive || !instance.principalId) return
    await this.#rollover.closeSlots(tx, context, instance.principalId)
    await this.#registry.revokeAll(tx, context, instance.principalId, 'another agent took over')
    await this.#rollover.openSlot(tx, context, { principalId: instance.principalId, agentId })
  }

  /** What an agent says it holds; an identity that was turned off is gone once the agent no longer has it. */
  async agentHolds(context: RequestContext, agentId: AgentId, held: readonly ObjectId[]): Promise<void> {
    await this.#database.transact(async (tx) => {
      for (const instance of await this.#resources.ofAgent(agentId, tx)) {
        if (instance.identityState !== 'disabling') continue
        if (instance.principalId && held.includes(instance.principalId)) continue
        await this.#resources.update(tx, instance, { identity_state: 'off' })
        await this.#audit.append(tx, context, {
          action: 'identity.removed',
          target: targetOf(instance),
          before: { identityState: 'disabling' },
          after: { identityState: 'off' },
        })
      }
    })
  }

  async #inForce(tx: Tx, context: RequestContext, principalId: ObjectId): Promise<void> {
    const instance = await this.#resources.findByPrincipal(principalId, tx)
    if (instance?.identityState !== 'enabling') return
    await this.#resources.update(tx, instance, { identity_state: 'on' })
    await this.#audit.append(tx, context, {
      action: 'identity.in_force',
      target: targetOf(instance),
      before: { identityState: 'enabling' },
      after: { identityState: 'on' },
    })
  }
}

function targetOf(instance: ServiceInstance): { kind: string; id: string; label: string } {
  return { kind: 'instance', id: instance.id, label: instance.name }
}
