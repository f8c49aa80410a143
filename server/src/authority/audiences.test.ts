import type { AudienceId } from '@signet/shared/vocabulary/identifiers'
import { dayMs } from '@signet/shared/vocabulary/time'
import { decodeJwt } from 'jose'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { RequestContext } from '../platform/request-context.ts'
import { SignetError } from '../platform/signet-error.ts'
import { AppRoles } from './app-roles.ts'
import { AudienceList } from './audience-list.ts'
import { Audiences } from './audiences.ts'
import {
  addClient,
  askToken,
  form,
  openTestAuthority,
  type TestAuthority,
  type TestClient,
  tenantId,
} from './testing/test-authority.ts'

const context: RequestContext = {
  actor: { kind: 'operator', id: null, label: 'Ada' },
  correlationId: '99999999-0000-4000-8000-000000000001',
  ip: null,
}
/** Another one for each test. */
let uri = ''
let tests = 0
let authority: TestAuthority
let client: TestClient
let audiences: Audiences
let list: AudienceList
let roles: AppRoles

beforeAll(async () => {
  authority = await openTestAuthority()
  const { authority: domain, database, cursors, audit, clock } = authority
  const base = { database, cursors, audit, clock, tenantId, apps: domain.resources }
  audiences = new Audiences({ ...base, usage: domain.usage })
  list = new AudienceList({ ...base, cursors, audiences, usage: domain.usage })
  const principalOf = (id: string) => [...authority.clients.values()].find((each) => each.principal.objectId === id)
  roles = new AppRoles({
    ...base,
    registry: {
      require: async (id) => {
        const found = principalOf(id)
        if (!found) throw new SignetError('not_found')
        return found.principal
      },
      findAll: async (ids) => ids.flatMap((id) => principalOf(id)?.principal ?? []),
      change: async (_tx, id) => domain.forget(id),
      onPurged: () => undefined,
    },
  })
})

beforeEach(async () => {
  tests += 1
  uri = `api://orders-${tests}`
  client = await addClient(authority)
  authority.holders.clear()
})

afterAll(() => authority.close())

const register = (more: Partial<Parameters<Audiences['register']>[1]> = {}) =>
  audiences.register(context, {
    uri,
    name: 'Orders',
    tokenVersion: 1,
    lifetimeSeconds: null,
    assignmentRequired: false,
    clientCapabilities: false,
    roles: [],
    ...more,
  })
const ask = (resource: string = uri, more: Record<string, string> = {}) => {
  const assertion = client.assertion(client.header(), client.claims(authority.clock.now()))
  return askToken(authority, form(client, assertion, { scope: `${resource}/.default`, ...more }))
}
const claimsOf = ({ body }: Awaited<ReturnType<typeof ask>>) => decodeJwt(String(body['access_token']))
const builtIn = async (name: string) => {
  const { items } = await list.page({ sort: 'uri', limit: 50, filter: `name:"${name}"` })
  const [found] = items
  if (!found) throw new Error('the test needs this audience')
  return found
}
const assign = (audienceId: AudienceId, role: string) =>
  roles.assign(context, { audienceId, principalId: client.principal.objectId, role })

describe('an audience of one’s own', () => {
  it('has tokens on the very next request after it was registered (N10)', async () => {
    expect((await ask()).body.error_codes).toEqual([500011])
    await register()
    expect(claimsOf(await ask())).toMatchObject({ aud: uri, ver: '1.0' })
  })

  it('is matched character by character, never by prefix (SEC-82)', async () => {
    await register()
    for (const other of [`${uri}s`, 'api://orders', uri.toUpperCase(), `${uri}/v1`]) {
      expect((await ask(other)).body.error_codes, other).toEqual([500011])
    }
    expect(claimsOf(await ask(`${uri}/`))).toMatchObject({ aud: `${uri}/` })
  })

  it('is asked for by its application ID too', async () => {
    const { appId } = await audiences.show(await register({ tokenVersion: 2 }))
    expect(claimsOf(await ask(appId))).toMatchObject({ aud: appId, ver: '2.0' })
    expect(claimsOf(await ask())).toMatchObject({ aud: appId })
  })

  it('cannot take the URI of another one, or the place of an application ID', async () => {
    await register()
    const { appId } = await builtIn('Key vault')
    for (const taken of [uri, `${uri}/`, 'https://vault.azure.net', appId]) {
      await expect(register({ uri: taken })).rejects.toMatchObject({ code: 'conflict' })
    }
  })

  it('is disabled and enabled again at once, and both are on record', async () => {
    const id = await register()
    await audiences.act(context, 'disable', id, { reason: 'incident' })
    expect((await ask()).body.error_codes).toEqual([50001])
    await audiences.act(context, 'enable', id, {})
    expect((await ask()).status).toBe(200)
    const { items } = await authority.audit.page({ terms: [] }, { limit: 3 })
    expect(items.map(({ action }) => action)).toEqual(['audience.enabled', 'audience.disabled', 'audience.registered'])
  })

  it('changes the version of its tokens at once', async () => {
    const id = await register()
    await audiences.change(context, id, { tokenVersion: 2, expected: 1 })
    expect(claimsOf(await ask())).toMatchObject({ ver: '2.0' })
    await expect(audiences.change(context, id, { tokenVersion: 1, expected: 1 })).rejects.toMatchObject({
      code: 'precondition_failed',
    })
  })
})

describe('a built-in audience', () => {
  it('lets its lifetime be changed, and neither its name nor its kind of tokens', async () => {
    const { id } = await builtIn('Key vault')
    await audiences.change(context, id, { lifetimeSeconds: 7_200 })
    expect((await ask('https://vault.azure.net')).body).toMatchObject({ expires_in: 7_200, refresh_in: 3_600 })
    for (const wish of [{ name: 'x' }, { tokenVersion: 2 as const }, { clientCapabilities: true }]) {
      await expect(audiences.change(context, id, wish)).rejects.toMatchObject({ code: 'conflict' })
    }
    await expect(audiences.act(context, 'disable', id, {})).rejects.toMatchObject({ code: 'conflict' })
    await expect(audiences.act(context, 'delete', id, {})).rejects.toMatchObject({ code: 'conflict' })
    await audiences.change(context, id, { lifetimeSeconds: null })
  })
})

describe('the lifetime of a token', () => {
  it('is the identity’s own before the audience’s, and that before the deployment’s (SEC-83)', async () => {
    await register({ lifetimeSeconds: 1_800 })
    expect((await ask('https://vault.azure.net')).body).toMatchObject({ expires_in: 3_600 })
    expect((await ask()).body).toMatchObject({ expires_in: 1_800 })
    client.principal = { ...client.principal, tokenLifetimeSeconds: 86_400 }
    authority.authority.forget(client.principal.objectId)
    expect((await ask()).body).toMatchObject({ expires_in: 86_400, refresh_in: 43_200 })
  })
})

describe('app roles', () => {
  const both = [
    { value: 'Orders.Read', description: '' },
    { value: 'Orders.Write', description: 'May change orders' },
  ]

  it('stand in the roles claim from the next token on, of their own audience alone (N10)', async () => {
    const id = await register({ roles: both })
    expect(claimsOf(await ask())).not.toHaveProperty('roles')
    await assign(id, 'Orders.Write')
    await assign(id, 'Orders.Read')
    expect(claimsOf(await ask())).toMatchObject({ roles: ['Orders.Read', 'Orders.Write'] })
    expect(claimsOf(await ask('https://vault.azure.net'))).not.toHaveProperty('roles')
  })

  it('are not given while they are being taken from the audience, or the audience goes', async () => {
    const id = await register({ roles: both })
    const [changed, assigned] = await Promise.allSettled([
      audiences.change(context, id, { roles: both.slice(1) }),
      assign(id, 'Orders.Read'),
    ])
    expect([changed.status, assigned.status]).toEqual(['fulfilled', 'rejected'])
    const [removed, late] = await Promise.allSettled([
      audiences.act(context, 'delete', id, {}),
      assign(id, 'Orders.Write'),
    ])
    expect([removed.status, late.status]).toEqual(['fulfilled', 'rejected'])
    expect(await roles.ofPrincipal(client.principal.objectId)).toEqual([])
  })

  it('are given once, however often that is asked for, and to roles that exist', async () => {
    const id = await register({ roles: both })
    const first = await assign(id, 'Orders.Read')
    expect(await assign(id, 'Orders.Read')).toEqual(first)
    await expect(assign(id, 'Orders.Delete')).rejects.toMatchObject({ code: 'not_found' })
    expect((await roles.page(id, { limit: 10 })).items).toEqual([first])
    expect(await audiences.show(id)).toMatchObject({ assignments: 1 })
    expect(await roles.ofPrincipal(client.principal.objectId)).toMatchObject([
      { role: 'Orders.Read', audience: { id } },
    ])
  })

  it('cannot be left out of the audience while somebody has one', async () => {
    const id = await register({ roles: both })
    await assign(id, 'Orders.Read')
    const rest = { roles: both.slice(1) }
    await expect(audiences.change(context, id, rest)).rejects.toMatchObject({ code: 'conflict' })
    await audiences.change(context, id, { roles: both.slice(0, 1) })
  })

  it('decide where an assignment is required: AADSTS501051 without one, and on record', async () => {
    const id = await register({ roles: both, assignmentRequired: true })
    const refused = await ask()
    expect(refused.status).toBe(400)
    expect(refused.body).toMatchObject({ error: 'invalid_grant', error_codes: [501051] })
    const [row] = authority.authority.log.recent(client.principal.objectId, { limit: 1 }).items
    expect(row).toMatchObject({ outcome: 'role_missing', audience: uri })
    const { id: assignmentId } = await assign(id, 'Orders.Read')
    expect(claimsOf(await ask())).toMatchObject({ roles: ['Orders.Read'] })
    await roles.unassign(context, { audienceId: id, assignmentId })
    expect((await ask()).body.error_codes).toEqual([501051])
  })
})

describe('claims a resource or an identity brings', () => {
  const declared = (value: string) => ({ claims: JSON.stringify({ access_token: { xms_cc: { values: [value] } } }) })

  it('are what the client declared it can handle, where the resource wants to know', async () => {
    await register({ clientCapabilities: true })
    expect(claimsOf(await ask(uri, declared('CP1')))).toMatchObject({ xms_cc: ['cp1'] })
    expect(claimsOf(await ask(uri, declared('other')))).not.toHaveProperty('xms_cc')
    expect(claimsOf(await ask(uri))).not.toHaveProperty('xms_cc')
    expect(claimsOf(await ask('https://vault.azure.net', declared('cp1')))).not.toHaveProperty('xms_cc')
  })

  it('are the instance that asks with a user-assigned identity', async () => {
    const asker = '/subscriptions/s/resourceGroups/Default/providers/Microsoft.Compute/virtualMachines/web-01'
    authority.holders.set(client.credential.slotId ?? '', { agentId: 'a', instance: { id: 'i', resourceId: asker } })
    expect(claimsOf(await ask('https://vault.azure.net'))).not.toHaveProperty('xms_az_rid')
    client.principal = { ...client.principal, kind: 'user' }
    authority.authority.forget(client.principal.objectId)
    expect(claimsOf(await ask('https://vault.azure.net'))).toMatchObject({
      xms_az_rid: asker.replace('resourceGroups', 'resourcegroups'),
    })
  })
})

describe('an audience that nobody needs', () => {
  it('can be removed when nobody has a role of it and no token is out', async () => {
    const id = await register({ roles: [{ value: 'Read', description: '' }] })
    const { id: assignmentId } = await assign(id, 'Read')
    const refused = { code: 'conflict' }
    await expect(audiences.act(context, 'delete', id, {})).rejects.toMatchObject(refused)
    await roles.unassign(context, { audienceId: id, assignmentId })
    await ask()
    await expect(audiences.act(context, 'delete', id, {})).rejects.toMatchObject(refused)
    authority.clock.advance(3 * dayMs)
    await audiences.act(context, 'delete', id, {})
    expect(authority.authority.resources.find(uri)).toBeUndefined()
  })
})
