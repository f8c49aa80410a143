import type { Clock } from '../platform/clock.ts'
import type { PrincipalRegistry } from '../principals/index.ts'
import { type KnownClient, knownClient } from './client-authentication.ts'

const mostClients = 100_000
const longestMs = 10 * 60_000
const unknownMs = 1_000

interface Entry {
  readonly client: KnownClient | undefined
  readonly until: number
}

/**
 * Clients by client ID, so that a warm token request reads no database. Dropped by the change feed in the same turn as
 * the commit that changes them; a read that was under way then is not kept.
 */
export class IdentityCache {
  readonly #registry: Pick<PrincipalRegistry, 'findClient'>
  readonly #clock: Clock
  readonly #entries = new Map<string, Entry>()
  readonly #reading = new Map<string, Promise<KnownClient | undefined>>()
  readonly #clientOf = new Map<string, string>()
  #epoch = 0

  constructor(registry: Pick<PrincipalRegistry, 'findClient'>, clock: Clock) {
    this.#registry = registry
    this.#clock = clock
  }

  find(clientId: string): Promise<KnownClient | undefined> | KnownClient | undefined {
    const entry = this.#entries.get(clientId)
    if (entry && entry.until > this.#clock.now()) return entry.client
    const reading = this.#reading.get(clientId) ?? this.#read(clientId)
    return reading
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
      .then((found) => {
        const client = found && knownClient(found)
        if (epoch === this.#epoch) this.#keep(clientId, client)
        return client
      })
      .finally(() => {
        if (this.#reading.get(clientId) === reading) this.#reading.delete(clientId)
      })
    this.#reading.set(clientId, reading)
    return reading
  }

  #keep(clientId: string, client: KnownClient | undefined): void {
    if (this.#entries.size >= mostClients) {
      const oldest = this.#entries.keys().next().value
      if (oldest !== undefined) this.#entries.delete(oldest)
    }
    this.#entries.set(clientId, { client, until: this.#clock.now() + (client ? longestMs : unknownMs) })
    if (client) this.#clientOf.set(client.principal.objectId, clientId)
  }
}
