import type { ObjectId } from '@signet/shared/vocabulary/identifiers'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type ArmStand, openArm } from '../../test/arm-stand.ts'
import { newGuid } from '../platform/identifiers.ts'
import { SignetError } from '../platform/signet-error.ts'

let arm: ArmStand
let owner: ObjectId
let group: string

const reader = 'acdd72a7-3385-48ef-bd42-f606fba81ae7'

beforeAll(async () => {
  arm = await openArm()
  owner = await arm.caller('Owner')
  group = `${arm.subscription}/resourceGroups/Prod`
  expect((await arm.ask(owner, 'PUT', group, { body: { location: 'westeurope' } })).status).toBe(201)
})
afterAll(() => arm.close())

const put = (path: string, body: unknown = { location: 'local' }, who = owner) => arm.ask(who, 'PUT', path, { body })
const vmPath = (name: string, where = group) => `${where}/providers/Microsoft.Compute/virtualMachines/${name}`
const uaiPath = (name: string) => `${group}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/${name}`
const assignmentPath = (scope: string, id = newGuid()) =>
  `${scope}/providers/Microsoft.Authorization/roleAssignments/${id}`
const assignmentOf = (principalId: string, role = reader) => ({
  properties: {
    roleDefinitionId: `${arm.subscription}/providers/Microsoft.Authorization/roleDefinitions/${role}`,
    ...{ principalId, principalType: 'ServicePrincipal' },
  },
})

describe('a token at the resource manager', () => {
  it.each<[string, ObjectId | null, Record<string, string>, string]>([
    ['missing', null, {}, 'AuthenticationFailed'],
    ['not acceptable', null, { authorization: 'Bearer nonsense' }, 'InvalidAuthenticationToken'],
  ])('that is %s is 401 with the authority in the challenge', async (_, who, headers, code) => {
    const { status, body, headers: answered } = await arm.ask(who, 'GET', '/subscriptions', { headers })
    expect([status, body.error.code]).toEqual([401, code])
    expect(answered.get('www-authenticate')).toMatch(
      /^Bearer authorization_uri="https:\/\/login\.signet\.test:7421\/[\da-f-]{36}", error="invalid_token", error_description="[^"]*"$/,
    )
  })

  it('that was revoked is answered with a claims challenge, so that clients ask for another (SEC-45)', async () => {
    const { status, headers } = await arm.ask(null, 'GET', '/subscriptions', {
      headers: { authorization: 'Bearer revoked' },
    })
    expect(status).toBe(401)
    const challenge = headers.get('www-authenticate') ?? ''
    const [, claims = ''] = /error="insufficient_claims", claims="([^"]+)"/.exec(challenge) ?? []
    expect(JSON.parse(Buffer.from(claims, 'base64').toString())).toEqual({
      access_token: { nbf: { essential: true, value: String(arm.stack.clock.now() / 1_000) } },
    })
  })
})

describe('a server that was restored and is not released', () => {
  it('serves nobody, with a token or without', async () => {
    arm.quarantine.refusal = new SignetError('unavailable', 'The server was restored from a backup.')
    try {
      const answers = [
        await arm.ask(owner, 'GET', '/subscriptions'),
        await arm.ask(owner, 'GET', '/v1.0/servicePrincipals', { graph: true }),
        await arm.ask(null, 'GET', '/subscriptions'),
      ]
      expect(answers.map(({ status }) => status)).toEqual([503, 503, 401])
    } finally {
      delete arm.quarantine.refusal
    }
    expect((await arm.ask(owner, 'GET', '/subscriptions')).status).toBe(200)
  })
})

describe('an answer', () => {
  it('carries the IDs of the request and echoes the client’s own when it asks for that', async () => {
    const id = newGuid()
    const headers = { 'x-ms-client-request-id': id, 'x-ms-correlation-request-id': id }
    const asked = { ...headers, 'x-ms-return-client-request-id': 'true' }
    const answer = await arm.ask(owner, 'GET', '/subscriptions', { headers: asked })
    expect(answer.headers.get('x-ms-client-request-id')).toBe(id)
    expect(answer.headers.get('x-ms-correlation-request-id')).toBe(id)
    expect(answer.headers.get('x-ms-request-id')).toMatch(/^[\da-f-]{36}$/)
    expect(answer.headers.get('content-type')).toBe('application/json; charset=utf-8')
    const quiet = await arm.ask(owner, 'GET', '/subscriptions', { headers })
    expect(quiet.headers.get('x-ms-client-request-id')).toBeNull()
  })

  it('is the same for doubled slashes, another case and a parameter whose name is encoded', async () => {
    const path = `//SUBSCRIPTIONS/${arm.stack.defaults.subscriptionId}//resourcegroups/PROD/?api%2Dversion=2024-11-01`
    expect((await arm.ask(owner, 'GET', path, { raw: true })).body.name).toBe('Prod')
  })
})

describe('what a client learns without a token', () => {
  it.each([
    ['2022-09-01', 'object'],
    ['2019-05-01', 'list'],
    ['2015-01-01', 'older form'],
  ])('is what this cloud is made of, in version %s as %s', async (version, form) => {
    const { status, body } = await arm.ask(null, 'GET', `/metadata/endpoints?api-version=${version}`, { raw: true })
    expect(status).toBe(200)
    const cloud = form === 'list' ? body[0] : body
    expect(cloud.authentication.loginEndpoint).toBe('https://login.signet.test:7421/')
    expect(cloud.authentication.audiences).toEqual(['https://management.signet.test:7421/'])
    if (form !== 'older form') {
      expect(cloud.suffixes.keyVaultDns).toBe('vault.signet.test:7421')
      expect(cloud.microsoftGraphResourceId).toBe('https://graph.signet.test:7421/')
    } else expect(cloud.graphEndpoint).toBe('https://graph.signet.test:7421/')
  })
})

describe('the subscription', () => {
  it('is listed for whoever has a role in it, and for nobody else', async () => {
    const { body } = await arm.ask(owner, 'GET', '/subscriptions')
    expect(body).toMatchObject({ value: [{ id: arm.subscription, state: 'Enabled' }], count: { value: 1 } })
    const stranger = await arm.caller()
    expect((await arm.ask(stranger, 'GET', '/subscriptions')).body.value).toEqual([])
    const refused = await arm.ask(stranger, 'GET', arm.subscription)
    expect([refused.status, refused.body.error.code]).toEqual([403, 'AuthorizationFailed'])
    expect(refused.body.error.message).toContain(stranger)
    expect((await arm.ask(stranger, 'GET', '/tenants')).body.value).toHaveLength(1)
  })

  it('is the only one (SEC-86)', async () => {
    const { status, body } = await arm.ask(owner, 'GET', `/subscriptions/${newGuid()}/resourcegroups`)
    expect([status, body.error.code]).toEqual([404, 'SubscriptionNotFound'])
  })
})

describe('a resource group', () => {
  it('is created, described anew, found in any case, and goes when it is empty', async () => {
    const path = `${arm.subscription}/resourcegroups/Short`
    expect((await put(path, { location: 'here', tags: { Team: 'A' } })).status).toBe(201)
    expect((await put(path, { location: 'here', tags: { Team: 'B' } })).status).toBe(200)
    const { body } = await arm.ask(owner, 'GET', path.toLowerCase())
    expect(body).toMatchObject({ name: 'Short', location: 'here', tags: { Team: 'B' } })
    expect((await arm.ask(owner, 'HEAD', path)).status).toBe(204)
    await put(vmPath('in-short', path))
    const full = await arm.ask(owner, 'DELETE', path)
    expect([full.status, full.body.error.code]).toEqual([409, 'Conflict'])
    await arm.ask(owner, 'DELETE', vmPath('in-short', path))
    expect((await arm.ask(owner, 'DELETE', path)).status).toBe(200)
    expect((await arm.ask(owner, 'DELETE', path)).status).toBe(204)
    expect((await arm.ask(owner, 'GET', path)).body.error.code).toBe('ResourceGroupNotFound')
    expect((await put(path, { location: 'there' })).status).toBe(201)
  })
})

describe('an instance', () => {
  it('keeps what was said of it, without the server’s own members and without secrets (SEC-118)', async () => {
    const path = vmPath('kept')
    const answer = await put(path, {
      location: 'westeurope',
      tags: { Env: 'prod' },
      zones: ['1'],
      properties: {
        ...{ provisioningState: 'Failed', vmId: 'mine', hardwareProfile: { vmSize: 'B2' } },
        osProfile: { computerName: 'kept', adminPassword: 'hunter2' },
      },
    })
    expect(answer.status).toBe(201)
    expect(answer.body).toMatchObject({
      ...{ type: 'Microsoft.Compute/virtualMachines', tags: { env: 'prod' }, zones: ['1'] },
      properties: { provisioningState: 'Succeeded', hardwareProfile: { vmSize: 'B2' } },
    })
    expect(answer.body.properties.vmId).not.toBe('mine')
    expect(answer.body.properties.storageProfile.osDisk.osType).toBe('Linux')
    expect(answer.text).not.toContain('hunter2')
    const patched = await arm.ask(owner, 'PATCH', path, {
      body: { zones: null, properties: { hardwareProfile: { vmSize: 'B4' } } },
    })
    expect(patched.body).toMatchObject({ properties: { hardwareProfile: { vmSize: 'B4' } } })
    expect(patched.body.zones).toBeUndefined()
    const expanded = await arm.ask(owner, 'GET', `${path}?$expand=instanceView`)
    expect(expanded.body.properties.instanceView.statuses).toHaveLength(1)
  })

  it('is a function when its kind says so, and goes through the PUT of az of all that it read', async () => {
    const path = `${group}/providers/Microsoft.Web/sites/orders`
    const made = await put(path, { location: 'local', kind: 'functionapp,linux', properties: {} })
    expect(made.body).toMatchObject({ kind: 'functionapp,linux', properties: { state: 'Running' } })
    const read = (await arm.ask(owner, 'GET', path)).body
    const again = await put(path, { ...read, identity: { type: 'SystemAssigned' } })
    expect([again.status, again.body.identity.type]).toEqual([200, 'SystemAssigned'])
    const [instance] = await arm.stack.resources.lookUp({ text: path, armId: path })
    expect(instance).toMatchObject({ kind: 'function', identityState: 'enabling' })
    const held = await arm.ask(owner, 'GET', `${path}/providers/Microsoft.ManagedIdentity/identities/default`)
    expect(held.body.properties.principalId).toBe(again.body.identity.principalId)
  })

  it('is changed only as it was seen, and made only where there is none (SEC-120)', async () => {
    const path = vmPath('seen')
    const { body, headers } = await put(path)
    expect(headers.get('etag')).toBe(body.etag)
    await arm.ask(owner, 'PATCH', path, { body: { tags: { a: '1' } } })
    for (const given of [{ 'if-match': body.etag }, { 'if-match': 'x' }, { 'if-none-match': '*' }]) {
      const stale = await arm.ask(owner, 'PUT', path, { body: { location: 'local' }, headers: given })
      expect([stale.status, stale.body.error.code]).toEqual([412, 'PreconditionFailed'])
    }
    const { etag } = (await arm.ask(owner, 'GET', path)).body
    expect((await arm.ask(owner, 'DELETE', path, { headers: { 'if-match': body.etag } })).status).toBe(412)
    expect((await arm.ask(owner, 'DELETE', path, { headers: { 'if-match': etag } })).status).toBe(200)
    expect((await arm.ask(owner, 'DELETE', path)).status).toBe(204)
  })

  it('needs a place and a group, and a name that is one', async () => {
    expect((await put(vmPath('placeless'), {})).body.error.code).toBe('LocationRequired')
    expect((await put(vmPath('x', `${arm.subscription}/resourceGroups/none`))).body.error.code).toBe(
      'ResourceGroupNotFound',
    )
    expect((await put(vmPath('-x-'))).body.error.code).toBe('InvalidResourceName')
  })

  it('takes the roles at it along when it goes, so that another of its name begins without any', async () => {
    const path = vmPath('reborn')
    await put(path)
    const friend = await arm.caller('Reader', path)
    expect((await arm.ask(friend, 'GET', path)).status).toBe(200)
    await arm.ask(owner, 'DELETE', path)
    await put(path)
    await arm.stack.authorization.access.settled()
    expect((await arm.ask(friend, 'GET', path)).status).toBe(403)
  })
})

describe('a list', () => {
  it('comes in pages that keep host, port and version, and shows what the caller may read', async () => {
    const where = `${arm.subscription}/resourceGroups/Paged`
    await put(where)
    for (const name of ['a', 'b', 'c']) await put(vmPath(name, where))
    const list = `${where}/providers/Microsoft.Compute/virtualMachines?$top=2`
    const page = await arm.ask(owner, 'GET', list)
    expect(page.body.value.map((each: { name: string }) => each.name)).toEqual(['a', 'b'])
    const next = new URL(page.body.nextLink)
    expect(next.protocol).toBe('https:')
    expect(next.host).toBe(new URL(arm.base).host)
    expect(next.searchParams.get('api-version')).toBe('2024-11-30')
    const rest = await arm.ask(owner, 'GET', `${next.pathname}${next.search}`, { raw: true })
    expect(rest.body.value.map((each: { name: string }) => each.name)).toEqual(['c'])
    expect(rest.body.nextLink).toBeUndefined()

    const friend = await arm.caller('Reader', vmPath('b', where))
    const seen = await arm.ask(friend, 'GET', list)
    expect(seen.body.value.map((each: { name: string }) => each.name)).toEqual(['b'])
    const foreign = await arm.ask(friend, 'GET', `${next.pathname}${next.search}`, { raw: true })
    expect([foreign.status, foreign.body.error.code]).toEqual([400, 'InvalidRequestContent'])
    expect((await arm.ask(await arm.caller(), 'GET', list)).status).toBe(403)
  })

  it('of everything is narrowed by its type, and refused when its filter cannot be read', async () => {
    const where = `${arm.subscription}/resourceGroups/Mixed`
    await put(where)
    await put(vmPath('m', where))
    await put(`${where}/providers/Microsoft.Web/sites/s`)
    const all = await arm.ask(owner, 'GET', `${where}/resources`)
    expect(all.body.value.map((each: { name: string }) => each.name)).toEqual(['m', 's'])
    const filter = encodeURIComponent("resourceType eq 'Microsoft.Web/sites'")
    const sites = await arm.ask(owner, 'GET', `${where}/resources?$filter=${filter}`)
    expect(sites.body.value.map((each: { name: string }) => each.name)).toEqual(['s'])
    const odd = await arm.ask(owner, 'GET', `${where}/resources?$filter=name%20ne%20'x'`)
    expect([odd.status, odd.body.error.code]).toEqual([400, 'InvalidFilterInQueryString'])
  })

  it('of providers says which versions there are', async () => {
    const one = await arm.ask(owner, 'GET', `${arm.subscription}/providers/microsoft.compute`)
    expect(one.body.resourceTypes[0]).toMatchObject({ resourceType: 'virtualMachines' })
    expect(one.body.resourceTypes[0].apiVersions.length).toBeGreaterThan(0)
    expect((await arm.ask(owner, 'GET', `${arm.subscription}/providers`)).body.value.length).toBeGreaterThan(5)
  })
})

describe('a user-assigned identity', () => {
  it('is created, keeps its IDs when it is put again, and is gone once it is deleted', async () => {
    const path = uaiPath('build')
    const made = await put(path, { location: 'westeurope', tags: { Team: 'A' } })
    expect(made).toMatchObject({ status: 201, body: { name: 'build', tags: { Team: 'A' } } })
    expect(made.body.id).toContain('/resourcegroups/Prod/')
    const { principalId, clientId } = made.body.properties
    const again = await put(path, { location: 'westeurope', properties: { principalId: newGuid() } })
    expect(again).toMatchObject({ status: 200, body: { properties: { principalId, clientId } } })
    const patched = await arm.ask(owner, 'PATCH', path, { body: { tags: { Team: null, Cost: '7' } } })
    expect(patched.body.tags).toEqual({ Cost: '7' })
    const list = await arm.ask(owner, 'GET', path.slice(0, path.lastIndexOf('/')))
    expect(list.body.value.map((each: { name: string }) => each.name)).toContain('build')
    expect((await arm.ask(owner, 'DELETE', path)).status).toBe(200)
    expect((await arm.ask(owner, 'DELETE', path)).status).toBe(204)
    expect((await arm.ask(owner, 'GET', path)).body.error.code).toBe('ResourceNotFound')
  })

  it('has federated credentials by name; an issuer with its subject stands in one of them', async () => {
    const path = uaiPath('federated')
    await put(path)
    const one = `${path}/federatedIdentityCredentials/github`
    const properties = { audiences: ['api://x'], issuer: 'https://token.example', subject: 'repo:a' }
    expect((await put(one, { properties })).status).toBe(201)
    const changed = await put(one, { properties: { ...properties, subject: 'repo:b' } })
    expect(changed).toMatchObject({ status: 200, body: { name: 'github', properties: { subject: 'repo:b' } } })
    const double = await put(`${one}-2`, { properties: { ...properties, subject: 'repo:b' } })
    expect([double.status, double.body.error.code]).toEqual([409, 'Conflict'])
    expect((await put(`${one}-3`, { properties: { issuer: 'nowhere' } })).status).toBe(400)
    expect((await arm.ask(owner, 'GET', one.slice(0, one.lastIndexOf('/')))).body.value).toHaveLength(1)
    expect((await arm.ask(owner, 'DELETE', one)).status).toBe(200)
    expect((await arm.ask(owner, 'DELETE', one)).status).toBe(204)
    expect((await arm.ask(owner, 'GET', one)).status).toBe(404)
  })

  it('names the instances that it is assigned to', async () => {
    await put(uaiPath('worn'))
    const identity = { type: 'UserAssigned', userAssignedIdentities: { [uaiPath('worn')]: {} } }
    await put(vmPath('wearer'), { location: 'local', identity })
    const { body } = await arm.ask(owner, 'POST', `${uaiPath('worn')}/listAssociatedResources`)
    expect(body).toMatchObject({ totalCount: 1, value: [{ name: 'wearer', resourceGroup: 'Prod' }] })
  })
})

describe('a role assignment', () => {
  it('is made once, listed by scope and principal, and taken away at once (SEC-121)', async () => {
    const friend = await arm.caller()
    const path = assignmentPath(group)
    const made = await put(path, assignmentOf(friend))
    expect(made.status).toBe(201)
    expect(made.body.properties).toMatchObject({ principalId: friend, scope: group, principalType: 'ServicePrincipal' })
    expect((await put(path, assignmentOf(friend))).status).toBe(200)
    const twice = await put(assignmentPath(group), assignmentOf(friend))
    expect([twice.status, twice.body.error.code]).toEqual([409, 'RoleAssignmentExists'])
    expect((await arm.ask(friend, 'GET', group)).status).toBe(200)
    const list = `/${group}/providers/Microsoft.Authorization/roleAssignments?$filter=`
    const named = await arm.ask(owner, 'GET', `${list}${encodeURIComponent(`principalId eq '${friend}'`)}`)
    expect(named.body.value).toHaveLength(1)
    const here = await arm.ask(owner, 'GET', `${list}${encodeURIComponent(`assignedTo('${friend}')`)}`)
    expect(here.body.value).toHaveLength(1)
    expect((await arm.ask(owner, 'GET', `${list}atScope()`)).body.value.length).toBeGreaterThan(1)
    expect((await arm.ask(owner, 'DELETE', path)).status).toBe(200)
    expect((await arm.ask(owner, 'DELETE', path)).status).toBe(204)
    expect((await arm.ask(friend, 'GET', group)).status).toBe(403)
  })

  it('is refused to nobody, with the words az waits for, with a condition, and beyond what the client has (SEC-31)', async () => {
    const nobody = await put(assignmentPath(group), assignmentOf(newGuid()))
    expect([nobody.status, nobody.body.error.code]).toEqual([400, 'PrincipalNotFound'])
    expect(nobody.body.error.message).toContain(' does not exist in the directory ')
    const friend = await arm.caller()
    const body = assignmentOf(friend)
    const conditioned = await put(assignmentPath(group), { properties: { ...body.properties, condition: 'x' } })
    expect(conditioned.body.error.code).toBe('ConditionNotSupported')
    const admin = await arm.caller('User Access Administrator')
    const contributor = 'b24988ac-6180-42a0-ab88-20f7382dd24c'
    const beyond = await put(assignmentPath(group), assignmentOf(friend, contributor), admin)
    expect([beyond.status, beyond.body.error.code]).toEqual([403, 'AuthorizationFailed'])
    expect((await put(assignmentPath(group), assignmentOf(friend), admin)).status).toBe(201)
  })

  it('is of a role that is found by its name, or of an own one', async () => {
    const roles = `${arm.subscription}/providers/Microsoft.Authorization/roleDefinitions`
    const found = await arm.ask(owner, 'GET', `${roles}?$filter=${encodeURIComponent("roleName eq 'Reader'")}`)
    expect(found.body.value).toMatchObject([{ name: reader, properties: { type: 'BuiltInRole' } }])
    const id = newGuid()
    const permissions = [{ actions: ['Microsoft.Compute/virtualMachines/read'] }]
    const own = { properties: { roleName: 'Starter', permissions, assignableScopes: [arm.subscription] } }
    expect((await put(`${roles}/${id}`, own)).status).toBe(201)
    expect((await arm.ask(owner, 'GET', `${roles}/${id}`)).body.properties.type).toBe('CustomRole')
    const friend = await arm.caller()
    await put(assignmentPath(group), assignmentOf(friend, id))
    expect((await arm.ask(owner, 'DELETE', `${roles}/${id}`)).body.error.code).toBe('Conflict')
  })
})

describe('the graph', () => {
  const filter = (id: string) => encodeURIComponent(`servicePrincipalNames/any(c:c eq '${id}')`)

  it('finds a principal by its application ID, and names object IDs, for who may read role assignments', async () => {
    const friend = await arm.caller()
    const { clientId } = await arm.stack.registry.require(friend)
    const path = `/v1.0/servicePrincipals?$filter=${filter(clientId)}`
    const found = await arm.ask(owner, 'GET', path, { graph: true })
    expect(found.body.value).toMatchObject([{ id: friend, appId: clientId, servicePrincipalType: 'Application' }])
    const body = { ids: [friend, owner, newGuid()], types: ['user', 'servicePrincipal'] }
    const named = await arm.ask(owner, 'POST', '/v1.0/directoryObjects/getByIds', { graph: true, body })
    expect(named.body.value).toHaveLength(2)
    const alone = await arm.ask(friend, 'POST', '/v1.0/directoryObjects/getByIds', { graph: true, body })
    expect(alone.body.value).toMatchObject([{ id: friend }])
    expect((await arm.ask(friend, 'GET', `/v1.0/servicePrincipals/${owner}`, { graph: true })).status).toBe(404)
    expect((await arm.ask(friend, 'GET', `/v1.0/servicePrincipals/${friend}`, { graph: true })).status).toBe(200)
  })

  it.each<[string, string, unknown, number]>([
    ['GET', '/v1.0/users', undefined, 404],
    ['GET', '/v1.0/servicePrincipals', undefined, 400],
    ['POST', '/v1.0/directoryObjects/getByIds', '{"ids":', 400],
    ['POST', '/v1.0/directoryObjects/getByIds', { ids: 7 }, 400],
    ['DELETE', '/v1.0/servicePrincipals', undefined, 404],
  ])('says in its own words what it does not do: %s %s', async (method, path, body, status) => {
    const answer = await arm.ask(owner, method, path, { graph: true, ...(body !== undefined && { body }) })
    expect(answer.status).toBe(status)
    expect(answer.body.error.innerError['request-id']).toMatch(/^[\da-f-]{36}$/)
    expect((await arm.ask(null, method, path, { graph: true })).status).toBe(401)
  })
})
