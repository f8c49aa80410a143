import type { ObjectId } from '@signet/shared/vocabulary/identifiers'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type ArmStand, openArm } from '../../test/arm-stand.ts'
import { auditTrail, contextOf, given } from '../../test/stack.ts'

let arm: ArmStand
let owner: ObjectId
let site: string
let slot: string
let tests = 0

beforeAll(async () => {
  arm = await openArm()
  owner = await arm.caller('Owner')
})
afterAll(() => arm.close())

beforeEach(async () => {
  tests += 1
  site = `${arm.subscription}/resourceGroups/default/providers/Microsoft.Web/sites/Shop-${tests}`
  slot = `${site}/slots/Staging`
  await put(site, { location: 'local', kind: 'functionapp' })
})

const put = (path: string, body: unknown = { location: 'local' }) => arm.ask(owner, 'PUT', path, { body })
const names = (reply: { body: { value: { name: string }[] } }) => reply.body.value.map(({ name }) => name)

describe('a slot of a site', () => {
  it('is an instance of its own below the site, of the site’s kind, with an identity of its own', async () => {
    await put(site, { location: 'local', identity: { type: 'SystemAssigned' } })
    const made = await put(slot, { location: 'local', kind: 'app', identity: { type: 'SystemAssigned' } })
    expect(made).toMatchObject({
      status: 201,
      body: {
        ...{ id: slot, name: `Shop-${tests}/Staging`, type: 'Microsoft.Web/sites/slots' },
        identity: { type: 'SystemAssigned' },
      },
    })
    const own = made.body.identity.principalId
    const ofSite = (await arm.ask(owner, 'GET', site)).body.identity.principalId
    expect(own).not.toBe(ofSite)
    const held = await arm.ask(owner, 'GET', `${slot}/providers/Microsoft.ManagedIdentity/identities/default`)
    expect(held.body.properties.principalId).toBe(own)
    const [instance] = await arm.stack.resources.lookUp({ text: slot, armId: slot })
    expect(instance).toMatchObject({ kind: 'function', identityState: 'enabling' })
    // The identity of the one goes without that of the other.
    expect(
      (await arm.ask(owner, 'PATCH', slot, { body: { identity: { type: 'None' } } })).body.identity,
    ).toBeUndefined()
    expect((await arm.ask(owner, 'GET', site)).body.identity.principalId).toBe(ofSite)
  })

  it('goes through the PUT of az of all that it read, and is found in any case', async () => {
    await put(slot)
    const read = (await arm.ask(owner, 'GET', slot.toUpperCase().replace('/SUBSCRIPTIONS', '/subscriptions'))).body
    const again = await put(slot, { ...read, identity: { type: 'SystemAssigned' } })
    expect([again.status, again.body.name, again.body.identity.type]).toEqual([
      200,
      `Shop-${tests}/Staging`,
      'SystemAssigned',
    ])
  })

  it('is listed below its site and among the resources, not among the sites', async () => {
    await put(slot)
    await put(`${site}/slots/Other`)
    expect(names(await arm.ask(owner, 'GET', `${site}/slots`))).toEqual([
      `Shop-${tests}/Other`,
      `Shop-${tests}/Staging`,
    ])
    expect(names(await arm.ask(owner, 'GET', `${site}/slots?$top=1`))).toEqual([`Shop-${tests}/Other`])
    const sites = await arm.ask(owner, 'GET', site.slice(0, site.lastIndexOf('/')))
    expect(names(sites)).toContain(`Shop-${tests}`)
    expect(names(sites)).not.toContain(`Shop-${tests}/Staging`)
    const all = `${arm.subscription}/resources?$filter=${encodeURIComponent("resourceType eq 'Microsoft.Web/sites/slots'")}`
    expect(names(await arm.ask(owner, 'GET', all))).toContain(`Shop-${tests}/Staging`)
  })

  it('needs its site, and a name that is one', async () => {
    const orphan = await put(slot.replace(`Shop-${tests}`, 'nothing-there'))
    expect([orphan.status, orphan.body.error.code]).toEqual([404, 'ParentResourceNotFound'])
    expect((await put(`${site}/slots/-x-`)).body.error.code).toBe('InvalidResourceName')
    expect((await arm.ask(owner, 'GET', `${site}/slots/none`)).body.error.code).toBe('ResourceNotFound')
  })

  it('is within the scope of its site for roles, and other sites are not within its own', async () => {
    await put(slot)
    const ofSite = await arm.caller('Reader', site)
    const ofSlot = await arm.caller('Reader', slot)
    expect((await arm.ask(ofSite, 'GET', slot)).status).toBe(200)
    expect((await arm.ask(ofSlot, 'GET', slot)).status).toBe(200)
    expect((await arm.ask(ofSlot, 'GET', site)).status).toBe(403)
  })

  it('goes with its site, its identity and roles too, whoever deletes that', async () => {
    await put(slot, { location: 'local', identity: { type: 'SystemAssigned' } })
    expect((await arm.ask(owner, 'DELETE', site)).status).toBe(200)
    expect((await arm.ask(owner, 'GET', slot)).status).toBe(404)
    expect((await auditTrail(arm.stack)).slice(-5)).toEqual(
      expect.arrayContaining(['identity.turned_off', 'instance.deleted']),
    )
    await put(site)
    await put(slot, { location: 'local', identity: { type: 'SystemAssigned' } })
    const [instance] = await arm.stack.resources.lookUp({ text: site, armId: site })
    const { identities } = arm.stack
    // On the dashboard it is said that an identity is on before it goes, of the slot as of the site.
    const removal = identities.remove(contextOf(), given(instance).id, { turnOff: false })
    await expect(removal).rejects.toMatchObject({ code: 'conflict', detail: expect.stringContaining('Staging') })
    expect((await arm.ask(owner, 'GET', slot)).status).toBe(200)
    await identities.remove(contextOf(), given(instance).id, { turnOff: true })
    expect((await arm.ask(owner, 'GET', slot)).status).toBe(404)
  })
})

describe('scale sets', () => {
  it('are an empty list for whoever looks for machines there too', async () => {
    const list = `${arm.subscription}/providers/Microsoft.Compute/virtualMachineScaleSets`
    expect(await arm.ask(owner, 'GET', list)).toMatchObject({ status: 200, body: { value: [] } })
    expect((await arm.ask(await arm.caller(), 'GET', list)).status).toBe(403)
  })
})
