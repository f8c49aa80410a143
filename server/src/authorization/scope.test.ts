import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fuzzParser, fuzzRuns } from '../../test/fuzz.ts'
import { contains, parseScope } from './scope.ts'

const subscription = '/subscriptions/0b9e2b6c-1111-4222-8333-944455556666'
const group = `${subscription}/resourceGroups/Prod`
const machine = `${group}/providers/Microsoft.Compute/virtualMachines/web-01`
const secret = `${group}/providers/Microsoft.KeyVault/vaults/kv/secrets/db-password`

describe('a scope', () => {
  it.each(['/', subscription, group, machine, secret, `${subscription}/providers/Microsoft.Web/sites/a`])(
    'can be %s',
    (text) => expect(parseScope(text)).toEqual({ path: text, key: text.toLowerCase() }),
  )

  it.each([
    '',
    'subscriptions',
    '//',
    `${subscription}/`,
    `/${subscription}`,
    '/subscriptions',
    '/subscriptions/default',
    `${subscription}/resourceGroups`,
    `${group}/providers`,
    `${group}/providers/Microsoft.Compute/virtualMachines`,
    `${machine}/extensions`,
    `${group}/other/x`,
    `${group}/../default`,
    `${group}/.`,
    `${subscription}/resourceGroups/a%2fb`,
    `${subscription}/resourceGroups/a\\b`,
    `${subscription}/resourceGroups/a b`,
    `${subscription}/resourceGroups/...`,
    `${subscription}/resourceGroups/a\u0000`,
    `${subscription}/resourceGroups/${'a'.repeat(1_100)}`,
  ])('is refused as %s (SEC-117)', (text) => {
    expect(() => parseScope(text)).toThrow(expect.objectContaining({ code: 'invalid_request' }))
  })

  it('contains itself and what is below it, whatever the case, and nothing beside it (SEC-117)', () => {
    const chain = ['/', subscription, group, machine].map(parseScope)
    for (const [above, outer] of chain.entries()) {
      for (const [below, inner] of chain.entries()) expect(contains(outer, inner)).toBe(above <= below)
    }
    expect(contains(parseScope(group.toUpperCase()), parseScope(machine))).toBe(true)
    expect(contains(parseScope(group), parseScope(`${group}-2`))).toBe(false)
    expect(contains(parseScope(machine), parseScope(`${machine}0`))).toBe(false)
  })

  it('is contained in another when its segments begin with those of the other, for any segments', () => {
    const name = fc.stringMatching(/^[A-Za-z0-9_][A-Za-z0-9_.-]{0,5}$/)
    const place = fc
      .tuple(name, fc.array(fc.tuple(name, name), { minLength: 1, maxLength: 3 }))
      .map(([namespace, pairs]) => `${group}/providers/${namespace}/${pairs.flat().join('/')}`)
    fc.assert(
      fc.property(place, place, (one, other) => {
        const [outer, inner] = [one.toLowerCase().split('/'), other.toLowerCase().split('/')]
        const isPrefix = outer.every((segment, index) => inner[index] === segment)
        expect(contains(parseScope(one), parseScope(other))).toBe(isPrefix)
      }),
      { numRuns: fuzzRuns(300) },
    )
  })

  it('is read or refused, whatever it is made of (SEC-187)', () => {
    const piece = fc.constantFrom('/', 'subscriptions', subscription, 'providers', '..', '%2f', 'a', 'resourceGroups')
    fuzzParser(fc.array(fc.oneof(piece, fc.string({ unit: 'binary', maxLength: 5 })), { maxLength: 8 }), (pieces) =>
      parseScope(pieces.join('')),
    )
  })
})
