import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fuzzRuns } from '../../test/fuzz.ts'
import { areApart, covers, matches, parsePattern } from './action-pattern.ts'
import { allows, decideBy, type HeldRole, holdsAll, nearMisses } from './decision.ts'
import { builtInRoles, type RoleDefinition, type RolePermission, roleDefinition } from './role-definition.ts'
import { contains, parseScope } from './scope.ts'

const subscription = '/subscriptions/0b9e2b6c-1111-4222-8333-944455556666'
const group = `${subscription}/resourceGroups/prod`
const vault = `${group}/providers/Microsoft.KeyVault/vaults/kv`
const places = ['/', subscription, group, vault, `${vault}/secrets/a`, `${subscription}/resourceGroups/other`]

function builtIn(name: string): RoleDefinition {
  const role = builtInRoles.find((each) => each.name === name)
  if (!role) throw new Error(`no role ${name}`)
  return role
}

function role(permission: Partial<RolePermission>): RoleDefinition {
  const all = { actions: [], notActions: [], dataActions: [], notDataActions: [], ...permission }
  return roleDefinition({
    ...{ id: '1', name: 'Own', description: '', builtIn: false, permission: all },
    ...{ assignableScopes: [parseScope('/')], version: 1, createdAt: 0, updatedAt: 0 },
  })
}

const held = (which: RoleDefinition, scope: string): HeldRole => ({
  assignmentId: `${which.name} ${scope}`,
  role: which,
  scope: parseScope(scope),
})
const ask = (action: string, scope = vault, isData = false) => ({ action, isData, scope: parseScope(scope) })

const readAction = 'Microsoft.KeyVault/vaults/read'
const getSecret = 'Microsoft.KeyVault/vaults/secrets/getSecret/action'
const assign = 'Microsoft.ManagedIdentity/userAssignedIdentities/assign/action'

describe('a decision', () => {
  it('is no for somebody without a role', () => {
    expect(decideBy([], ask(readAction))).toEqual({ allowed: false, reason: 'It has no role anywhere.' })
  })

  it.each([
    ['Owner', 'Microsoft.Authorization/roleAssignments/write', true],
    ['Contributor', 'Microsoft.Compute/virtualMachines/write', true],
    ['Contributor', 'Microsoft.Authorization/roleAssignments/write', false],
    ['Contributor', 'microsoft.authorization/roleAssignments/DELETE', false],
    ['Contributor', 'Microsoft.Authorization/roleAssignments/read', true],
    ['Reader', readAction, true],
    ['Reader', 'Microsoft.KeyVault/vaults/write', false],
    ['User Access Administrator', 'Microsoft.Authorization/roleAssignments/write', true],
    ['Managed Identity Operator', 'Microsoft.ManagedIdentity/userAssignedIdentities/read', true],
    ['Managed Identity Operator', assign, true],
    ['Managed Identity Operator', 'Microsoft.ManagedIdentity/userAssignedIdentities/write', false],
    ['Managed Identity Contributor', 'Microsoft.ManagedIdentity/userAssignedIdentities/write', true],
    ['Managed Identity Contributor', assign, false],
    ['Key Vault Administrator', 'Microsoft.KeyVault/vaults/read', true],
    ['Key Vault Administrator', 'Microsoft.KeyVault/vaults/write', false],
  ])('by %s of %s is %s', (name, action, allowed) => {
    expect(decideBy([held(builtIn(name), subscription)], ask(action)).allowed).toBe(allowed)
  })

  it.each([
    ['Owner', getSecret, false],
    ['Reader', getSecret, false],
    ['Key Vault Administrator', getSecret, true],
    ['Key Vault Secrets Officer', 'Microsoft.KeyVault/vaults/secrets/setSecret/action', true],
    ['Key Vault Secrets Officer', 'Microsoft.KeyVault/vaults/keys/decrypt/action', false],
    ['Key Vault Secrets User', getSecret, true],
    ['Key Vault Secrets User', 'Microsoft.KeyVault/vaults/secrets/setSecret/action', false],
  ])('about data by %s of %s is %s: actions are no data actions', (name, action, allowed) => {
    expect(decideBy([held(builtIn(name), vault)], ask(action, vault, true)).allowed).toBe(allowed)
    expect(decideBy([held(builtIn(name), vault)], ask(action)).allowed).toBe(name === 'Owner')
  })

  it('names the assignment that allows it, or what came nearest to it', () => {
    const reader = held(builtIn('Reader'), group)
    expect(decideBy([reader], ask(readAction))).toEqual({
      allowed: true,
      by: { assignmentId: reader.assignmentId, roleId: reader.role.id, roleName: 'Reader', scope: group },
      reason: `Reader at ${group} has ${readAction}.`,
    })
    const other = held(builtIn('Reader'), `${subscription}/resourceGroups/other`)
    expect(decideBy([other], ask(readAction)).reason).toContain('but at')
    const all = [other, held(builtIn('Contributor'), group), held(builtIn('Key Vault Secrets User'), vault)]
    expect(nearMisses(all, ask('Microsoft.Authorization/roleAssignments/write')).map(({ why }) => why)).toEqual([
      'excluded',
      'action_missing',
    ])
    expect(nearMisses(all, ask(getSecret)).map(({ why }) => why)).toEqual(['other_plane'])
  })

  it('grows with each further role and with each wider scope, and never shrinks', () => {
    const anyRole = fc.constantFrom(...builtInRoles)
    const place = fc.constantFrom(...places)
    const some = fc.array(fc.tuple(anyRole, place), { maxLength: 4 })
    const action = fc.constantFrom(readAction, getSecret, assign, 'Microsoft.Authorization/roleAssignments/write')
    fc.assert(
      fc.property(some, anyRole, place, action, fc.boolean(), (before, more, scope, what, isData) => {
        const few = before.map(([each, at]) => held(each, at))
        const asked = ask(what, scope, isData)
        const isAllowed = decideBy(few, asked).allowed
        if (isAllowed) {
          expect(decideBy([...few, held(more, scope)], asked).allowed).toBe(true)
          expect(
            decideBy(
              few.map((each) => held(each.role, '/')),
              asked,
            ).allowed,
          ).toBe(true)
        }
        const expected = few.some(
          (each) => contains(each.scope, asked.scope) && allows(each.role, what.toLowerCase(), isData),
        )
        expect(isAllowed).toBe(expected)
      }),
      { numRuns: fuzzRuns(500) },
    )
  })
})

describe('a pattern of actions', () => {
  const text = fc
    .array(fc.constantFrom('a', 'b', '/', '*', '/*/'), { minLength: 1, maxLength: 6 })
    .map((all) => all.join(''))
  const action = fc.array(fc.constantFrom('a', 'b', '/'), { minLength: 1, maxLength: 8 }).map((all) => all.join(''))
  const readable = text.filter((each) => each.split('/*/').length <= 5)

  it('matches as the regular expression of the same meaning does', () => {
    fc.assert(
      fc.property(readable, action, (pattern, word) => {
        const expression = pattern
          .split('/*/')
          .map((part) => part.replaceAll('*', '.*'))
          .join('/(?:.*/)?')
        expect(matches(parsePattern(pattern), word)).toBe(new RegExp(`^${expression}$`).test(word))
      }),
      { numRuns: fuzzRuns(2_000) },
    )
  })

  it('covers another only when it has every action of it, and is apart only from one it shares none with', () => {
    fc.assert(
      fc.property(readable, readable, action, (one, other, word) => {
        const [wide, narrow] = [parsePattern(one), parsePattern(other)]
        if (covers(wide, narrow) && matches(narrow, word)) expect(matches(wide, word)).toBe(true)
        if (areApart(wide, narrow)) expect(matches(wide, word) && matches(narrow, word)).toBe(false)
      }),
      { numRuns: fuzzRuns(2_000) },
    )
  })

  it.each(['', 'a b', 'a?', 'ä', 'a'.repeat(301), '/*/*/*/*/*/*/*/*/*/*/'])('is refused as %j', (wrong) => {
    expect(() => parsePattern(wrong)).toThrow(expect.objectContaining({ code: 'invalid_request' }))
  })

  it('takes no longer than a moment on a word made against it (SEC-155)', () => {
    const pattern = parsePattern(`${'*a'.repeat(100)}b`)
    expect(matches(pattern, 'a'.repeat(300))).toBe(false)
  })
})

describe('who holds all of a role', () => {
  it.each([
    ['Owner', 'Contributor', true],
    ['Owner', 'Owner', true],
    ['Owner', 'User Access Administrator', true],
    ['Owner', 'Key Vault Secrets User', false],
    ['Contributor', 'Owner', false],
    ['Contributor', 'Contributor', true],
    ['Contributor', 'Reader', true],
    ['Contributor', 'User Access Administrator', false],
    ['User Access Administrator', 'Reader', true],
    ['User Access Administrator', 'Contributor', false],
    ['Key Vault Administrator', 'Key Vault Secrets User', true],
    ['Key Vault Secrets User', 'Key Vault Secrets Officer', false],
  ])('by %s of %s: %s (SEC-31)', (own, wanted, expected) => {
    expect(holdsAll([held(builtIn(own), subscription)], builtIn(wanted), parseScope(group))).toBe(expected)
    expect(holdsAll([held(builtIn(own), vault)], builtIn(wanted), parseScope(group))).toBe(false)
  })

  it('is nobody who lacks one action that the role allows (SEC-31)', () => {
    const piece = fc.constantFrom('a/*', '*', 'a/b', '*/b', 'a/*/b', 'c/*')
    const list = fc.array(piece, { maxLength: 3 })
    const permission = fc.record({ actions: list, notActions: list, dataActions: list, notDataActions: list })
    const action = fc.constantFrom('a/b', 'a/c', 'c/b', 'a/x/b', 'c/d/b', 'b')
    fc.assert(
      fc.property(permission, permission, action, fc.boolean(), (own, wanted, word, isData) => {
        const [mine, theirs] = [role(own), role(wanted)]
        if (!holdsAll([held(mine, '/')], theirs, parseScope('/'))) return
        if (allows(theirs, word, isData)) expect(allows(mine, word, isData)).toBe(true)
      }),
      { numRuns: fuzzRuns(2_000) },
    )
  })
})
