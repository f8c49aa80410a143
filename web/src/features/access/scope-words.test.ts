import { describe, expect, it } from 'vitest'
import { covers, scopeWords, stepsTo } from './scope-words.ts'

const subscription = '/subscriptions/0b9e2b6c-1111-4222-8333-944455556666'
const vault = `${subscription}/resourceGroups/shop/providers/Microsoft.KeyVault/vaults/acme`

describe('the words for a scope', () => {
  it.each([
    ['/', 'the whole deployment'],
    [subscription, 'subscription 0b9e2b6c…'],
    [`${subscription}/resourcegroups/shop`, 'resource group shop'],
    [vault, 'vault acme'],
    [`${vault}/secrets/db`, 'secret db'],
    [`${subscription}/resourceGroups/shop/providers/Other.Things/kinds/one`, 'Other.Things/kinds one'],
    ['/nobody/knows', '/nobody/knows'],
  ])('of %s name what it is', (scope, words) => expect(scopeWords(scope)).toBe(words))

  it('are a way down, each step with its own ID', () => {
    expect(stepsTo(`${vault}/secrets/db`).map(({ scope }) => scope)).toEqual([
      '/',
      subscription,
      `${subscription}/resourceGroups/shop`,
      vault,
      `${vault}/secrets/db`,
    ])
  })
})

it.each([
  ['/', vault, true],
  [subscription.toUpperCase(), vault, true],
  [vault, vault, true],
  [vault, `${vault}0`, false],
  [vault, subscription, false],
])('%s covers %s: %s', (outer, inner, expected) => expect(covers(outer, inner)).toBe(expected))
