import { UsageReports } from './authority/index.ts'
import { type FederatedCredentials, UseList } from './principals/index.ts'
import type { ResourceManager } from './resources/index.ts'

type ReportParts = ConstructorParameters<typeof UsageReports>[0]
type ListParts = ConstructorParameters<typeof UseList>[0]
type Given = Pick<ReportParts, 'store' | 'registry'> &
  Omit<ListParts, 'numbersOf'> & {
    readonly resources: Pick<ResourceManager, 'find' | 'findAll' | 'ofAgents'>
    readonly federated: Pick<FederatedCredentials, 'names'>
  }

/** What is counted of tokens, with the names of the places they were got on. */
export function openUsage(parts: Given) {
  const { resources, federated } = parts
  const reports = new UsageReports({
    ...parts,
    agentOf: (instanceId) => resources.find(instanceId),
    names: {
      instances: async (ids) => new Map((await resources.findAll(ids)).map(({ id, name }) => [String(id), name])),
      agents: async (ids) => {
        const names = new Map<string, string>()
        for (const { agentId, name } of await resources.ofAgents(ids)) {
          if (agentId === null) continue
          const before = names.get(agentId)
          names.set(agentId, before === undefined ? name : `${before}, ${name}`)
        }
        return names
      },
      federated: (ids) => federated.names(ids),
    },
  })
  return { reports, list: new UseList({ ...parts, numbersOf: (ids) => reports.numbersOf(ids) }) }
}
