import type { AttentionItem } from '@signet/shared/api/overview'
import type { InstanceSummary } from '@signet/shared/api/resources'
import { auditFields } from '@signet/shared/query/audit-fields'
import { rotationFields } from '@signet/shared/query/rotation-fields'
import type { AuditLog } from '../audit/index.ts'
import type { SigningKeys, TokenActivityStore } from '../authority/index.ts'
import type { AgentDirectory } from '../enrollment/index.ts'
import type { Clock } from '../platform/clock.ts'
import { requireTerms } from '../platform/query-text.ts'
import type { ApplicationList, CertificateAuthorities, FederatedCredentials } from '../principals/index.ts'
import type { InstanceList, ResourceManager, UserIdentityList } from '../resources/index.ts'
import type { RotationHistory } from '../rotation/index.ts'
import type { AttentionFacts, Some, Troubled } from './attention-facts.ts'
import { mostNamed } from './attention-item.ts'
import { attentionLists } from './attention-lists.ts'
import { attentionOf } from './attention-rules.ts'

export interface AttentionParts {
  readonly list: Pick<InstanceList, 'page'>
  readonly resources: Pick<ResourceManager, 'ofAgent'>
  readonly history: Pick<RotationHistory, 'oldest'>
  readonly agents: Pick<AgentDirectory, 'quarantined'>
  readonly activity: Pick<TokenActivityStore, 'requestsOf'>
  readonly keys: Pick<SigningKeys, 'outlook'>
  readonly authorities: Pick<CertificateAuthorities, 'lives' | 'endingRoot'>
  readonly audit: Pick<AuditLog, 'page' | 'count'>
  readonly applications: Pick<ApplicationList, 'page' | 'ending'>
  readonly userIdentities: Pick<UserIdentityList, 'page'>
  readonly federated: Pick<FederatedCredentials, 'broadest'>
  readonly sharesTaken: () => Promise<boolean>
  readonly clockStep: () => AttentionFacts['clockStep']
  readonly serverCertificate: () => AttentionFacts['serverCertificate']
  readonly answersCloudNames: boolean
  readonly clock: Clock
}

/** Of those that were used last, the ones that are used most are named. */
const candidates = 50
const refusals = requireTerms(attentionLists.integrity_failed.filter, auditFields)

/** Asks the domains what is in trouble; what follows from it is decided in `attention-rules.ts`. */
export class Attention {
  readonly #parts: AttentionParts

  constructor(parts: AttentionParts) {
    this.#parts = parts
  }

  /** A fixed number of indexed reads, however large the fleet is. */
  async list(): Promise<{ checkedAt: number; items: AttentionItem[] }> {
    const { keys, authorities, sharesTaken, clockStep, clock, serverCertificate, answersCloudNames } = this.#parts
    const now = clock.now()
    const facts: AttentionFacts = {
      failing: await this.#troubled('identity_failing'),
      degraded: await this.#troubled('identity_degraded'),
      waiting: await this.#troubled('identity_waiting'),
      silent: await this.#troubled('agent_silent'),
      quarantined: await this.#quarantined(),
      stuck: await this.#rotations('rotation_stuck', candidates),
      failed: await this.#rotations('rotation_failed', mostNamed),
      ending: await this.#ending(),
      ...(await this.#broad()),
      authorities: authorities.lives,
      endingRoot: authorities.endingRoot,
      signingKey: await keys.outlook(),
      sharesTaken: await sharesTaken(),
      refusedValues: await this.#refusedValues(now),
      clockStep: clockStep(),
      serverCertificate: serverCertificate(),
      answersCloudNames,
    }
    return { checkedAt: now, items: attentionOf(facts, now) }
  }

  async #troubled(
    kind: 'identity_failing' | 'identity_degraded' | 'identity_waiting' | 'agent_silent',
  ): Promise<Some<Troubled>> {
    const { filter } = attentionLists[kind]
    const { items, count } = await this.#parts.list.page({ filter, sort: '-last-token', limit: candidates })
    return {
      items: await this.#withRequests(items),
      total: count?.shown ?? items.length,
      isCapped: count?.isCapped ?? false,
    }
  }

  #rotations(kind: 'rotation_stuck' | 'rotation_failed', most: number) {
    return this.#parts.history.oldest({ terms: requireTerms(attentionLists[kind].filter, rotationFields) }, most)
  }

  async #ending(): Promise<AttentionFacts['ending']> {
    const { applications, activity } = this.#parts
    const { filter } = attentionLists.client_credential_expiring
    const { items, count } = await applications.page({ filter, sort: 'expires', limit: mostNamed })
    const ids = items.map(({ principalId }) => principalId)
    const [ending, requests] = await Promise.all([applications.ending(ids), activity.requestsOf(ids)])
    const clients = items.flatMap(({ principalId, name }) => {
      const first = ending.get(principalId)
      return first ? { ...first, principalId, name, requests: requests.get(principalId) ?? 0 } : []
    })
    return { items: clients, total: count?.shown ?? clients.length, isCapped: count?.isCapped ?? false }
  }

  async #broad(): Promise<Pick<AttentionFacts, 'broadApplications' | 'broadIdentities'>> {
    const { applications, userIdentities, federated } = this.#parts
    const query = (filter: string) => ({ filter, sort: 'name', limit: mostNamed }) as const
    const [apps, users] = await Promise.all([
      applications.page(query(attentionLists.broad_applications.filter)),
      userIdentities.page(query(attentionLists.broad_identities.filter)),
    ])
    const rules = await federated.broadest([...apps.items, ...users.items].map(({ principalId }) => principalId))
    const some = ({
      items,
      count,
    }: Pick<typeof apps, 'count'> & { items: { principalId: string; name: string }[] }) => ({
      items: items.flatMap(({ principalId, name }) => {
        const found = rules.get(principalId)
        return found ? { principalId, name, ...found } : []
      }),
      total: count?.shown ?? items.length,
      isCapped: count?.isCapped ?? false,
    })
    return { broadApplications: some(apps), broadIdentities: some(users) }
  }

  async #withRequests(instances: readonly InstanceSummary[]): Promise<Troubled[]> {
    const ids = instances.flatMap(({ identity }) => (identity ? [identity.principalId] : []))
    const requests = await this.#parts.activity.requestsOf(ids)
    return instances.map((instance) => ({
      instance,
      requests: instance.identity ? (requests.get(instance.identity.principalId) ?? 0) : 0,
    }))
  }

  async #quarantined(): Promise<AttentionFacts['quarantined']> {
    const agents = await this.#parts.agents.quarantined(mostNamed + 1)
    return Promise.all(
      agents.map(async ({ id, name, since }) => {
        const [instance] = await this.#parts.resources.ofAgent(id)
        const on = instance ? { id: instance.id, name: instance.name } : null
        return { agentId: id, agentName: name, instance: on, since }
      }),
    )
  }

  async #refusedValues(now: number): Promise<AttentionFacts['refusedValues']> {
    const { audit } = this.#parts
    const query = { terms: refusals, from: now - attentionLists.integrity_failed.withinMs }
    const { items } = await audit.page(query, { limit: 1 })
    if (items.length === 0) return { items: [], total: 0 }
    const { matching, isCapped } = await audit.count(query)
    const described = items.map(({ target, at }) => ({ label: target?.label ?? 'a value', at }))
    return { items: described, total: matching, isCapped }
  }
}
