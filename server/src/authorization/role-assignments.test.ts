import { join } from 'node:path'
import { ObjectId } from '@signet/shared/vocabulary/identifiers'
import { dayMs } from '@signet/shared/vocabulary/time'
import Sqlite from 'better-sqlite3'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { auditTrail, contextOf, openStack, rowsOf, type Stack } from '../../test/stack.ts'
import { newGuid } from '../platform/identifiers.ts'
import type { RequestContext } from '../platform/request-context.ts'
import { Access } from './access.ts'
import { builtInRoles } from './role-definition.ts'

let stack: Stack
let group: string
let principalId: ObjectId

const roleOf = (name: string) => builtInRoles.find((role) => role.name === name)?.id ?? ''
const readAction = 'Microsoft.Compute/virtualMachines/read'
const writeAction = 'Microsoft.Authorization/roleAssignments/write'

beforeAll(async () => {
  stack = await openStack()
})
afterAll(() => stack.close())

/** Another group and another principal for each test. */
let tests = 0
beforeEach(async () => {
  tests += 1
  group = `/subscriptions/${stack.defaults.subscriptionId}/resourceGroups/group-${tests}`
  principalId = await newPrincipal()
})

async function newPrincipal(): Promise<ObjectId> {
  const name = `client-${newGuid()}`
  const { objectId } = await stack.database.transact((tx) => stack.registry.createApplication(tx, name))
  return objectId
}

const asPrincipal = (id: ObjectId): RequestContext => ({
  ...contextOf(),
  actor: { kind: 'principal', id, label: 'client' },
})
const grant = (name: string, more: { scope?: string; to?: ObjectId; by?: RequestContext; id?: string } = {}) =>
  stack.authorization.assignments.grant(more.by ?? contextOf(), {
    ...{ principalId: more.to ?? principalId, roleId: roleOf(name), scope: more.scope ?? group },
    ...(more.id !== undefined && { id: more.id }),
  })
const may = (action: string, scope = group, of = principalId) =>
  stack.authorization.access.decide({ principalId: of, action, isData: false, scope }).allowed

describe('a role that is given', () => {
  it('counts when the answer is there, at its scope and below, and no longer once it is taken away (SEC-121)', async () => {
    expect(may(readAction)).toBe(false)
    const { assignment, isNew } = await grant('Reader')
    expect(isNew).toBe(true)
    expect(may(readAction)).toBe(true)
    expect(may(readAction, `${group.toUpperCase()}/providers/Microsoft.Compute/virtualMachines/a`)).toBe(true)
    expect(may(readAction, `${group}0`)).toBe(false)
    await stack.authorization.assignments.revoke(contextOf(), assignment.assignmentId)
    expect(may(readAction)).toBe(false)
    expect((await auditTrail(stack)).slice(-2)).toEqual(['role_assignment.created', 'role_assignment.removed'])
  })

  it('is there after a restart', async () => {
    await grant('Reader')
    const again = await Access.open(stack)
    const asked = { principalId, action: readAction, isData: false, scope: group }
    expect(again.decide(asked)).toEqual(stack.authorization.access.decide(asked))
    expect(again.decide(asked).allowed).toBe(true)
  })

  it('cannot be given twice at one scope, whatever its case; under the same ID it is the same one', async () => {
    const id = newGuid()
    await grant('Reader', { id })
    await expect(grant('Reader', { scope: group.toUpperCase() })).rejects.toMatchObject({ code: 'conflict' })
    await expect(grant('Reader', { id })).resolves.toMatchObject({ isNew: false })
    await expect(grant('Owner', { id })).rejects.toMatchObject({ code: 'conflict' })
    await expect(grant('Owner')).resolves.toMatchObject({ isNew: true })
  })

  it.each([
    ['nobody', { to: ObjectId.parse('99999999-0000-4000-8000-000000000001') }, 'not_found'],
    ['a place that is none', { scope: '/subscriptions' }, 'invalid_request'],
  ])('is refused for %s', async (_, more, code) => {
    await expect(grant('Reader', more)).rejects.toMatchObject({ code })
  })

  it('is refused when there is no such role', async () => {
    const wanted = { principalId, roleId: newGuid(), scope: group }
    await expect(stack.authorization.assignments.grant(contextOf(), wanted)).rejects.toMatchObject({
      code: 'not_found',
    })
  })

  it('is hidden while its principal is deleted, comes back with it, and goes with its purge', async () => {
    const { assignment } = await grant('Reader')
    const { access } = stack.authorization
    await stack.database.transact((tx) => stack.registry.delete(tx, contextOf(), principalId))
    await access.settled()
    expect(may(readAction)).toBe(false)
    expect(access.assignments({ principalId })).toEqual([])
    expect(access.assignment(assignment.assignmentId)).toBeUndefined()
    expect(access.whoCan({ action: readAction, isData: false, scope: group })).toEqual([])
    await expect(grant('Owner')).rejects.toMatchObject({ code: 'conflict' })

    await stack.database.transact((tx) => stack.registry.restore(tx, principalId))
    await access.settled()
    expect(may(readAction)).toBe(true)

    await stack.database.transact((tx) => stack.registry.delete(tx, contextOf(), principalId))
    stack.clock.advance(31 * dayMs)
    await stack.database.transact((tx) => stack.registry.purge(tx, principalId))
    expect((await rowsOf(stack, 'role_assignments')).filter((row) => row.principal_id === principalId)).toEqual([])
  })

  it('goes with the scope it is at, and those below it', async () => {
    await grant('Reader')
    await grant('Reader', { scope: `${group}/providers/Microsoft.Compute/virtualMachines/a` })
    const { assignment: beside } = await grant('Reader', { scope: `${group}0` })
    await stack.database.transact((tx) => stack.authorization.assignments.scopeRemoved(tx, group))
    await stack.authorization.access.settled()
    expect(stack.authorization.access.assignments({ principalId })).toEqual([beside])
  })
})

describe('the use of a role', () => {
  const asked = (action = readAction) => ({ principalId, action, isData: false, scope: group })

  it('is known of the assignment that allowed something, and of none by asking whether it would', async () => {
    const { access } = stack.authorization
    const { assignment } = await grant('Reader')
    const { assignment: idle } = await grant('Key Vault Secrets User')
    access.decide(asked())
    access.explain(asked())
    access.whoCan(asked())
    access.authorize(asked(writeAction))
    expect(access.uses.lastOf(assignment.assignmentId)).toBeNull()
    access.authorize(asked())
    expect(access.uses.lastOf(assignment.assignmentId)).toBe(stack.clock.now())
    expect(access.uses.lastOf(idle.assignmentId)).toBeNull()
  })

  it('counts for a role below what is listed, and is there after a restart', async () => {
    const { access } = stack.authorization
    const { assignment } = await grant('Reader', { scope: `${group}/providers/Microsoft.Compute/virtualMachines/a` })
    expect(access.authorizeWithin(asked(writeAction))).toBe(false)
    expect(access.authorizeWithin(asked())).toBe(true)
    await access.uses.flush()
    const again = await Access.open(stack)
    expect(again.uses.lastOf(assignment.assignmentId)).toBe(stack.clock.now())
    // Its row has a tag, which a use leaves alone (SEC-64).
    expect(again.assignment(assignment.assignmentId)).toEqual(assignment)
  })

  it('is asked for again with each decision that follows', async () => {
    const { access } = stack.authorization
    const { assignment } = await grant('Reader')
    access.authorize(asked())
    const first = stack.clock.now()
    await access.uses.flush()
    stack.clock.advance(dayMs)
    access.authorize(asked())
    expect(access.uses.lastOf(assignment.assignmentId)).toBe(first + dayMs)
  })
})

describe('what giving a role would change', () => {
  const preview = (name: string, more: { scope?: string; by?: RequestContext } = {}) =>
    stack.authorization.assignments.preview(more.by ?? contextOf(), {
      ...{ principalId, roleId: roleOf(name), scope: more.scope ?? group },
    })

  it('is what the principal may not do there yet, and nothing is given', async () => {
    const before = await preview('Key Vault Secrets Officer')
    expect(before.same).toBeUndefined()
    expect(before.adds.dataActions).toEqual(['Microsoft.KeyVault/vaults/secrets/*'])
    await grant('Reader')
    expect((await preview('Reader', { scope: `${group}/providers/A.B/c/d` })).adds).toEqual({
      ...{ actions: [], dataActions: [] },
    })
    const { adds } = await preview('Managed Identity Operator')
    expect(adds.actions).toContain('Microsoft.ManagedIdentity/userAssignedIdentities/*/assign/action')
    expect(adds.actions).not.toContain('Microsoft.ManagedIdentity/userAssignedIdentities/*/read')
    expect(stack.authorization.access.assignments({ principalId })).toHaveLength(1)
  })

  it('says that it is given already, and refuses what giving it would refuse', async () => {
    const { assignment } = await grant('Reader')
    expect((await preview('Reader', { scope: group.toUpperCase() })).same).toEqual(assignment)
    await expect(preview('Reader', { scope: '/subscriptions' })).rejects.toMatchObject({ code: 'invalid_request' })
    await expect(preview('Owner', { by: asPrincipal(principalId) })).rejects.toMatchObject({ code: 'forbidden' })
    await stack.database.transact((tx) => stack.registry.delete(tx, contextOf(), principalId))
    await expect(preview('Reader')).rejects.toMatchObject({ code: 'conflict' })
  })
})

describe('what would allow something', () => {
  it('is every role that has it and can be given there, the narrowest first', () => {
    const { access } = stack.authorization
    const names = (action: string, isData: boolean) =>
      access.remedies({ action, isData, scope: group }).map(({ name }) => name)
    const get = names('Microsoft.KeyVault/vaults/secrets/getSecret/action', true)
    expect(get.slice(0, 3)).toEqual(['Key Vault Secrets User', 'Key Vault Secrets Officer', 'Key Vault Administrator'])
    expect(names(readAction, false)[0]).toBe('Reader')
    expect(names('Nobody.Knows/this/write', true)).toEqual([])
  })
})

describe('a principal that gives roles', () => {
  it('needs the right to at that scope (SEC-31)', async () => {
    const target = await newPrincipal()
    const by = asPrincipal(principalId)
    await grant('Contributor')
    await expect(grant('Reader', { by, to: target })).rejects.toMatchObject({ code: 'forbidden' })
    await grant('Owner', { scope: `${group}0` })
    await expect(grant('Reader', { by, to: target })).rejects.toMatchObject({ code: 'forbidden' })
    await grant('Owner')
    await expect(grant('Reader', { by, to: target })).resolves.toMatchObject({ isNew: true })
    expect(may(readAction, group, target)).toBe(true)
  })

  it('gives nothing that it does not hold itself, to others or to itself (SEC-31)', async () => {
    const by = asPrincipal(principalId)
    await grant('User Access Administrator')
    expect(may(writeAction)).toBe(true)
    for (const role of ['Owner', 'Contributor', 'Key Vault Secrets User']) {
      await expect(grant(role, { by })).rejects.toMatchObject({ code: 'forbidden' })
    }
    const target = await newPrincipal()
    await expect(grant('Reader', { by, to: target })).resolves.toMatchObject({ isNew: true })
  })

  it('takes none away without the right to', async () => {
    const { assignment } = await grant('Reader')
    const revoke = () => stack.authorization.assignments.revoke(asPrincipal(principalId), assignment.assignmentId)
    await expect(revoke()).rejects.toMatchObject({ code: 'forbidden' })
    await grant('User Access Administrator')
    await expect(revoke()).resolves.toMatchObject({ assignmentId: assignment.assignmentId })
  })
})

describe('an own role', () => {
  const permission = { actions: [readAction], notActions: [], dataActions: [], notDataActions: [] }
  const create = (name: string, by = contextOf()) =>
    stack.authorization.definitions.create(by, { name, description: '', permission, assignableScopes: [group] })

  it('counts at once, and what it is changed to counts for those who have it', async () => {
    const role = await create(`Starter ${tests}`)
    await stack.authorization.assignments.grant(contextOf(), { principalId, roleId: role.id, scope: group })
    expect(may(readAction)).toBe(true)
    const { definitions } = stack.authorization
    const change = { name: role.name, description: '', permission: { ...permission, notActions: ['*/read'] } }
    const changed = { ...change, assignableScopes: [group] }
    await definitions.change(contextOf(), role.id, { ...changed, expected: 1 })
    expect(may(readAction)).toBe(false)
    await expect(definitions.change(contextOf(), role.id, { ...changed, expected: 1 })).rejects.toMatchObject({
      code: 'precondition_failed',
    })
    await expect(definitions.remove(contextOf(), role.id)).rejects.toMatchObject({ code: 'conflict' })
  })

  it('is assigned within its scopes only, and has a name that no other has', async () => {
    const role = await create(`Narrow ${tests}`)
    const wanted = { principalId, roleId: role.id, scope: `${group}0` }
    await expect(stack.authorization.assignments.grant(contextOf(), wanted)).rejects.toMatchObject({
      code: 'invalid_request',
    })
    await expect(create(`narrow ${tests}`)).rejects.toMatchObject({ code: 'conflict' })
    await expect(create('reader')).rejects.toMatchObject({ code: 'conflict' })
    await stack.authorization.definitions.remove(contextOf(), role.id)
    expect(stack.authorization.access.role(role.id)).toBeUndefined()
  })

  it('is made by no principal that may not do itself what it allows (SEC-31)', async () => {
    await grant('User Access Administrator')
    await expect(create(`By client ${tests}`, asPrincipal(principalId))).resolves.toMatchObject({ version: 1 })
    const { definitions } = stack.authorization
    const wanted = { name: `All ${tests}`, description: '', assignableScopes: [group] }
    const all = { ...wanted, permission: { ...permission, actions: ['*'] } }
    await expect(definitions.create(asPrincipal(principalId), all)).rejects.toMatchObject({ code: 'forbidden' })
  })

  it('leaves built-in roles as they are', async () => {
    const wanted = { name: 'Owner', description: '', permission, assignableScopes: ['/'] }
    const { definitions } = stack.authorization
    await expect(definitions.change(contextOf(), roleOf('Owner'), wanted)).rejects.toMatchObject({ code: 'conflict' })
    await expect(definitions.remove(contextOf(), roleOf('Owner'))).rejects.toMatchObject({ code: 'conflict' })
  })
})

describe('what somebody edited in the database', () => {
  it('gives no right once it is read again, and everything else is followed on (SEC-64)', async () => {
    const { assignment } = await grant('Reader')
    const other = await newPrincipal()
    const file = new Sqlite(join(stack.dataDir, 'signet.db'))
    file.prepare("UPDATE role_assignments SET scope = '/' WHERE id = ?").run(assignment.assignmentId)
    file.close()
    await stack.database.transact((tx) =>
      stack.database.changed(tx, { kind: 'role_assignment', id: assignment.assignmentId }),
    )
    await stack.authorization.access.settled()
    expect(may(readAction)).toBe(false)
    await grant('Reader', { to: other })
    expect(may(readAction, group, other)).toBe(true)
  })
})
