import type { Principal } from '../principals/index.ts'
import type { AppRolesStore } from './app-roles-store.ts'
import { placeText } from './usage-place.ts'

/** What tokens of a client say and depend on, besides who it is; kept with it, so that a warm request reads nothing. */
export interface ClientFacts {
  /** Values of its app roles, by audience. */
  readonly roles: ReadonlyMap<string, readonly string[]>
  /** By the slot of its credential: who asks with that. */
  readonly slots: ReadonlyMap<string, SlotFacts>
}

/** Who holds a slot, as the domain of resources knows it. */
export interface SlotHolder {
  readonly agentId: string
  /** The one instance that it can be for; null where the agent serves several that have the identity, or none. */
  readonly instance: { readonly id: string; readonly resourceId: string } | null
}

export interface SlotFacts {
  readonly agentId: string
  /** What its tokens are counted for (`usage-place.ts`). */
  readonly place: string
  /** Resource ID of the instance that asks; of user-assigned identities only. */
  readonly asker: string | undefined
}

export type HoldersOf = (principal: Principal) => Promise<ReadonlyMap<string, SlotHolder>>

export const noFacts: ClientFacts = { roles: new Map(), slots: new Map() }

export type FactsOf = (principal: Principal) => Promise<ClientFacts>

/** @param holdersOf who holds the slots of a managed identity */
export function clientFactsFrom(store: Pick<AppRolesStore, 'ofPrincipal'>, holdersOf: HoldersOf): FactsOf {
  return async (principal) => {
    const [assigned, holders] = await Promise.all([
      store.ofPrincipal(principal.objectId),
      principal.kind === 'app' ? new Map<string, SlotHolder>() : holdersOf(principal),
    ])
    const roles = new Map<string, string[]>()
    for (const { resource_id: audience, role_value: role } of assigned) {
      roles.set(audience, [...(roles.get(audience) ?? []), role])
    }
    const slots = [...holders].map(([slotId, holder]) => [slotId, slotFacts(principal, holder)] as const)
    return { roles, slots: new Map(slots) }
  }
}

function slotFacts({ kind }: Principal, { agentId, instance }: SlotHolder): SlotFacts {
  const place = placeText(instance ? { kind: 'instance', id: instance.id } : { kind: 'agent', id: agentId })
  return { agentId, place, asker: kind === 'user' ? instance?.resourceId : undefined }
}
