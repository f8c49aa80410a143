import type { ObjectId } from '@signet/shared/vocabulary/identifiers'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type ArmStand, openArm } from '../../test/arm-stand.ts'
import { newGuid } from '../platform/identifiers.ts'

let arm: ArmStand
let owner: ObjectId
beforeAll(async () => {
  arm = await openArm()
  owner = await arm.caller('Owner')
})
afterAll(() => arm.close())

const statusOf = async (method: string, path: string, headers: Record<string, string>, body?: unknown) =>
  (await arm.ask(owner, method, path, { headers, ...(body !== undefined && { body }) })).status

describe('a role definition', () => {
  it('is made, changed and deleted only as it was seen (SEC-120)', async () => {
    const path = `${arm.subscription}/providers/Microsoft.Authorization/roleDefinitions/${newGuid()}`
    const permissions = [{ actions: ['Microsoft.Compute/virtualMachines/read'] }]
    const body = (roleName: string) => ({
      properties: { roleName, permissions, assignableScopes: [arm.subscription] },
    })
    expect(await statusOf('PUT', path, { 'if-match': '"1"' }, body('Looker'))).toBe(412)
    expect(await statusOf('PUT', path, { 'if-none-match': '*' }, body('Looker'))).toBe(201)
    expect(await statusOf('PUT', path, { 'if-none-match': '*' }, body('Looker'))).toBe(412)
    const { etag } = (await arm.ask(owner, 'GET', path)).body
    expect(await statusOf('PUT', path, { 'if-match': etag }, body('Watcher'))).toBe(200)
    expect(await statusOf('PUT', path, { 'if-match': etag }, body('Late'))).toBe(412)
    expect(await statusOf('DELETE', path, { 'if-match': etag })).toBe(412)
    const now = (await arm.ask(owner, 'GET', path)).body
    expect(now.properties.roleName).toBe('Watcher')
    expect(await statusOf('DELETE', path, { 'if-match': now.etag })).toBe(200)
  })
})

describe('a role assignment', () => {
  it('that is to be new is not taken for one that is there', async () => {
    const friend = await arm.caller()
    const reader = 'acdd72a7-3385-48ef-bd42-f606fba81ae7'
    const roleDefinitionId = `${arm.subscription}/providers/Microsoft.Authorization/roleDefinitions/${reader}`
    const path = `${arm.subscription}/providers/Microsoft.Authorization/roleAssignments/${newGuid()}`
    const body = { properties: { roleDefinitionId, principalId: friend } }
    expect(await statusOf('PUT', path, { 'if-none-match': '*' }, body)).toBe(201)
    expect(await statusOf('PUT', path, { 'if-none-match': '*' }, body)).toBe(412)
    expect(await statusOf('PUT', path, {}, body)).toBe(200)
  })
})
