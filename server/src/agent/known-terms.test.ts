import type { TokenTerms } from '@signet/shared/wire/agent-protocol'
import { describe, expect, it } from 'vitest'
import { KnownTerms } from './known-terms.ts'

const orders = { uri: 'api://orders', appId: 'app-of-orders', version: 1 }
const vault = { uri: 'https://vault.azure.net', appId: 'app-of-vault', version: 4 }
const first: TokenTerms = { revision: 1, keyEpoch: 0, audiences: [orders, vault] }

/** Of some resources, those whose cached tokens go with the second terms. */
function gone(second: Partial<TokenTerms>): string[] {
  const known = new KnownTerms()
  known.take(first)
  const stale = known.take({ ...first, revision: 2, ...second })
  const resources = ['api://orders', 'api://orders/', 'app-of-orders', 'https://vault.azure.net//', 'api://orders2']
  if (!stale) return []
  return stale.of === 'all' ? ['all'] : resources.filter(stale.isFor)
}

const ofOrders = ['api://orders', 'api://orders/', 'app-of-orders']

describe('cached tokens', () => {
  it('go with the version, the removal or another registration of their audience, in each of its spellings', () => {
    expect(gone({ audiences: [{ ...orders, version: 2 }, vault] })).toEqual(ofOrders)
    expect(gone({ audiences: [vault] })).toEqual(ofOrders)
    expect(gone({ audiences: [{ ...orders, appId: 'another' }, vault] })).toEqual(ofOrders)
    expect(gone({ audiences: [orders, { ...vault, version: 5 }] })).toEqual(['https://vault.azure.net//'])
  })

  it('stay when another audience changes, or nothing does', () => {
    expect(gone({})).toEqual([])
    expect(gone({ audiences: [orders, vault, { uri: 'api://new', appId: 'new', version: 1 }] })).toEqual([])
  })

  it('all go when a signing key was revoked (SEC-89)', () => {
    expect(gone({ keyEpoch: 1 })).toEqual(['all'])
  })
})

describe('terms of one connection', () => {
  it('that are older than those known mean nothing; those of the next connection count however low they are', () => {
    const known = new KnownTerms()
    known.take({ ...first, revision: 7, keyEpoch: 1 })
    expect(known.take({ ...first, revision: 6 })).toBeUndefined()
    known.begin()
    expect(known.take({ ...first, revision: 1, keyEpoch: 2 })).toEqual({ of: 'all' })
  })

  it('that are the first ever make nothing stale', () => {
    expect(new KnownTerms().take(first)).toBeUndefined()
  })
})
