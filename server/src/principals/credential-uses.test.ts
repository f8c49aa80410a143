import { CredentialId } from '@signet/shared/vocabulary/identifiers'
import { minuteMs } from '@signet/shared/vocabulary/time'
import { describe, expect, it } from 'vitest'
import { newGuid } from '../platform/identifiers.ts'
import { createLogger } from '../platform/log.ts'
import { CredentialUses } from './credential-uses.ts'

const ids = Array.from({ length: 4 }, () => CredentialId.parse(newGuid()))
const [a, b, c, d] = ids as [CredentialId, CredentialId, CredentialId, CredentialId]

function uses(options: { mostRemembered?: number; fails?: () => boolean } = {}) {
  const first: CredentialId[] = []
  const written: [CredentialId, number][][] = []
  const store = new CredentialUses({
    log: createLogger('silent'),
    record: async (batch) => {
      if (options.fails?.()) throw new Error('disk full')
      written.push([...batch])
    },
    firstUse: async (id) => {
      first.push(id)
      if (options.fails?.()) throw new Error('disk full')
    },
    ...(options.mostRemembered !== undefined && { mostRemembered: options.mostRemembered }),
  })
  return { store, first, written }
}

describe('uses of credentials', () => {
  it('are told once as first uses and written together, a last use once a minute', async () => {
    const { store, first, written } = uses()
    store.add(a, 1)
    store.add(b, 2)
    store.add(a, 3)
    store.add(a, minuteMs + 1)
    await store.flush()
    await store.flush()
    expect(first).toEqual([a, b])
    expect(written).toEqual([
      [
        [a, minuteMs + 1],
        [b, 2],
      ],
    ])
  })

  it('are remembered for the most recently used credentials only', () => {
    const { store, first } = uses({ mostRemembered: 3 })
    for (const id of [a, b, c, a, d, a, b]) store.add(id, 1)
    expect(first).toEqual([a, b, c, d, b])
  })

  it('that could not be written are written with the next ones, and a newer time wins', async () => {
    let fails = true
    const { store, written, first } = uses({ fails: () => fails })
    store.add(a, 1)
    store.add(b, 1)
    await expect(store.flush()).rejects.toThrow('disk full')
    fails = false
    store.add(b, minuteMs)
    await store.flush()
    expect(written).toEqual([
      [
        [a, 1],
        [b, minuteMs],
      ],
    ])
    expect(first).toEqual([a, b, b])
  })
})
