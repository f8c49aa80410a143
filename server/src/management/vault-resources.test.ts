import type { ObjectId } from '@signet/shared/vocabulary/identifiers'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type ArmStand, openArm } from '../../test/arm-stand.ts'
import { contextOf } from '../../test/stack.ts'

let arm: ArmStand
let owner: ObjectId
beforeAll(async () => {
  arm = await openArm()
  owner = await arm.caller('Owner')
  await arm.ask(owner, 'PUT', `${arm.subscription}/resourcegroups/rg-web`, { body: { location: 'here' } })
})
afterAll(() => arm.close())

const pathOf = (name: string, group = 'rg-web') =>
  `${arm.subscription}/resourceGroups/${group}/providers/Microsoft.KeyVault/vaults/${name}`
const put = (name: string, properties: object = {}, more: object = {}) =>
  arm.ask(owner, 'PUT', pathOf(name), { body: { location: 'here', properties, ...more } })

describe('a vault in the resource manager', () => {
  it('is created, shown, changed and listed as one of the field', async () => {
    const made = await put('acme-kv', { softDeleteRetentionInDays: 7 }, { tags: { team: 'web' } })
    expect([made.status, made.body]).toEqual([
      201,
      {
        ...{ id: pathOf('acme-kv'), name: 'acme-kv', type: 'Microsoft.KeyVault/vaults', location: 'here' },
        ...{ tags: { team: 'web' }, etag: '"1"', systemData: expect.objectContaining({ createdBy: owner }) },
        properties: {
          ...{ tenantId: arm.stack.tenantId, sku: { family: 'A', name: 'standard' }, accessPolicies: [] },
          ...{ enableSoftDelete: true, softDeleteRetentionInDays: 7, enableRbacAuthorization: true },
          ...{ vaultUri: 'https://acme-kv.vault.signet.test:7421/', provisioningState: 'Succeeded' },
        },
      },
    ])
    expect(
      (await arm.ask(owner, 'GET', pathOf('ACME-KV').toUpperCase().replace('/SUBSCRIPTIONS', '/subscriptions'))).body
        .id,
    ).toBe(pathOf('acme-kv'))
    const changed = await arm.ask(owner, 'PATCH', pathOf('acme-kv'), {
      body: { properties: { enablePurgeProtection: true } },
    })
    expect(changed.body.properties).toMatchObject({ enablePurgeProtection: true, softDeleteRetentionInDays: 7 })
    const back = await arm.ask(owner, 'PATCH', pathOf('acme-kv'), {
      body: { properties: { enablePurgeProtection: false } },
    })
    expect([back.status, back.body.error.code]).toEqual([409, 'Conflict'])
    for (const list of [
      '/resourcegroups/rg-web/providers/Microsoft.KeyVault/vaults',
      '/providers/Microsoft.KeyVault/vaults',
      '/resources',
    ]) {
      const { body } = await arm.ask(owner, 'GET', `${arm.subscription}${list}`)
      expect(
        body.value.map((each: { name: string }) => each.name),
        list,
      ).toContain('acme-kv')
    }
  })

  it('is what the dashboard made, and its name is the whole deployment’s', async () => {
    await arm.vaults.create(contextOf(), { name: 'dash-kv', resourceGroup: 'rg-web' })
    expect((await arm.ask(owner, 'GET', pathOf('dash-kv'))).status).toBe(200)
    await arm.ask(owner, 'PUT', `${arm.subscription}/resourcegroups/rg-other`, { body: { location: 'here' } })
    const elsewhere = await arm.ask(owner, 'PUT', pathOf('Dash-KV', 'rg-other'), { body: { location: 'here' } })
    expect([elsewhere.status, elsewhere.body.error.code]).toEqual([409, 'Conflict'])
    expect((await arm.ask(owner, 'GET', pathOf('dash-kv', 'rg-other'))).status).toBe(404)
  })

  it('is deleted softly, and keeps its group from being removed', async () => {
    await arm.ask(owner, 'PUT', `${arm.subscription}/resourcegroups/rg-alone`, { body: { location: 'here' } })
    const alone = () => pathOf('gone-kv', 'rg-alone')
    const create = () => arm.ask(owner, 'PUT', alone(), { body: { location: 'here' } })
    await create()
    const removeGroup = () => arm.ask(owner, 'DELETE', `${arm.subscription}/resourcegroups/rg-alone`)
    expect((await removeGroup()).body.error.message).toBe('The vault gone-kv is in the group.')
    expect((await arm.ask(owner, 'DELETE', alone())).status).toBe(200)
    expect((await arm.ask(owner, 'DELETE', alone())).status).toBe(204)
    expect((await arm.ask(owner, 'GET', alone())).status).toBe(404)
    expect((await create()).status).toBe(409)
    const kept = await removeGroup()
    expect(kept.status).toBe(409)
    expect(kept.body.error.message).toMatch(/^The vault gone-kv is deleted and keeps its resource group, .* until 2/)
    await arm.vaults.recover(contextOf(), 'gone-kv', {})
    expect((await arm.ask(owner, 'GET', alone())).status).toBe(200)
  })

  it('takes its roles along when it is purged: the next of its name starts without any', async () => {
    await put('roles-kv')
    const reader = await arm.caller('Key Vault Secrets User', pathOf('roles-kv'))
    const asked = { principalId: reader, action: 'Microsoft.KeyVault/vaults/secrets/getSecret/action', isData: true }
    const decide = () => arm.stack.authorization.access.decide({ ...asked, scope: pathOf('roles-kv') }).allowed
    expect(decide()).toBe(true)
    await arm.vaults.delete(contextOf(), 'roles-kv', {})
    await arm.vaults.purge(contextOf(), 'roles-kv', {})
    await put('roles-kv')
    expect(decide()).toBe(false)
  })

  it('needs the right to it: a reader makes none, and who has no role sees none', async () => {
    const reader = await arm.caller('Reader')
    const nobody = await arm.caller()
    await put('seen-kv')
    expect((await arm.ask(reader, 'GET', pathOf('seen-kv'))).status).toBe(200)
    for (const [who, method] of [
      [reader, 'PUT'],
      [reader, 'PATCH'],
      [reader, 'DELETE'],
      [nobody, 'GET'],
    ] as const) {
      const body = method === 'GET' || method === 'DELETE' ? {} : { body: { location: 'here' } }
      expect((await arm.ask(who, method, pathOf('seen-kv'), body)).body.error.code).toBe('AuthorizationFailed')
    }
  })

  it.each<[string, string, object]>([
    ['a name too short', 'ab', {}],
    ['two dashes', 'a--b', {}],
    ['6 days', 'bad-kv', { softDeleteRetentionInDays: 6 }],
    ['days of text', 'bad-kv', { softDeleteRetentionInDays: '90' }],
    ['protection of text', 'bad-kv', { enablePurgeProtection: 'yes' }],
    ['no soft delete', 'bad-kv', { enableSoftDelete: false }],
    ['no roles', 'bad-kv', { enableRbacAuthorization: false }],
    ['access policies', 'bad-kv', { accessPolicies: [{ objectId: 'x' }] }],
    ['a list', 'bad-kv', []],
  ])('is refused %s as 400 in the words of the resource manager', async (_what, name, properties) => {
    const answer = await put(name, properties)
    expect([answer.status, typeof answer.body.error.code]).toEqual([400, 'string'])
  })
})
