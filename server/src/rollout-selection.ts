import type { InstanceList, ResourceManager, UserIdentities, UserIdentityList } from './resources/index.ts'
import type { RolloutNeighbours } from './rotation/index.ts'

interface Lists {
  readonly resources: Pick<ResourceManager, 'findAll' | 'ofAgents'>
  readonly users: Pick<UserIdentities, 'ofInstances'>
  readonly list: Pick<InstanceList, 'select'>
  readonly userList: Pick<UserIdentityList, 'select'>
  readonly outstanding: RolloutNeighbours['outstanding']
  readonly agents: { readonly describe: RolloutNeighbours['agents'] }
}

/** What a rollout selects from. @param lists asked for at each use: they are made after rotation is */
export function rolloutSelection(lists: () => Lists): RolloutNeighbours {
  return {
    select: (list, filter, portion) => {
      const { list: instances, userList } = lists()
      return list === 'instances' ? instances.select(filter, portion) : userList.select(filter, portion)
    },
    holders: async (ids) => {
      const { resources, users } = lists()
      const [instances, assigned] = [await resources.findAll(ids), await users.ofInstances(ids)]
      return instances.map(({ id, name, agentId, principalId }) => ({
        id,
        name,
        agentId,
        principalIds: [
          ...(principalId === null ? [] : [principalId]),
          ...(assigned.get(id) ?? []).map((identity) => identity.principalId),
        ],
      }))
    },
    places: async (agentIds) => {
      const found = new Map<string, { id: string; name: string } | null>()
      for (const { id, name, agentId } of await lists().resources.ofAgents(agentIds)) {
        if (agentId !== null) found.set(agentId, found.has(agentId) ? null : { id, name })
      }
      return new Map([...found].flatMap(([agentId, place]) => (place === null ? [] : [[agentId, place]])))
    },
    outstanding: (ids) => lists().outstanding(ids),
    agents: (ids) => lists().agents.describe(ids),
  }
}
