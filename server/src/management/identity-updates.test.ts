import type { ObjectId } from '@signet/shared/vocabulary/identifiers'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type ArmStand, openArm } from '../../test/arm-stand.ts'
import { auditTrail } from '../../test/stack.ts'

let arm: ArmStand
let owner: ObjectId
let first: string
let second: string
let vm: string
let tests = 0

beforeAll(async () => {
  arm = await openArm()
  owner = await arm.caller('Owner')
  const identity = (name: string) =>
    `${arm.subscription}/resourcegroups/default/providers/Microsoft.ManagedIdentity/userAssignedIdentities/${name}`
  ;[first, second] = [identity('first'), identity('second')]
  for (const id of [first, second]) {
    expect((await arm.ask(owner, 'PUT', id, { body: { location: 'local' } })).status).toBe(201)
  }
})
afterAll(() => arm.close())

beforeEach(() => {
  tests += 1
  vm = `${arm.subscription}/resourceGroups/default/providers/Microsoft.Compute/virtualMachines/web-${tests}`
})

const create = (identity?: unknown) =>
  arm.ask(owner, 'PUT', vm, { body: { location: 'westeurope', ...(identity !== undefined && { identity }) } })
const patch = (identity: unknown) => arm.ask(owner, 'PATCH', vm, { body: { identity } })
const identityNow = async () => (await arm.ask(owner, 'GET', vm)).body.identity
const both = () => ({ type: 'SystemAssigned,UserAssigned', userAssignedIdentities: { [first]: {}, [second]: {} } })

describe('the identity of a PUT', () => {
  it('is none when nothing is said of it', async () => {
    const { status, body } = await create()
    expect([status, body.identity]).toEqual([201, undefined])
  })

  it('is answered with the space in its type, and with IDs the client cannot choose (SEC-118)', async () => {
    const principalId = '99999999-0000-4000-8000-000000000001'
    const map = { [first]: { principalId, clientId: principalId } }
    const { body } = await create({
      ...{ type: 'userassigned, SystemAssigned', principalId, tenantId: principalId },
      userAssignedIdentities: map,
    })
    expect(body.identity).toEqual({
      type: 'SystemAssigned, UserAssigned',
      principalId: expect.not.stringContaining(principalId),
      tenantId: arm.stack.tenantId,
      userAssignedIdentities: { [first]: { principalId: expect.any(String), clientId: expect.any(String) } },
    })
    expect(body.identity.userAssignedIdentities[first].principalId).not.toBe(principalId)
  })

  it('lists exactly what is to be kept, in whatever case', async () => {
    await create(both())
    const { body } = await create({ type: 'UserAssigned', userAssignedIdentities: { [second.toLowerCase()]: {} } })
    expect(body.identity.type).toBe('UserAssigned')
    expect(Object.keys(body.identity.userAssignedIdentities)).toEqual([second])
  })

  it('stays as it is when it is left out, or null', async () => {
    await create(both())
    const before = await identityNow()
    await create()
    await create(null)
    expect(await identityNow()).toEqual(before)
  })

  it('takes everything away with None', async () => {
    await create(both())
    expect((await create({ type: 'None' })).body.identity).toBeUndefined()
  })
})

describe('the identity of a PATCH, as az sends it', () => {
  it('turns the system-assigned one on, and again changes nothing', async () => {
    await create()
    const { body } = await patch({ type: 'SystemAssigned' })
    expect(body.identity).toMatchObject({ type: 'SystemAssigned', tenantId: arm.stack.tenantId })
    expect((await patch({ type: 'SystemAssigned' })).body.identity).toEqual(body.identity)
  })

  it('adds the identities it lists to those there are', async () => {
    await create({ type: 'SystemAssigned' })
    await patch({ type: 'SystemAssigned,UserAssigned', userAssignedIdentities: { [first]: {} } })
    const { body } = await patch({ type: 'SystemAssigned,UserAssigned', userAssignedIdentities: { [second]: {} } })
    expect(body.identity.type).toBe('SystemAssigned, UserAssigned')
    expect(Object.keys(body.identity.userAssignedIdentities).sort()).toEqual([first, second])
  })

  it('removal 1: takes the one away that is null, lower-cased as az sends it, and keeps the others', async () => {
    await create(both())
    const map = { [first.toLowerCase()]: null }
    const { body } = await patch({ type: 'SystemAssigned,UserAssigned', userAssignedIdentities: map })
    expect(Object.keys(body.identity.userAssignedIdentities)).toEqual([second])
  })

  it('removal 2: turns the system-assigned one off and keeps the others, their map being null or absent', async () => {
    for (const map of [{ userAssignedIdentities: null }, {}]) {
      await create(both())
      const { body } = await patch({ type: 'UserAssigned', ...map })
      expect(body.identity).toMatchObject({ type: 'UserAssigned' })
      expect(body.identity.principalId).toBeUndefined()
      expect(Object.keys(body.identity.userAssignedIdentities)).toHaveLength(2)
    }
  })

  it('removal 3: takes the last one away with None and null', async () => {
    await create({ type: 'UserAssigned', userAssignedIdentities: { [first]: {} } })
    expect((await patch({ type: 'None', userAssignedIdentities: null })).body.identity).toBeUndefined()
  })

  it('removal 4: a type without UserAssigned takes all of these away', async () => {
    await create(both())
    expect((await patch({ type: 'SystemAssigned' })).body.identity).toMatchObject({ type: 'SystemAssigned' })
    expect((await identityNow()).userAssignedIdentities).toBeUndefined()
  })

  it('takes everything away with null, and changes nothing when it is left out', async () => {
    await create(both())
    const before = await identityNow()
    await arm.ask(owner, 'PATCH', vm, { body: { properties: { note: 1 } } })
    expect(await identityNow()).toEqual(before)
    expect((await patch(null)).body.identity).toBeUndefined()
  })

  it('takes away what is not assigned without an error', async () => {
    await create({ type: 'SystemAssigned' })
    const { status } = await patch({ type: 'SystemAssigned', userAssignedIdentities: { [second]: null } })
    expect(status).toBe(200)
  })

  it('is refused when it names user-assigned identities and leaves none', async () => {
    await create({ type: 'UserAssigned', userAssignedIdentities: { [first]: {} } })
    const { status, body } = await patch({ type: 'UserAssigned', userAssignedIdentities: { [first]: null } })
    expect([status, body.error.code]).toEqual([400, 'InvalidRequestContent'])
    expect(Object.keys((await identityNow()).userAssignedIdentities)).toEqual([first])
  })

  it('makes a new principal when the identity is turned on again', async () => {
    const before = (await create({ type: 'SystemAssigned' })).body.identity.principalId
    await patch({ type: 'None' })
    expect((await patch({ type: 'SystemAssigned' })).body.identity.principalId).not.toBe(before)
  })

  it.each([
    [{ type: 'Everything' }],
    [{ type: 'None, SystemAssigned' }],
    [{ type: 7 }],
    ['SystemAssigned'],
    [{ type: 'None', userAssignedIdentities: { a: {} } }],
    [{ type: 'UserAssigned', userAssignedIdentities: [] }],
    [{ type: 'UserAssigned', userAssignedIdentities: { x: 'y' } }],
    [{ type: 'UserAssigned', userAssignedIdentities: { '/subscriptions': {} } }],
  ])('is refused as %j', async (identity) => {
    await create()
    const { status, body } = await patch(identity)
    expect([status, body.error.code]).toEqual([400, 'InvalidRequestContent'])
  })

  it('is one act: an identity that is not there undoes what came before it', async () => {
    await create()
    const map = { [first]: {}, [`${first}-not-there`]: {} }
    const { status, body } = await patch({ type: 'SystemAssigned, UserAssigned', userAssignedIdentities: map })
    expect([status, body.error.code]).toEqual([400, 'FailedIdentityOperation'])
    expect(await identityNow()).toBeUndefined()
  })

  it('leaves the records that the dashboard leaves, in the name of the principal', async () => {
    await create()
    await patch(both())
    expect((await auditTrail(arm.stack)).slice(-4)).toEqual([
      'instance.registered',
      'identity.turned_on',
      'identity.attached',
      'identity.attached',
    ])
    const event = await arm.stack.audit.newestOf('identity.attached')
    expect(event?.actor).toMatchObject({ kind: 'principal', id: owner })
  })
})

describe('who may assign an identity', () => {
  it('needs a right to the identity besides that to the instance (SEC-119)', async () => {
    await create()
    const half = await arm.caller('Contributor', vm)
    const identity = { type: 'UserAssigned', userAssignedIdentities: { [first]: {} } }
    const attach = () => arm.ask(half, 'PATCH', vm, { body: { identity } })
    const refused = await attach()
    expect([refused.status, refused.body.error.code]).toEqual([403, 'AuthorizationFailed'])
    expect(refused.body.error.message).toContain('assign/action')
    const other = await arm.caller('Managed Identity Operator', first)
    const notHis = await arm.ask(other, 'PATCH', vm, { body: { identity } })
    expect([notHis.status, notHis.body.error.code]).toEqual([403, 'AuthorizationFailed'])
    const role = arm.stack.authorization.access.roles().find(({ name }) => name === 'Managed Identity Operator')
    await arm.stack.authorization.assignments.grant(
      { actor: { kind: 'operator', id: null, label: 'Ada' }, correlationId: 'c', ip: null },
      { principalId: half, roleId: role?.id ?? '', scope: first },
    )
    expect((await attach()).status).toBe(200)
  })
})
