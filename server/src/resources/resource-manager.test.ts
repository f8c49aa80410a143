import { InstanceName } from '@signet/shared/api/resources'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { auditTrail, contextOf, openStack, type Stack } from '../../test/stack.ts'

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
