import type { GroupActResult, GroupStanding } from '@signet/shared/api/resource-groups'
import type { Propagation, PropagationState } from '@signet/shared/api/revocations'
import { InstanceId, ObjectId } from '@signet/shared/vocabulary/identifiers'
import type { AuditLog } from '../audit/index.ts'
import type { Database } from '../platform/database/database.ts'
import type { RequestContext } from '../platform/request-context.ts'
import { SignetError } from '../platform/signet-error.ts'
import type { Tx } from '../platform/transaction.ts'
import type { PrincipalRegistry } from '../principals/index.ts'
import { GroupMembersStore, type Member } from './group-members-store.ts'
import type { ManagedIdentity } from './managed-identity.ts'
import type { ResourceGroup, ResourceGroups } from './resource-groups.ts'
import type { UserIdentities } from './user-identities.ts'

interface GroupActsParts {
  readonly database: Database
  readonly audit: AuditLog
  readonly groups: Pick<ResourceGroups, 'find'>
  readonly registry: Pick<PrincipalRegistry, 'suspendedWith'>
  readonly identities: Pick<ManagedIdentity, 'perform'>
  readonly users: Pick<UserIdentities, 'perform'>
  /** How far what was taken back has come, of the domain that knows agents. */
  readonly withdrawals: {
    counts(which: { correlationId: string } | { groupId: string }): Promise<Propagation>
    state(which: { groupId: string }): Promise<PropagationState | null>
  }
}

/** Identities of one transaction: a writer waits for no longer than these take. */
const portion = 500

type GroupAct = 'pause' | 'resume'
const recordedAs = { pause: 'resource_group.paused', resume: 'resource_group.resumed' } as const

interface Counts {
  changed: number
  already: number
}

/**
 * Every identity of a resource group at once. It is no bulk job, whose pace and steering nobody has time for who stops a group:
 * the answer comes when all are refused. Each portion is one transaction; what a crash leaves, the same act does when repeated.
 */
export class GroupActs {
  readonly #parts: GroupActsParts
  readonly #members: GroupMembersStore

  constructor(parts: GroupActsParts) {
    this.#parts = parts
    this.#members = new GroupMembersStore(parts.database)
  }

  /** @throws SignetError `not_found` */
  async show(name: string): Promise<GroupStanding> {
    const group = await this.#require(name)
    const counts = await this.#members.counts(group.id)
    const { instances, ...identities } = counts
    const propagation = await this.#parts.withdrawals.state({ groupId: group.id })
    return { id: group.id, name: group.name, instances, identities, propagation }
  }

  /** @throws SignetError `not_found` */
  pause(context: RequestContext, name: string, reason: string | undefined): Promise<GroupActResult> {
    return this.#act(context, 'pause', { name, reason, next: (tx, group, after) => this.#enabled(tx, group, after) })
  }

  /** Those that were paused alone stay paused. @throws SignetError `not_found` */
  resume(context: RequestContext, name: string, reason: string | undefined): Promise<GroupActResult> {
    return this.#act(context, 'resume', { name, reason, next: (tx, group, after) => this.#suspended(tx, group, after) })
  }

  async #act(
    context: RequestContext,
    act: GroupAct,
    wanted: {
      name: string
      reason: string | undefined
      next: (tx: Tx, group: ResourceGroup, after: string) => Promise<Member[]>
    },
  ): Promise<GroupActResult> {
    const { database, withdrawals } = this.#parts
    const group = await this.#require(wanted.name)
    const counts: Counts = { changed: 0, already: 0 }
    for (let after: string | undefined = ''; after !== undefined; ) {
      const from: string = after
      after = await database.transact(async (tx) => {
        const members = await wanted.next(tx, group, from)
        const before = counts.changed
        for (const member of members) {
          const options = { reason: wanted.reason, ...(act === 'pause' && { groupId: group.id }) }
          const changed = await this.#perform(tx, context, act, { member, options })
          counts[changed ? 'changed' : 'already'] += 1
        }
        if (before === 0 && counts.changed > 0) await this.#record(tx, context, act, { group, reason: wanted.reason })
        return members.length === portion ? members.at(-1)?.principalId : undefined
      })
    }
    const { correlationId } = context
    const which = counts.changed > 0 ? { correlationId } : { groupId: group.id }
    return { name: group.name, correlationId, ...counts, propagation: await withdrawals.counts(which) }
  }

  async #perform(
    tx: Tx,
    context: RequestContext,
    act: GroupAct,
    { member, options }: { member: Member; options: { reason: string | undefined; groupId?: string } },
  ): Promise<boolean> {
    const { identities, users } = this.#parts
    const { principalId, instanceId } = member
    if (instanceId === null) return users.perform(tx, context, act, ObjectId.parse(principalId), options)
    const result = await identities.perform(tx, context, act, InstanceId.parse(instanceId), { ...options, principalId })
    return result.changed
  }

  #enabled(tx: Tx, { id }: ResourceGroup, after: string): Promise<Member[]> {
    return this.#members.live(tx, id, { after, limit: portion })
  }

  async #suspended(tx: Tx, { id }: ResourceGroup, after: string): Promise<Member[]> {
    const principals = await this.#parts.registry.suspendedWith(id, { after, limit: portion }, tx)
    return principals.map(({ objectId, ownerInstanceId }) => ({ principalId: objectId, instanceId: ownerInstanceId }))
  }

  /** One record of the whole; each identity has its own under the same correlation ID. */
  async #record(
    tx: Tx,
    context: RequestContext,
    act: GroupAct,
    { group, reason }: { group: ResourceGroup; reason: string | undefined },
  ): Promise<void> {
    const { total, paused } = await this.#members.counts(group.id, tx)
    await this.#parts.audit.append(tx, context, {
      action: recordedAs[act],
      target: { kind: 'resource_group', id: group.id, label: group.name },
      ...(reason && { reason }),
      after: { identities: total, paused },
    })
  }

  async #require(name: string): Promise<ResourceGroup> {
    const group = await this.#parts.groups.find(name)
    if (!group) throw new SignetError('not_found', `There is no resource group called ${name}.`)
    return group
  }
}
