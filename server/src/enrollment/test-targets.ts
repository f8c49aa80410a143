import { type AgentSummary, endpointIn, type InstanceSummary } from '@signet/shared/api/resources'
import type { TestTarget, TestTargets } from '@signet/shared/api/token-tests'
import { formatTerm } from '@signet/shared/query/query-text'
import { LocalDialect } from '@signet/shared/wire/agent-protocol'
import type { InstanceList, InstanceView, ResourceManager, UserIdentities } from '../resources/index.ts'

const mostListed = 100

interface TargetParts {
  readonly list: Pick<InstanceList, 'page'>
  readonly view: Pick<InstanceView, 'summaries'>
  readonly resources: Pick<ResourceManager, 'findAll'>
  readonly users: Pick<UserIdentities, 'ofInstances'>
  readonly audiences: () => readonly { uri: string; name: string; enabled: boolean }[]
}

/** What the tester offers to pick from: instances by name, with the endpoints their agents answer on, and audiences. */
export class TestTargetList {
  readonly #parts: TargetParts

  constructor(parts: TargetParts) {
    this.#parts = parts
  }

  /**
   * @param wanted.q part of a name, or the beginning of an ID
   * @param wanted.instanceId listed too, wherever it stands; one that does not exist is left out
   */
  async list(wanted: { q?: string | undefined; instanceId?: string | undefined }): Promise<TestTargets> {
    const { list, audiences } = this.#parts
    const filter = wanted.q ? formatTerm({ kind: 'text', text: wanted.q, negated: false }) : undefined
    const { items, nextCursor } = await list.page({ filter, sort: 'name', limit: mostListed })
    const shown = [...(await this.#named(wanted.instanceId, items)), ...items]
    const assigned = await this.#parts.users.ofInstances(shown.map(({ id }) => id))
    return {
      instances: shown.map((instance) => ({
        ...targetOf(instance),
        identities: [...(assigned.get(instance.id) ?? [])],
      })),
      hasMore: nextCursor !== null,
      resources: audiences().flatMap(({ uri, name, enabled }) => (enabled ? [{ uri, name }] : [])),
    }
  }

  async #named(id: string | undefined, listed: readonly InstanceSummary[]): Promise<InstanceSummary[]> {
    if (id === undefined || listed.some((one) => one.id === id)) return []
    return this.#parts.view.summaries(await this.#parts.resources.findAll([id]))
  }
}

function targetOf({ id, name, identityState, identity, agent }: InstanceSummary): Omit<TestTarget, 'identities'> {
  return {
    id,
    name,
    enabled: identityState === 'on',
    connected: agent?.connected ?? false,
    clientId: identity?.clientId ?? null,
    endpoints: agent?.endpoints ?? null,
    dialects: LocalDialect.options.map((dialect) => ({ dialect, refusal: refusalOf(dialect, agent) })),
  }
}

/** Why an agent cannot be asked in a dialect. Without an agent that has reported, nothing is known against any. */
function refusalOf(dialect: LocalDialect, agent: AgentSummary | null): string | null {
  if (!agent?.endpoints) return null
  return endpointIn(agent.endpoints, dialect) ? null : 'This agent does not serve it.'
}
