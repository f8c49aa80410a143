import { describe, expect, it } from 'vitest'
import { differencesBetween, draftOf, emptyRole, roleFaults, wishOf } from './role-draft.ts'
import { exampleRole } from './testing/examples.ts'

const draft = { ...emptyRole, name: 'Starter', actions: 'Microsoft.Compute/*/read' }

describe('a role as it is typed', () => {
  it('is one entry per line, and the same again', () => {
    expect(wishOf({ ...draft, actions: ' a/read \n\n b/read' }).permission.actions).toEqual(['a/read', 'b/read'])
    const { name, description, permission, assignableScopes } = exampleRole
    expect(wishOf(draftOf(exampleRole))).toEqual({ name, description, permission, assignableScopes })
  })

  it.each([
    [{}, {}],
    [{ name: ' ' }, { name: 'Give it a name.' }],
    [{ actions: '' }, { actions: 'A role that allows nothing is of no use.' }],
    [{ actions: 'a/read\nb c' }, { actions: 'Line 2: letters, digits and * . _ - /' }],
    [{ assignableScopes: '' }, { assignableScopes: 'Say where it can be given; / is everywhere.' }],
    [{ assignableScopes: '/\nrg' }, { assignableScopes: 'Line 2: a resource ID begins with a slash.' }],
  ])('%j has the faults %j', (change, faults) => expect(roleFaults({ ...draft, ...change })).toEqual(faults))

  it('differs from what is in force by what was typed', () => {
    const changed = differencesBetween(exampleRole, { ...draftOf(exampleRole), description: 'Another' })
    expect(changed.filter(({ before, after }) => before !== after).map(({ after }) => after)).toEqual(['Another'])
  })
})
