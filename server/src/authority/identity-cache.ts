import type { Clock } from '../platform/clock.ts'
import type { Principal, PrincipalRegistry } from '../principals/index.ts'
import { type KnownClient, knownClient } from './client-authentication.ts'
import { type ClientFacts, type FactsOf, noFacts } from './client-facts.ts'

const longestMs = 10 * 60_000
const mostUnknown = 10_000
const unknownMs = 1_000

interface Entry {
  readonly client: KnownClient
  readonly until: number
}

/**
 * Clients by client ID, so that a warm token request reads no database. Dropped by the change feed in the same turn as
 * the commit that changes them; a read that was under way then is not kept. Unknown IDs are kept apart and briefly, so
 * that strangers who make them up push no client out.
 */
export class IdentityCache {
  readonly #registry: Pick<PrincipalRegistry, 'findClient'>
  readonly #clock: Clock
  readonly #factsOf: FactsOf
  /** Of the clients that were found, for as long as anybody has them. */
  readonly #facts = new WeakMap<Principal, ClientFacts>()
  /** The least recently used first. */
  readonly #entries = new Map<string, Entry>()
  readonly #unknownUntil = new Map<string, number>()
  readonly #reading = new Map<string, Promise<KnownClient | undefined>>()
  readonly #clientOf = new Map<string, string>()
  readonly #mostClients: number
  #epoch = 0

  constructor(registry: Pick<PrincipalRegistry, 'findClient'>, clock: Clock, factsOf: FactsOf, mostClients = 100_000) {
    this.#registry = registry
    this.#clock = clock
    this.#factsOf = factsOf
    this.#mostClients = mostClients
  }

  find(clientId: string): Promise<KnownClient | undefined> | KnownClient | undefined {
    const now = this.#clock.now()
    const entry = this.#entries.get(clientId)
    if (entry && entry.until > now) {
      this.#entries.delete(clientId)
      this.#entries.set(clientId, entry)
      return entry.client
    }
    if ((this.#unknownUntil.get(clientId) ?? 0) > now) return undefined
    return this.#reading.get(clientId) ?? this.#read(clientId)
  }

  /** Of a principal that `find` gave out, as things were then. */
  factsOf(principal: Principal): ClientFacts {
    return this.#facts.get(principal) ?? noFacts
  }

  /** Something about this principal or its certificates has changed. */
  drop(objectId: string): void {
    this.#epoch += 1
    this.#reading.clear()
    const clientId = this.#clientOf.get(objectId)
    if (clientId !== undefined) this.#entries.delete(clientId)
    this.#clientOf.delete(objectId)
  }

  #read(clientId: string): Promise<KnownClient | undefined> {
    const epoch = this.#epoch
    const reading = this.#registry
      .findClient(clientId)
      .then(async (found) => {
        const client = found && knownClient(found)
        if (client) this.#facts.set(client.principal, await this.#factsOf(client.principal))
        if (epoch !== this.#epoch) return client
        if (client) this.#keep(clientId, client)
        else this.#keepUnknown(clientId)
        return client
      })
      .finally(() => {
        if (this.#reading.get(clientId) === reading) this.#reading.delete(clientId)
      })
    this.#reading.set(clientId, reading)
    return reading
  }

  #keep(clientId: string, client: KnownClient): void {
    this.#entries.delete(clientId)
    const [oldest] = this.#entries
    if (oldest && this.#entries.size >= this.#mostClients) {
      this.#entries.delete(oldest[0])
      this.#clientOf.delete(oldest[1].client.principal.objectId)
    }
    this.#entries.set(clientId, { client, until: this.#clock.now() + longestMs })
    this.#clientOf.set(client.principal.objectId, clientId)
  }

  #keepUnknown(clientId: string): void {
    if (this.#unknownUntil.size >= mostUnknown) this.#unknownUntil.clear()
    this.#unknownUntil.set(clientId, this.#clock.now() + unknownMs)
  }
}
