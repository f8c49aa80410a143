import { setImmediate } from 'node:timers/promises'
import type { RolloutBlast, RolloutSelection } from '@signet/shared/api/rollouts'
import type { RolloutAct } from '@signet/shared/vocabulary/rollout-states'
import type { AgentStanding } from './rollout-rules.ts'
import type { RotationStore, SlotRow } from './rotation-store.ts'

interface Place {
  readonly id: string
  readonly name: string
}

/** An instance and the principals it has, whether or not it holds a credential of each. */
export interface Holder extends Place {
  readonly agentId: string | null
  readonly principalIds: readonly string[]
}

/** What rollouts ask of the domains that know instances, agents and lists. */
export interface RolloutNeighbours {
  /** IDs of what a filter matches, always in the same order. @throws SignetError `invalid_request` */
  readonly select: (
    list: RolloutSelection['list'],
    filter: string,
    portion: { after?: string | undefined; limit: number },
  ) => Promise<{ ids: readonly string[]; next: string | null }>
  /** Instances by ID; those that are gone are left out. */
  readonly holders: (instanceIds: readonly string[]) => Promise<readonly Holder[]>
  /** Where agents are; those of several instances are left out. */
  readonly places: (agentIds: readonly string[]) => Promise<ReadonlyMap<string, Place>>
  /** Tokens of these principals that are out, and when one of them last got one. */
  readonly outstanding: (principalIds: readonly string[]) => Promise<Pick<RolloutBlast, 'live' | 'lastUsedAt'>>
  readonly agents: (agentIds: readonly string[]) => Promise<ReadonlyMap<string, AgentStanding>>
}

/** A credential that a rollout is about; `slot` is null where there is nothing to do, for the reason given. */
export interface Candidate {
  readonly name: string
  readonly instance: Place | null
  readonly slot: SlotRow | null
  readonly reason: string | null
}

interface SelectorParts {
  readonly store: Pick<RotationStore, 'openSlots'>
  readonly neighbours: RolloutNeighbours
}

/** Looked at in one turn of the event loop: some milliseconds. */
const portionLength = 100

/** Finds the slots of a selection: each once, in the order of the list. Others are served in between. */
export class RolloutSelector {
  readonly #parts: SelectorParts

  constructor(parts: SelectorParts) {
    this.#parts = parts
  }

  /** @throws SignetError `invalid_request` for a filter that cannot be read */
  async resolve(selection: RolloutSelection, act: RolloutAct): Promise<Candidate[]> {
    const found: Candidate[] = []
    const seen = new Set<string>()
    for await (const ids of this.#portions(selection)) {
      const some =
        selection.list === 'instances' ? await this.#ofInstances(ids, act) : await this.#ofPrincipals(ids, act)
      for (const candidate of some) {
        if (candidate.slot && seen.has(candidate.slot.id)) continue
        if (candidate.slot) seen.add(candidate.slot.id)
        found.push(candidate)
      }
      // Everything above may have been answered from memory or by the main thread's own connection, in this very turn.
      await setImmediate()
    }
    return found
  }

  async *#portions({ list, ids, q }: RolloutSelection): AsyncGenerator<readonly string[]> {
    if (ids) {
      const distinct = [...new Set(ids)]
      for (let start = 0; start < distinct.length; start += portionLength) {
        yield distinct.slice(start, start + portionLength)
      }
      return
    }
    let after: string | undefined
    do {
      const portion = await this.#parts.neighbours.select(list, q ?? '', { after, limit: portionLength })
      yield portion.ids
      after = portion.next ?? undefined
    } while (after !== undefined)
  }

  async #ofInstances(ids: readonly string[], act: RolloutAct): Promise<Candidate[]> {
    const holders = new Map((await this.#parts.neighbours.holders(ids)).map((holder) => [holder.id, holder]))
    const slots = await this.#slotsOf([...holders.values()].flatMap(({ principalIds }) => principalIds))
    return ids.flatMap((id): Candidate[] => {
      const holder = holders.get(id)
      if (!holder) return [skip(id, null, 'It is gone.')]
      if (holder.agentId === null) return [skip(holder.name, holder, 'No agent is enrolled.')]
      const own = holder.principalIds.flatMap((principalId) => slots.get(principalId) ?? [])
      const here = own.filter((slot) => slot.agent_id === holder.agentId)
      if (here.length === 0) return [skip(holder.name, holder, 'Its identity is off.')]
      return here.map((slot) => candidateOf(slot, holder, act))
    })
  }

  async #ofPrincipals(ids: readonly string[], act: RolloutAct): Promise<Candidate[]> {
    const slots = await this.#slotsOf(ids)
    const agentIds = [...slots.values()].flatMap((own) => own.map((slot) => slot.agent_id))
    const places = await this.#parts.neighbours.places([...new Set(agentIds)])
    const found: Candidate[] = []
    for (const id of ids) {
      const own = slots.get(id) ?? []
      if (own.length === 0) found.push(skip(id, null, 'No instance holds a certificate of it.'))
      for (const slot of own) found.push(candidateOf(slot, places.get(slot.agent_id) ?? null, act))
    }
    return found
  }

  async #slotsOf(principalIds: readonly string[]): Promise<ReadonlyMap<string, SlotRow[]>> {
    const distinct = [...new Set(principalIds)]
    const byPrincipal = new Map<string, SlotRow[]>()
    for (let start = 0; start < distinct.length; start += portionLength) {
      const some = await this.#parts.store.openSlots({ principalIds: distinct.slice(start, start + portionLength) })
      for (const slot of some) {
        const own = byPrincipal.get(slot.principal_id)
        if (own) own.push(slot)
        else byPrincipal.set(slot.principal_id, [slot])
      }
    }
    return byPrincipal
  }
}

function candidateOf(slot: SlotRow, place: Place | null, act: RolloutAct): Candidate {
  const instance = place && { id: place.id, name: place.name }
  // Its first certificate is on its way; that is no rotation, and nothing could be gone back to.
  if (act === 'rotate' && slot.active_credential_id === null)
    return skip(slot.principal_name, instance, 'It has no certificate yet.')
  return { name: slot.principal_name, instance, slot, reason: null }
}

function skip(name: string, place: Place | null, reason: string): Candidate {
  return { name, instance: place && { id: place.id, name: place.name }, slot: null, reason }
}
