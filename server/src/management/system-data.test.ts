import type { ObjectId } from '@signet/shared/vocabulary/identifiers'
import { minuteMs } from '@signet/shared/vocabulary/time'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type ArmStand, openArm } from '../../test/arm-stand.ts'
import { contextOf } from '../../test/stack.ts'

let arm: ArmStand
let owner: ObjectId

beforeAll(async () => {
  arm = await openArm()
  owner = await arm.caller('Owner')
})
afterAll(() => arm.close())

const group = () => `${arm.subscription}/resourceGroups/default/providers`
const invented = { systemData: { createdBy: 'mallory', createdAt: '2001-01-01T00:00:00.000Z' } }
const isoNow = () => new Date(arm.stack.clock.now()).toISOString()

describe('systemData', () => {
  it.each([
    ['an instance', 'Microsoft.Compute/virtualMachines/sys-vm'],
    ['a user-assigned identity', 'Microsoft.ManagedIdentity/userAssignedIdentities/sys-uai'],
    ['a vault', 'Microsoft.KeyVault/vaults/sys-vault'],
  ])(
    'of %s says who made it and who changed it last, and is nothing that a client can write (SEC-118)',
    async (_, path) => {
      const id = `${group()}/${path}`
      const madeAt = isoNow()
      const made = await arm.ask(owner, 'PUT', id, { body: { location: 'local', ...invented } })
      const by = { createdBy: owner, createdByType: 'Application', createdAt: madeAt }
      const first = { ...by, lastModifiedBy: owner, lastModifiedByType: 'Application', lastModifiedAt: madeAt }
      expect(made.body.systemData).toEqual(first)
      arm.stack.clock.advance(minuteMs)
      const other = await arm.caller('Contributor')
      await arm.ask(other, 'PATCH', id, { body: { tags: { a: 'b' }, ...invented } })
      const after = { ...first, lastModifiedBy: other, lastModifiedAt: isoNow() }
      expect((await arm.ask(owner, 'GET', id)).body.systemData).toEqual(after)
      const list = await arm.ask(owner, 'GET', id.slice(0, id.lastIndexOf('/')))
      expect(list.body.value[0].systemData).toEqual(after)
      expect(list.text).not.toContain('mallory')
    },
  )

  it('leaves out what was refused', async () => {
    const { id, resourceId } = await arm.stack.resources.register(contextOf('operator', 'Ada'), {
      name: 'refused',
      kind: 'vm',
    })
    const before = (await arm.ask(owner, 'GET', resourceId)).body.systemData
    arm.stack.clock.advance(minuteMs)
    await arm.stack.audit.record(contextOf('operator', 'Eve'), {
      ...{ action: 'instance.deleted', outcome: 'refused' },
      target: { kind: 'instance', id, label: 'refused' },
    })
    expect((await arm.ask(owner, 'GET', resourceId)).body.systemData).toEqual(before)
  })

  it('names an operator by name, and knows a managed identity from an application', async () => {
    const { id, resourceId } = await arm.stack.resources.register(contextOf('operator', 'Ada'), {
      name: 'by-ada',
      kind: 'vm',
    })
    const { principalId } = await arm.stack.users.create(contextOf(), { name: 'tagger', resourceGroup: 'default' })
    const actor = { kind: 'principal', id: principalId, label: 'tagger' } as const
    await arm.stack.resources.tag({ ...contextOf(), actor }, id, { set: { a: 'b' }, unset: [] })
    expect((await arm.ask(owner, 'GET', resourceId)).body.systemData).toMatchObject({
      ...{ createdBy: 'Ada', createdByType: 'User' },
      ...{ lastModifiedBy: principalId, lastModifiedByType: 'ManagedIdentity' },
    })
  })
})
