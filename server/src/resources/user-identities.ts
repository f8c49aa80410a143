import { AgentId, type InstanceId, type ObjectId } from '@signet/shared/vocabulary/identifiers'
import type { AuditLog, NewAuditEvent } from '../audit/index.ts'
import type { SlotHolder } from '../authority/index.ts'
import type { Clock } from '../platform/clock.ts'
import type { Database } from '../platform/database/database.ts'
import type { RequestContext } from '../platform/request-context.ts'
import { SignetError } from '../platform/signet-error.ts'
import type { ChangeRecorder, Transactor, Tx } from '../platform/transaction.ts'
import { requireVersion } from '../platform/versions.ts'
import type { Principal, PrincipalRegistry } from '../principals/index.ts'
import type { CredentialRollover, SlotDirectory } from '../rotation/index.ts'
import { ResourceGroupsStore } from './resource-groups-store.ts'
import type { ResourceDefaults, ResourceManager } from './resource-manager.ts'
import { type AssignedName, UserIdentitiesStore, type UserIdentityChange } from './user-identities-store.ts'
import { type UserIdentity, type UserIdentityAct, verdictOfUserIdentity } from './user-identity.ts'
import type { Asked, Meant, OneAssignment, Served, WantedIdentity } from './user-identity-asked.ts'
import { placeOf } from './user-identity-place.ts'

interface UserIdentitiesParts {
  readonly database: Database
  readonly resources: ResourceManager
  readonly registry: PrincipalRegistry
  readonly rollover: CredentialRollover
  readonly slots: Pick<SlotDirectory, 'agentsBySlot'>
  readonly audit: AuditLog
  readonly clock: Clock
  readonly defaults: ResourceDefaults
}

/**
 * User-assigned identities: resources of their own, assigned to service instances. Each has one principal, and one slot on
 * every agent that serves an instance it is assigned to; instances of one agent share it. Every act is one transaction with
 * its audit rows, and repeating a wish that is met changes nothing.
 */
export class UserIdentities {
  readonly #parts: UserIdentitiesParts
  readonly #store: UserIdentitiesStore
  readonly #groups: ResourceGroupsStore
  readonly #database: Transactor & ChangeRecorder

  constructor(parts: UserIdentitiesParts) {
    this.#parts = parts
    this.#store = new UserIdentitiesStore(parts.database)
    this.#groups = new ResourceGroupsStore(parts.database)
    this.#database = parts.database
    parts.registry.onPurged((tx, principalId) => this.#store.purge(tx, principalId))
  }

  /** @throws SignetError `not_found` for the group | `conflict` when the name is taken in it */
  async create(context: RequestContext, wanted: WantedIdentity): Promise<UserIdentity> {
    return this.#database.transact((tx) => this.createIn(tx, context, wanted))
  }

  /** As `create`, in the caller's transaction. */
  async createIn(tx: Tx, context: RequestContext, wanted: WantedIdentity): Promise<UserIdentity> {
    const { registry, clock, defaults } = this.#parts
    const place = await this.#placeFor(tx, wanted)
    const { objectId, clientId } = await registry.createUser(tx, { name: wanted.name, armId: place.arm_id })
    const now = clock.now()
    await this.#store.insert(tx, {
      ...place,
      ...{ id: objectId, tenant_id: defaults.tenantId, subscription_id: defaults.subscriptionId, client_id: clientId },
      ...{ state: 'on', instances: 0, token_key: 0, deleted_at: null, version: 1, created_at: now, updated_at: now },
    })
    const identity = await this.require(objectId, tx)
    await this.#record(
      { tx, context, identity, reason: wanted.reason || undefined },
      { action: 'identity.created', after: { ...namesOf(identity), principalId: objectId, clientId } },
    )
    return identity
  }

  /** Undefined when there is none, or it was deleted for good. */
  find(principalId: string, tx?: Tx): Promise<UserIdentity | undefined> {
    return this.#store.find(principalId, tx)
  }

  /** @throws SignetError `not_found` */
  async require(principalId: string, tx?: Tx): Promise<UserIdentity> {
    const identity = await this.find(principalId, tx)
    if (!identity) throw new SignetError('not_found', 'There is no such user-assigned identity.')
    return identity
  }

  /** Renames it or moves it to another group: its IDs stay, its ARM resource ID does not. */
  async change(
    context: RequestContext,
    principalId: ObjectId,
    to: Meant & { name?: string | undefined; resourceGroup?: string | undefined },
  ): Promise<void> {
    const { registry, rollover } = this.#parts
    await this.#acting(context, principalId, to, async (asked) => {
      const { tx, identity } = asked
      requireThere(identity)
      const name = to.name ?? identity.name
      const place = await this.#placeFor(
        tx,
        { name, resourceGroup: to.resourceGroup ?? identity.resourceGroup },
        identity,
      )
      if (place.arm_id === identity.resourceId) return
      await this.#update(tx, identity, place)
      await registry.change(tx, principalId, { display_name: name, arm_id: place.arm_id })
      await rollover.rename(tx, principalId, name)
      const after = await this.require(principalId, tx)
      await this.#record(asked, { action: 'identity.changed', before: namesOf(identity), after: namesOf(after) })
    })
  }

  /** Assigns it to instances; each agent that did not have it yet gets a slot, and with it a certificate. */
  async attach(context: RequestContext, principalId: ObjectId, to: Meant & { instanceIds: readonly InstanceId[] }) {
    await this.#acting(context, principalId, to, async (asked) => {
      requireThere(asked.identity)
      for (const instanceId of to.instanceIds) await this.#attachOne(asked, instanceId)
      await this.#recount(asked.tx, asked.identity)
    })
  }

  /** Takes it from instances; an agent that serves none of the others gives up its certificate, which is revoked. */
  async detach(context: RequestContext, principalId: ObjectId, from: Meant & { instanceIds: readonly InstanceId[] }) {
    await this.#acting(context, principalId, from, async (asked) => {
      requireThere(asked.identity)
      for (const instanceId of from.instanceIds) await this.#detachOne(asked, await this.#instance(asked, instanceId))
      await this.#recount(asked.tx, asked.identity)
    })
  }

  /** As `attach` and `detach` of one instance, in the caller's transaction. @returns whether anything changed */
  async assignOne(tx: Tx, context: RequestContext, act: 'attach' | 'detach', wanted: OneAssignment): Promise<boolean> {
    const asked = await this.#asked(tx, context, wanted.principalId, wanted)
    requireThere(asked.identity)
    const isChanged =
      act === 'attach'
        ? await this.#attachOne(asked, wanted.instanceId)
        : await this.#detachOne(asked, await this.#instance(asked, wanted.instanceId))
    await this.#recount(tx, asked.identity)
    return isChanged
  }

  /** @throws SignetError `not_found` | `conflict` | `precondition_failed` */
  async act(context: RequestContext, act: UserIdentityAct, principalId: ObjectId, meant: Meant): Promise<void> {
    await this.#database.transact((tx) => this.perform(tx, context, act, principalId, meant))
  }

  /** As `act`, in the caller's transaction. @returns whether anything changed */
  async perform(
    tx: Tx,
    context: RequestContext,
    act: UserIdentityAct,
    principalId: ObjectId,
    meant: Meant,
  ): Promise<boolean> {
    const asked = await this.#asked(tx, context, principalId, meant)
    const verdict = verdictOfUserIdentity(act, asked.identity, this.#parts.clock.now())
    if (verdict.kind === 'refused') throw new SignetError('conflict', verdict.reason)
    if (verdict.kind === 'already') return false
    if (act === 'delete') await this.#delete(asked)
    else if (act === 'restore') await this.#restore(asked)
    else await this.#suspend(asked, act === 'pause')
    return true
  }

  /** An agent takes charge of an instance, to be called before it does; whatever the one before it held is worth nothing. */
  async agentBound(
    tx: Tx,
    context: RequestContext,
    instance: { id: InstanceId; agentId: AgentId | null },
    agentId: AgentId,
  ): Promise<void> {
    const { agentId: former } = instance
    if (former !== null && former !== agentId) await this.#drop(tx, context, former, 'another agent took over')
    for (const { principalId, state } of await this.#store.ofInstance(instance.id, tx)) {
      if (state !== 'deleted') await this.#parts.rollover.openSlot(tx, context, { principalId, agentId })
    }
  }

  /** No key that this agent held is trusted any more; what was assigned stays so, and waits for another agent (SEC-42). */
  async agentDistrusted(tx: Tx, context: RequestContext, agentId: AgentId): Promise<void> {
    await this.#drop(tx, context, agentId, 'its agent was quarantined')
  }

  /** An instance goes, and its assignments with it. */
  async instanceRemoved(tx: Tx, context: RequestContext, instance: Served): Promise<void> {
    for (const identity of await this.#store.ofInstance(instance.id, tx)) {
      await this.#detachOne({ tx, context, identity, reason: 'the instance was deleted' }, instance)
      await this.#recount(tx, identity)
    }
  }

  /** Which instances of an agent have which identities, deleted ones left out. */
  onAgent(agentId: AgentId): Promise<{ principalId: ObjectId; instanceId: InstanceId; resourceId: string }[]> {
    return this.#store.onAgent(agentId)
  }

  /**
   * By slot of a managed identity of either kind, the agent and the instance that asks with its credentials. An agent whose
   * instances share the slot leaves open which of them asks.
   */
  async holdersOf(
    principal: Pick<Principal, 'objectId' | 'ownerInstanceId' | 'armId'>,
  ): Promise<ReadonlyMap<string, SlotHolder>> {
    const { objectId, ownerInstanceId, armId } = principal
    const own = ownerInstanceId && { id: ownerInstanceId, resourceId: armId ?? '' }
    const served = own ? [] : await this.#store.servedInstances(objectId)
    const agents = await this.#parts.slots.agentsBySlot(objectId)
    return new Map(
      [...agents].map(([slotId, agentId]) => {
        const [only, another] = served.filter((each) => each.agentId === agentId)
        const shared = only && !another ? { id: only.id, resourceId: only.resourceId } : null
        return [slotId, { agentId, instance: own || shared }]
      }),
    )
  }

  /** Instances it is assigned to, and who serves them. */
  placesOf(principalId: string): Promise<{ instanceId: InstanceId; agentId: string | null }[]> {
    return this.#store.placesOf(principalId)
  }

  /** How many each of these instances has; one without any is left out. */
  countsOf(instanceIds: readonly string[]): Promise<ReadonlyMap<string, number>> {
    return this.#store.countsOf(instanceIds)
  }

  /** How many there are that are not deleted. */
  count(): Promise<number> {
    return this.#store.count()
  }

  /** Of several instances, by name; deleted ones left out, and instances without any. */
  ofInstances(instanceIds: readonly string[]): Promise<ReadonlyMap<string, readonly AssignedName[]>> {
    return this.#store.namesOf(instanceIds)
  }

  /** Of an instance, by name; deleted ones left out. */
  async ofInstance(instanceId: string): Promise<(UserIdentity & { assignedAt: number })[]> {
    return (await this.#store.ofInstance(instanceId)).filter(({ state }) => state !== 'deleted')
  }

  /** What an ARM resource ID or a whole name names, deleted ones too. */
  lookUp(names: { text: string; guid?: string; armId?: string }): Promise<UserIdentity[]> {
    return names.guid === undefined ? this.#store.named(this.#parts.defaults.tenantId, names) : Promise.resolve([])
  }

  async #acting(
    context: RequestContext,
    principalId: ObjectId,
    meant: Meant,
    work: (asked: Asked) => Promise<void>,
  ): Promise<void> {
    await this.#database.transact(async (tx) => work(await this.#asked(tx, context, principalId, meant)))
  }

  async #asked(tx: Tx, context: RequestContext, principalId: ObjectId, meant: Meant): Promise<Asked> {
    const identity = await this.require(principalId, tx)
    requireVersion(meant.expected, identity.version)
    return { tx, context, identity, reason: meant.reason || undefined, groupId: meant.groupId }
  }

  /** Where an identity of that name stands in a group. @throws SignetError `not_found` | `conflict` */
  #placeFor(tx: Tx, wanted: { name: string; resourceGroup: string }, self?: UserIdentity) {
    return placeOf({ tx, store: this.#store, groups: this.#groups, ...this.#parts.defaults }, wanted, self)
  }

  #instance({ tx }: Asked, instanceId: InstanceId): Promise<Served> {
    return this.#parts.resources.require(instanceId, tx)
  }

  async #attachOne(asked: Asked, instanceId: InstanceId): Promise<boolean> {
    const { rollover, clock, defaults } = this.#parts
    const { tx, context, identity } = asked
    const { principalId } = identity
    const { name, agentId } = await this.#instance(asked, instanceId)
    const assignment = { instanceId, principalId, tenantId: defaults.tenantId, at: clock.now() }
    if (!(await this.#store.assign(tx, assignment))) return false
    await this.#record(asked, { action: 'identity.attached', after: { instanceId, instance: name } })
    if (agentId) await rollover.openSlot(tx, context, { principalId, agentId })
    await this.#database.changed(tx, { kind: 'instance', id: instanceId })
    return true
  }

  async #detachOne(asked: Asked, instance: Served): Promise<boolean> {
    const { tx, context, identity } = asked
    const { principalId } = identity
    if (!(await this.#store.unassign(tx, instance.id, principalId))) return false
    const before = { instanceId: instance.id, instance: instance.name }
    await this.#record(asked, { action: 'identity.detached', before })
    await this.#database.changed(tx, { kind: 'instance', id: instance.id })
    if (instance.agentId === null) return true
    const places = await this.#store.placesOf(principalId, tx)
    if (places.some(({ agentId }) => agentId === instance.agentId)) return true
    await this.#closeSlot(tx, context, { principalId, agentId: instance.agentId }, 'no longer assigned')
    return true
  }

  async #drop(tx: Tx, context: RequestContext, agentId: AgentId, why: string): Promise<void> {
    const held = await this.#store.onAgent(agentId, tx)
    for (const principalId of new Set(held.map((each) => each.principalId))) {
      await this.#closeSlot(tx, context, { principalId, agentId }, why)
    }
  }

  async #closeSlot(
    tx: Tx,
    context: RequestContext,
    { principalId, agentId }: { principalId: ObjectId; agentId: AgentId },
    why: string,
  ): Promise<void> {
    const { rollover, registry } = this.#parts
    for (const slotId of await rollover.closeSlots(tx, context, principalId, agentId)) {
      await registry.credentials.revokeAll(tx, context, principalId, why, slotId)
    }
  }

  async #delete(asked: Asked): Promise<void> {
    const { tx, context, identity } = asked
    const { principalId, state, instances } = identity
    const { rollover, registry, clock } = this.#parts
    await this.#update(tx, identity, { state: 'deleted', deleted_at: clock.now() })
    await this.#record(asked, { action: 'identity.deleted', before: { ...namesOf(identity), state, instances } })
    await rollover.closeSlots(tx, context, principalId)
    await registry.delete(tx, context, principalId, 'identity deleted')
    await this.#instancesChanged(tx, principalId)
  }

  async #restore(asked: Asked): Promise<void> {
    const { tx, context, identity } = asked
    const { principalId, clientId, deletedAt, instances } = identity
    const { rollover, registry } = this.#parts
    await this.#placeFor(tx, identity, identity)
    await registry.restore(tx, principalId)
    await this.#update(tx, identity, { state: 'on', deleted_at: null })
    await this.#record(asked, {
      action: 'identity.restored',
      before: { deletedAt },
      after: { principalId, clientId, instances },
    })
    for (const { agentId } of await this.#store.placesOf(principalId, tx)) {
      if (agentId) await rollover.openSlot(tx, context, { principalId, agentId: AgentId.parse(agentId) })
    }
    await this.#instancesChanged(tx, principalId)
  }

  async #suspend(asked: Asked, suspended: boolean): Promise<void> {
    const { tx, context, identity, groupId } = asked
    const { registry } = this.#parts
    if (suspended) await registry.suspend(tx, context, identity.principalId, groupId)
    else await registry.resume(tx, identity.principalId)
    await this.#update(tx, identity, { state: suspended ? 'paused' : 'on' })
    await this.#record(asked, {
      action: suspended ? 'identity.paused' : 'identity.resumed',
      before: { state: identity.state },
      after: { state: suspended ? 'paused' : 'on' },
    })
  }

  /** The count follows what was assigned; nothing is written when it is what it was. */
  async #recount(tx: Tx, identity: UserIdentity): Promise<void> {
    const instances = await this.#store.countInstances(tx, identity.principalId)
    if (instances !== identity.instances) await this.#update(tx, identity, { instances })
  }

  /** Compare-and-set on the version that was read. @throws SignetError `conflict` */
  async #update(tx: Tx, identity: UserIdentity, change: UserIdentityChange): Promise<void> {
    const updated = await this.#store.update(tx, identity, { ...change, updated_at: this.#parts.clock.now() })
    if (!updated) throw new SignetError('conflict', 'The identity was changed in the meantime.')
    await this.#database.changed(tx, { kind: 'principal', id: identity.principalId })
  }

  async #instancesChanged(tx: Tx, principalId: ObjectId): Promise<void> {
    for (const { instanceId } of await this.#store.placesOf(principalId, tx)) {
      await this.#database.changed(tx, { kind: 'instance', id: instanceId })
    }
  }

  #record({ tx, context, identity, reason }: Asked, event: Omit<NewAuditEvent, 'target' | 'reason'>): Promise<void> {
    const target = { kind: 'identity', id: identity.principalId, label: identity.name }
    return this.#parts.audit.append(tx, context, { ...event, target, ...(reason !== undefined && { reason }) })
  }
}

function namesOf({ name, resourceGroup, resourceId }: UserIdentity) {
  return { name, resourceGroup, resourceId }
}

/** @throws SignetError `conflict` for one that was deleted */
function requireThere({ name, state }: UserIdentity): void {
  if (state !== 'deleted') return
  throw new SignetError('conflict', `The identity ${name} was deleted.`, { fix: 'Restore it first.' })
}
