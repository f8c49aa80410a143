import { InstanceName } from '@signet/shared/api/resources'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { auditTrail, contextOf, given, identityEnabling, openStack, type Stack } from '../../test/stack.ts'

let stack: Stack

beforeEach(async () => {
  stack = await openStack()
})

afterEach(() => stack.close())

const register = (name: string, kind: 'vm' | 'host' | 'app' | 'function' | 'container' = 'host') =>
  stack.resources.register(contextOf(), { name, kind })

describe('registering an instance', () => {
  it.each([
    { kind: 'vm', type: 'Microsoft.Compute/virtualMachines' },
    { kind: 'app', type: 'Microsoft.Web/sites' },
    { kind: 'function', type: 'Microsoft.Web/sites' },
    { kind: 'container', type: 'Microsoft.App/containerApps' },
    { kind: 'host', type: 'Microsoft.HybridCompute/machines' },
  ] as const)('gives a $kind the ARM type $type', async ({ kind, type }) => {
    const { resourceId, identityState } = await register('Web-01', kind)
    expect(resourceId).toMatch(
      new RegExp(`^/subscriptions/[0-9a-f-]{36}/resourceGroups/default/providers/${type}/Web-01$`),
    )
    expect(identityState).toBe('off')
    expect((await auditTrail(stack)).at(-1)).toBe('instance.registered')
  })

  it('rejects a name that is taken, whatever its case (SEC-25)', async () => {
    await register('web-01')
    const before = await auditTrail(stack)
    await expect(register('WEB-01')).rejects.toMatchObject({ code: 'conflict', status: 409 })
    expect(await auditTrail(stack)).toEqual(before)
  })

  it('registers a name once of twenty at once', async () => {
    const outcomes = await Promise.allSettled(Array.from({ length: 20 }, () => register('web-01')))
    expect(outcomes.filter((one) => one.status === 'fulfilled')).toHaveLength(1)
  })

  it.each([
    '../etc/passwd',
    'a/b',
    'web 01',
    '-web',
    'web-',
    '.',
    '',
    'x'.repeat(65),
    '<script>',
    "web';--",
    'web\u202e01',
    'web\u200b01',
    'wéb',
    'web\n01',
    'web%2f',
  ])('refuses the hostile name %j', (name) => {
    expect(InstanceName.safeParse(name).success).toBe(false)
  })

  it('finds nothing under an ID that does not exist', async () => {
    await expect(stack.resources.require('nothing')).rejects.toMatchObject({ code: 'not_found' })
  })
})

describe('the list of instances', () => {
  it('walks every instance once, by name, whatever the page size', async () => {
    const names = ['b', 'A', 'c', 'D', 'e', 'f', 'G']
    for (const name of names) await register(name)
    const seen: string[] = []
    let cursor: string | undefined
    do {
      const page = await stack.resources.page({ limit: 2, cursor })
      seen.push(...page.items.map((one) => one.name))
      cursor = page.nextCursor ?? undefined
    } while (cursor)
    expect(seen).toEqual(['A', 'b', 'c', 'D', 'e', 'f', 'G'])
  })

  it('finds by any part of the name and takes wildcards literally', async () => {
    for (const name of ['web-01', 'web_01', 'db.web', 'cache']) await register(name)
    const find = async (search: string) =>
      (await stack.resources.page({ limit: 10, search })).items.map((one) => one.name)
    expect(await find('WEB')).toEqual(['db.web', 'web-01', 'web_01'])
    expect(await find('b_0')).toEqual(['web_01'])
    expect(await find('%')).toEqual([])
    expect(await find("' OR 1=1 --")).toEqual([])
  })

  it('filters by the state of the identity', async () => {
    await register('cache')
    const { instance } = await identityEnabling(stack)
    const { items } = await stack.resources.page({ limit: 10, state: 'enabling' })
    expect(items.map((one) => one.id)).toEqual([instance.id])
  })

  it('refuses the cursor of another list, and a changed or made-up one', async () => {
    for (const name of ['a', 'b', 'c']) await register(name)
    const audit = given((await stack.audit.page({ terms: [] }, { limit: 1 })).nextCursor)
    const own = given((await stack.resources.page({ limit: 1 })).nextCursor)
    const [payload, tag] = own.split('.')
    const forged = `${Buffer.from('["z","z"]').toString('base64url')}.${tag}`
    for (const cursor of [audit, forged, `${payload}`, `${payload}.`, 'x', '..', 'e30.e30']) {
      await expect(stack.resources.page({ limit: 1, cursor })).rejects.toMatchObject({ code: 'invalid_request' })
    }
  })
})
