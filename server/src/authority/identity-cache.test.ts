import { beforeEach, describe, expect, it } from 'vitest'
import { FakeClock } from '../platform/clock.ts'
import { noFacts } from './client-facts.ts'
import { IdentityCache } from './identity-cache.ts'
import { TestClient } from './testing/test-authority.ts'

/** A registry that counts its reads and answers when the test says so. */
class HeldRegistry {
  readonly clients = new Map<string, TestClient>()
  reads = 0
  #gate: Promise<void> = Promise.resolve()

  /** @returns lets the reads through */
  hold(): () => void {
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#gate = promise
    return resolve
  }

  async findClient(clientId: string) {
    this.reads += 1
    const client = this.clients.get(clientId)
    const found = client && { principal: client.principal, credentials: [client.credential], secrets: [], trusts: [] }
    await this.#gate
    return found
  }
}

const clock = new FakeClock()
const first = await TestClient.make({ nowMs: clock.now(), ec: true })
const second = await TestClient.make({ nowMs: clock.now(), ec: true })
const [firstId, secondId] = [first.principal.clientId, second.principal.clientId]
const unknownId = '99999999-9999-4999-8999-999999999999'
const facts = async () => noFacts
let registry: HeldRegistry

beforeEach(() => {
  registry = new HeldRegistry()
  for (const client of [first, second]) registry.clients.set(client.principal.clientId, client)
})

describe('the identity cache', () => {
  it('reads a client once, however many ask at the same time', async () => {
    const cache = new IdentityCache(registry, clock, facts)
    const release = registry.hold()
    const asked = Array.from({ length: 50 }, () => cache.find(firstId))
    release()
    for (const client of await Promise.all(asked)) expect(client?.principal).toBe(first.principal)
    await cache.find(firstId)
    expect(registry.reads).toBe(1)
  })

  it('finds a certificate by either thumbprint', async () => {
    const client = await new IdentityCache(registry, clock, facts).find(firstId)
    const { x5t, x5tS256 } = first.credential
    expect(client?.credentials.get(x5t)?.credential).toBe(first.credential)
    expect(client?.credentials.get(x5tS256)?.credential).toBe(first.credential)
  })

  it('reads again after ten minutes', async () => {
    const cache = new IdentityCache(registry, clock, facts)
    await cache.find(firstId)
    clock.advance(10 * 60_000 - 1)
    await cache.find(firstId)
    expect(registry.reads).toBe(1)
    clock.advance(1)
    await cache.find(firstId)
    expect(registry.reads).toBe(2)
  })

  it('remembers for a second that a client is unknown', async () => {
    const cache = new IdentityCache(registry, clock, facts)
    expect(await cache.find(unknownId)).toBeUndefined()
    clock.advance(999)
    expect(await cache.find(unknownId)).toBeUndefined()
    expect(registry.reads).toBe(1)
    registry.clients.set(unknownId, first)
    clock.advance(1)
    expect(await cache.find(unknownId)).toBeDefined()
  })

  it('drops one client at its change, and keeps the others', async () => {
    const cache = new IdentityCache(registry, clock, facts)
    await cache.find(firstId)
    await cache.find(secondId)
    cache.drop(first.principal.objectId)
    await cache.find(secondId)
    expect(registry.reads).toBe(2)
    await cache.find(firstId)
    expect(registry.reads).toBe(3)
  })

  it('does not keep what was read before a change that came while it was being read (SEC-45)', async () => {
    const cache = new IdentityCache(registry, clock, facts)
    const release = registry.hold()
    const early = cache.find(firstId)
    cache.drop(first.principal.objectId)
    const late = cache.find(firstId)
    release()
    await Promise.all([early, late])
    await cache.find(firstId)
    expect(registry.reads).toBe(2)
  })

  it('lets the least recently used go when it is full', async () => {
    const cache = new IdentityCache(registry, clock, facts, 2)
    const third = await TestClient.make({ nowMs: clock.now(), ec: true })
    registry.clients.set(third.principal.clientId, third)
    for (const { principal } of [first, second, first, third]) await cache.find(principal.clientId)
    await cache.find(firstId)
    expect(registry.reads).toBe(3)
    await cache.find(secondId)
    expect(registry.reads).toBe(4)
  })

  it('keeps its clients while strangers ask for made-up IDs', async () => {
    const cache = new IdentityCache(registry, clock, facts, 2)
    await cache.find(firstId)
    for (let index = 0; index < 10; index += 1) await cache.find(`${index}${unknownId.slice(1)}`)
    registry.reads = 0
    await cache.find(firstId)
    expect(registry.reads).toBe(0)
  })

  it('lets a failed read be tried again', async () => {
    const failing = { findClient: () => Promise.reject(new Error('disk')) }
    const cache = new IdentityCache(failing, clock, facts)
    await expect(cache.find(firstId)).rejects.toThrow('disk')
    await expect(cache.find(firstId)).rejects.toThrow('disk')
  })
})
