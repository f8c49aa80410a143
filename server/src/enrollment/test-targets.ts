import type { AgentSummary } from '@signet/shared/api/resources'
import type { TestTarget, TestTargets } from '@signet/shared/api/token-tests'
import { LocalDialect } from '@signet/shared/wire/agent-protocol'
import type { PrincipalRegistry } from '../principals/index.ts'
import type { ResourceManager, ServiceInstance } from '../resources/index.ts'

const mostListed = 100

interface TargetParts {
  readonly resources: Pick<ResourceManager, 'page' | 'require'>
  readonly registry: Pick<PrincipalRegistry, 'findAll'>
  readonly agents: { describe(agentIds: readonly string[]): Promise<ReadonlyMap<string, AgentSummary>> }
  readonly audiences: () => readonly { uri: string; name: string }[]
}

/** What the tester offers to pick from: instances by name, with the endpoints their agents answer on, and audiences. */
export class TestTargetList {
  readonly #parts: TargetParts

  constructor(parts: TargetParts) {
    this.#parts = parts
  }

  /**
   * @param wanted.q part of a name
   * @param wanted.instanceId listed too, wherever it stands; one that does not exist is left out
   */
  async list(wanted: { q?: string | undefined; instanceId?: string | undefined }): Promise<TestTargets> {
    const { resources, registry, agents, audiences } = this.#parts
    const { items, nextCursor } = await resources.page({ search: wanted.q, limit: mostListed })
    const named = await this.#named(wanted.instanceId, items)
    const instances = [...named, ...items]
    const principalIds = instances.flatMap((one) => (one.principalId ? [one.principalId] : []))
    const principals = new Map((await registry.findAll(principalIds)).map((found) => [found.objectId, found]))
    const known = await agents.describe(instances.flatMap((one) => (one.agentId ? [one.agentId] : [])))
    return {
      instances: instances.map((instance): TestTarget => {
        const agent = instance.agentId ? known.get(instance.agentId) : undefined
        const isOn = instance.identityState !== 'off'
        const principal = instance.principalId && isOn ? principals.get(instance.principalId) : undefined
        return {
          id: instance.id,
          name: instance.name,
          enabled: instance.identityState === 'on',
          connected: agent?.connected ?? false,
          clientId: principal?.clientId ?? null,
          endpoints: agent?.endpoints ?? null,
          dialects: LocalDialect.options.map((dialect) => ({ dialect, refusal: refusalOf(dialect, agent) })),
        }
      }),
      hasMore: nextCursor !== null,
      resources: audiences().map(({ uri, name }) => ({ uri, name })),
    }
  }

  async #named(id: string | undefined, listed: readonly ServiceInstance[]): Promise<ServiceInstance[]> {
    if (id === undefined || listed.some((one) => one.id === id)) return []
    return this.#parts.resources.require(id).then(
      (instance) => [instance],
      () => [],
    )
  }
}

/** Why an agent cannot be asked in a dialect. Without an agent that has reported, nothing is known against any. */
function refusalOf(dialect: LocalDialect, agent: AgentSummary | undefined): string | null {
  if (!agent?.endpoints) return null
  const address = dialect === 'imds' ? agent.endpoints.imdsUrl : agent.endpoints.identityEndpoint
  return address === '' ? 'This agent does not serve it.' : null
}
