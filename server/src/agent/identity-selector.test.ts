import { describe, expect, it } from 'vitest'
import { type AssignedIdentity, readSelector, selectIdentity } from './identity-selector.ts'

const system: AssignedIdentity = { objectId: 'aa-1', clientId: 'cc-1', resourceId: null, kind: 'system' }
const user: AssignedIdentity = { objectId: 'aa-2', clientId: 'cc-2', resourceId: '/Subscriptions/S/uai', kind: 'user' }
const other: AssignedIdentity = {
  objectId: 'aa-3',
  clientId: 'cc-3',
  resourceId: '/subscriptions/s/other',
  kind: 'user',
}

describe('which identity a caller means (wire-protocol §2.1)', () => {
  it.each([
    ['the system identity without a selector', [user, system], '', true, system],
    ['the client ID in any case', [system, user], 'client_id=CC-2', true, user],
    ['the object ID', [system, user], 'object_id=aa-2', true, user],
    ['its alias principal_id', [system, user], 'principal_id=aa-1', false, system],
    ['the ARM identifier in any case', [system, user], 'msi_res_id=/subscriptions/s/UAI', true, user],
    ['its alias mi_res_id', [system, user], 'mi_res_id=/subscriptions/S/uai', false, user],
    ['the only user-assigned identity on IMDS', [user], '', true, user],
  ])('takes %s', (_title, assigned, query, fallBack, expected) => {
    expect(selectIdentity(assigned, readSelector(new Map(new URLSearchParams(query))), fallBack)).toBe(expected)
  })

  it.each([
    ['a selector that matches nothing', [system], 'client_id=zz', true, 'identity_not_found'],
    ['a selector of the wrong kind', [system], 'client_id=aa-1', true, 'identity_not_found'],
    ['an empty ARM identifier', [system], 'msi_res_id=', true, 'identity_not_found'],
    ['no identity at all', [], '', true, 'identity_not_found'],
    ['only a user-assigned identity on App Service', [user], '', false, 'identity_not_found'],
    ['several user-assigned identities', [user, other], '', true, 'invalid_request'],
    ['two selectors', [system], 'client_id=cc-1&object_id=aa-1', true, 'invalid_request'],
    ['two selectors that agree', [user], 'msi_res_id=x&mi_res_id=x', true, 'invalid_request'],
  ])('refuses %s', (_title, assigned, query, fallBack, code) => {
    const select = () => selectIdentity(assigned, readSelector(new Map(new URLSearchParams(query))), fallBack)
    expect(select).toThrow(expect.objectContaining({ code }))
  })

  it('is not fooled by names of the object prototype', () => {
    expect(
      readSelector(
        new Map([
          ['constructor', 'x'],
          ['__proto__', 'y'],
        ]),
      ),
    ).toBeUndefined()
  })
})
