import type { ApplicationSort } from '@signet/shared/api/applications'
import { CredentialId, type ObjectId } from '@signet/shared/vocabulary/identifiers'
import { dayMs } from '@signet/shared/vocabulary/time'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { contextOf, given, openStack, type Stack, tamper } from '../../test/stack.ts'
import { type ClientCredential, endingCredentials } from './credential-expiry.ts'

let stack: Stack
beforeEach(async () => {
  stack = await openStack()
})
afterEach(() => stack.close())

const context = contextOf()
const create = async (name: string) => (await stack.applications.create(context, name)).principalId
const secretOf = (principalId: ObjectId, days: number) =>
  stack.applications.addSecret(context, principalId, { description: 'x', lifetimeSeconds: (days * dayMs) / 1_000 })
const names = async (filter: string, sort: ApplicationSort = 'name') =>
  (await stack.applicationList.page({ filter, sort, limit: 50 })).items.map(({ name }) => name)
const rule = {
  ...{ name: 'main', issuer: 'https://issuer.test', match: 'prefix' as const, subject: 'a' },
  ...{ audiences: ['api://AzureADTokenExchange'], keys: { source: 'discovery' as const } },
}

describe('the list of applications', () => {
  it('is filtered by what they can prove themselves with, when that ends, and what trusts too much', async () => {
    const [billing, ci, crm] = [await create('billing'), await create('ci'), await create('crm')]
    await secretOf(billing, 10)
    await secretOf(billing, 90)
    await secretOf(ci, 10)
    await stack.federated.create(context, crm, rule)
    expect(await names('proof:secret')).toEqual(['billing', 'ci'])
    expect(await names('proof:federated,none')).toEqual(['crm'])
    expect(await names('-proof:secret')).toEqual(['crm'])
    expect(await names('expires:<30d')).toEqual(['ci'])
    expect(await names('expires:>30d')).toEqual(['billing'])
    expect(await names('expiring:yes')).toEqual(['ci'])
    expect(await names('expiring:no')).toEqual(['billing', 'crm'])
    expect(await names('broad:yes')).toEqual(['crm'])
    expect(await names('name:c*')).toEqual(['ci', 'crm'])
    expect(await names('last-token:<30d')).toEqual([])
  })

  it('is sorted by when the last of it ends, those without an end last, and by what was used last', async () => {
    const [a, b] = [await create('a'), await create('b'), await create('c')]
    const { id } = await secretOf(given(a), 90)
    await secretOf(given(b), 10)
    expect(await names('', 'expires')).toEqual(['b', 'a', 'c'])
    expect(await names('', '-expires')).toEqual(['c', 'a', 'b'])
    await stack.registry.recordUses(new Map([[CredentialId.parse(id), stack.clock.now()]]))
    expect((await names('', '-last-token'))[0]).toBe('a')
    expect(await names('last-token:<1d')).toEqual(['a'])
  })

  it('shows of one application what the page of it shows', async () => {
    const principalId = await create('billing')
    await secretOf(principalId, 10)
    const { items } = await stack.applicationList.page({ sort: 'name', limit: 5 })
    const { secrets, certificates, ...page } = await stack.applications.show(principalId)
    const { tenantId: _, authorityUrl: __, ...shared } = page
    expect(items).toEqual([{ ...shared, secrets: secrets.length, certificates: certificates.length }])
  })
})

const credential = fc.record({
  ends: fc.integer({ min: -60, max: 60 }),
  used: fc.option(fc.integer({ min: -60, max: 0 }), { nil: null }),
})

describe('what an application needs and has not replaced', () => {
  it('is the same for the list, which asks the database, as for the page of one', async () => {
    const principalId = await create('app')
    await fc.assert(
      fc.asyncProperty(fc.array(credential, { maxLength: 4 }), fc.boolean(), async (wanted, hasFederated) => {
        const now = stack.clock.now()
        await tamper(stack, 'DELETE FROM client_secrets')
        await tamper(stack, 'DELETE FROM federated_credentials')
        if (hasFederated) await stack.federated.create(context, principalId, rule)
        const all: ClientCredential[] = []
        for (const { ends, used } of wanted) {
          const { id } = await secretOf(principalId, 1)
          const [endsAt, lastUsedAt] = [now + ends * dayMs, used === null ? null : now + used * dayMs]
          await tamper(
            stack,
            `UPDATE client_secrets SET expires_at = ${endsAt}, last_used_at = ${lastUsedAt} WHERE id = '${id}'`,
          )
          all.push({ kind: 'secret', id, label: 'x', endsAt, lastUsedAt })
        }
        const isEnding = endingCredentials(all, hasFederated, now).length > 0
        expect(await names('expiring:yes')).toEqual(isEnding ? ['app'] : [])
      }),
      { numRuns: 40 },
    )
  })
})
