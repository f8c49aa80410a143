import type { Principal } from '../principals/index.ts'
import type { AppRolesStore } from './app-roles-store.ts'

/** What tokens of a client say and depend on, besides who it is; kept with it, so that a warm request reads nothing. */
export interface ClientFacts {
  /** Values of its app roles, by audience. */
  readonly roles: ReadonlyMap<string, readonly string[]>
  /**
   * Resource ID of the instance that asks, by the slot of its credential. Of user-assigned identities only, and only where
   * one instance alone is served by the agent of the slot.
   */
  readonly askers: ReadonlyMap<string, string>
}

export const noFacts: ClientFacts = { roles: new Map(), askers: new Map() }

export type FactsOf = (principal: Principal) => Promise<ClientFacts>

/** @param askersOf what the domain of resources knows of who holds a user-assigned identity */
export function clientFactsFrom(
  store: Pick<AppRolesStore, 'ofPrincipal'>,
  askersOf: (principalId: string) => Promise<ReadonlyMap<string, string>>,
): FactsOf {
  return async ({ objectId, kind }) => {
    const [assigned, askers] = await Promise.all([
      store.ofPrincipal(objectId),
      kind === 'user' ? askersOf(objectId) : noFacts.askers,
    ])
    const roles = new Map<string, string[]>()
    for (const { resource_id: audience, role_value: role } of assigned) {
      roles.set(audience, [...(roles.get(audience) ?? []), role])
    }
    return { roles, askers }
  }
}
