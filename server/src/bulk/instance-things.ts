import type { BulkKind } from '@signet/shared/api/bulk'
import { TagChange } from '@signet/shared/api/resources'
import { InstanceId, type ObjectId } from '@signet/shared/vocabulary/identifiers'
import { dayMs } from '@signet/shared/vocabulary/time'
import type { Clock } from '../platform/clock.ts'
import type { RequestContext } from '../platform/request-context.ts'
import { SignetError } from '../platform/signet-error.ts'
import type { Tx } from '../platform/transaction.ts'
import type { Principal, PrincipalRegistry } from '../principals/index.ts'
import {
  type IdentityAct,
  type InstanceList,
  inverseOf,
  type ManagedIdentity,
  type ResourceManager,
  type ServiceInstance,
  type TokenUsage,
  type UserIdentities,
  type Verdict,
  verdictOf,
} from '../resources/index.ts'
import type { BulkAct, BulkThings, ItemInput, Judged, Performed } from './bulk-things.ts'

export interface InstanceThingsParts {
  readonly resources: ResourceManager
  readonly list: Pick<InstanceList, 'select'>
  readonly registry: PrincipalRegistry
  readonly identities: ManagedIdentity
  readonly users: Pick<UserIdentities, 'assignOne' | 'find' | 'ofInstances'>
  readonly usage: Pick<TokenUsage, 'lastUse'>
  readonly clock: Clock
}

/** What decides about one instance. */
interface InstanceFacts {
  readonly instance: ServiceInstance
  readonly principal: Principal | undefined
  readonly tags: Readonly<Record<string, string>>
  /** The user-assigned identities that it has. */
  readonly identities: readonly { principalId: string }[]
}

/** Service instances, and the identities that they have. */
export class InstanceThings implements BulkThings {
  readonly #parts: InstanceThingsParts

  constructor(parts: InstanceThingsParts) {
    this.#parts = parts
  }

  select(filter: string, portion: { after?: string | undefined; limit: number }) {
    return this.#parts.list.select(filter, portion)
  }

  async names(ids: readonly string[]): Promise<ReadonlyMap<string, string>> {
    return new Map((await this.#parts.resources.findAll(ids)).map(({ id, name }) => [id, name]))
  }

  async judge(act: BulkAct, ids: readonly string[]): Promise<ReadonlyMap<string, Judged>> {
    const now = this.#parts.clock.now()
    const facts = await this.#factsOf(act, ids)
    const refusal = act.identity === null ? null : await this.#refusalOf(act.identity)
    const users = act.identity === null ? facts.flatMap(({ principal }) => principal?.objectId ?? []) : [act.identity]
    const uses = this.#parts.usage.lastUse(users)
    return new Map(
      facts.map((own): [string, Judged] => {
        const verdict = refusal ?? verdictOfInstance(act, own, now)
        const usedAt = uses.get(act.identity ?? own.principal?.objectId ?? '')?.at
        const judged = { name: own.instance.name, verdict, isUsed: usedAt !== undefined && now - usedAt < dayMs }
        if (act.kind !== 'turn-on') return [own.instance.id, judged]
        const restored = verdictOfInstance({ ...act, kind: 'restore' }, own, now)
        return [own.instance.id, { ...judged, isRestorable: restored.kind === 'change' }]
      }),
    )
  }

  async perform(tx: Tx, context: RequestContext, act: BulkAct, id: string, input: ItemInput): Promise<Performed> {
    const { resources, identities, users } = this.#parts
    const { kind, reason } = act
    const instanceId = InstanceId.parse(id)
    switch (kind) {
      case 'tag': {
        const undo = await resources.changeTags(tx, context, instanceId, input.tags ?? TagChange.parse(act.tags ?? {}))
        return { changed: undo !== undefined, ...(undo && { undo: { tags: undo } }) }
      }
      case 'attach':
      case 'detach': {
        if (act.identity === null) throw new SignetError('internal', 'The job names no identity.')
        const wanted = { principalId: act.identity, instanceId, reason }
        return { changed: await users.assignOne(tx, context, kind, wanted) }
      }
      default: {
        const result = await identities.perform(tx, context, identityAct(kind), instanceId, {
          principalId: input.principalId,
          reason,
        })
        const { principalId } = result
        return { changed: result.changed, ...(principalId !== null && { undo: { principalId } }) }
      }
    }
  }

  /** Why an identity cannot be given or taken, for every instance alike. */
  async #refusalOf(principalId: ObjectId): Promise<Verdict | null> {
    const identity = await this.#parts.users.find(principalId)
    if (!identity) return { kind: 'refused', reason: 'There is no such user-assigned identity any more.' }
    return identity.state === 'deleted'
      ? { kind: 'refused', reason: `The identity ${identity.name} was deleted.` }
      : null
  }

  async #factsOf({ kind, identity }: BulkAct, ids: readonly string[]): Promise<InstanceFacts[]> {
    const { resources, registry, users } = this.#parts
    const instances = await resources.findAll(ids)
    const needsPrincipals = kind !== 'tag' && identity === null
    const principalIds = instances.flatMap(({ principalId }) => (needsPrincipals && principalId ? [principalId] : []))
    const principals = new Map((await registry.findAll(principalIds)).map((found) => [String(found.objectId), found]))
    const tags = kind === 'tag' ? await resources.tagsOf(instances.map(({ id }) => id)) : undefined
    const assigned = identity === null ? undefined : await users.ofInstances(ids)
    return instances.map((instance) => ({
      instance,
      principal: instance.principalId ? principals.get(instance.principalId) : undefined,
      tags: tags?.get(instance.id) ?? {},
      identities: assigned?.get(instance.id) ?? [],
    }))
  }
}

const identityActs = ['turn-on', 'pause', 'resume', 'turn-off', 'restore'] as const satisfies readonly IdentityAct[]

function identityAct(kind: BulkKind): IdentityAct {
  const act = identityActs.find((each) => each === kind)
  if (act === undefined) throw new SignetError('internal', `There is no ${kind} of instances.`)
  return act
}

const change: Verdict = { kind: 'change' }
const already: Verdict = { kind: 'already' }

/** What an act would do to one instance, by the rules that carry it out. */
function verdictOfInstance(
  act: BulkAct,
  { instance, principal, tags, identities }: InstanceFacts,
  nowMs: number,
): Verdict {
  const { kind } = act
  switch (kind) {
    case 'tag':
      return act.tags && inverseOf(tags, act.tags) ? change : already
    case 'attach':
    case 'detach': {
      const has = identities.some(({ principalId }) => principalId === act.identity)
      return has === (kind === 'attach') ? already : change
    }
    default:
      return verdictOf(
        identityAct(kind),
        { identityState: instance.identityState, principal: principal ?? null },
        nowMs,
      )
  }
}
