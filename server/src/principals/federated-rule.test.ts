import { matchesPattern, parseClaimExpression } from '@signet/shared/federation/claim-expression'
import { isBroad, warningsOf } from '@signet/shared/federation/rule-breadth'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fuzzRuns } from '../../test/fuzz.ts'
import { type FederatedRule, isOfSubject } from './federated-rule.ts'

const rule = (match: FederatedRule['match'], subject: string, issuer = 'https://issuer.test'): FederatedRule => ({
  issuer,
  match,
  subject,
  audiences: ['api://AzureADTokenExchange'],
})
const github = 'https://token.actions.githubusercontent.com'

describe('the subject of a federated credential (SEC-189)', () => {
  it.each<[FederatedRule['match'], string, string, boolean]>([
    ['exact', 'a:b', 'a:b', true],
    ['exact', 'a:b', 'A:b', false],
    ['exact', 'a:*', 'a:b', false],
    ['prefix', 'repo:contoso/', 'repo:contoso/app', true],
    ['prefix', 'repo:contoso/', 'repo:contoso-evil/app', false],
    ['prefix', 'repo:contoso/', 'Repo:contoso/app', false],
    ['expression', "claims['sub'] eq 'a'", 'a', true],
    [
      'expression',
      "claims['sub'] matches 'repo:contoso/*:ref:refs/heads/?ain'",
      'repo:contoso/x:ref:refs/heads/main',
      true,
    ],
    ['expression', "claims['sub'] matches 'repo:contoso/*'", 'xrepo:contoso/', false],
    ['expression', "claims['sub'] eq 'it''s'", "it's", true],
    ['expression', 'nonsense', 'nonsense', false],
  ])('%s %s against %s: %s', (match, subject, sub, fits) => {
    expect(isOfSubject(rule(match, subject), { sub })).toBe(fits)
  })

  it('needs every term of an expression, and only of claims that are there and are text', () => {
    const both = rule('expression', "claims['sub'] matches '*' and claims['env'] eq 'prod'")
    expect(isOfSubject(both, { sub: 'x', env: 'prod' })).toBe(true)
    for (const env of [undefined, 'dev', 7, ['prod'], null]) expect(isOfSubject(both, { sub: 'x', env })).toBe(false)
    expect(isOfSubject(rule('expression', "claims['constructor'] matches '*'"), { sub: 'x' })).toBe(false)
  })

  it.each([
    ['', 0],
    ["claims['sub']", 0],
    ["claims['sub'] is 'a'", 0],
    ["claims['sub'] eq 'a' or claims['sub'] eq 'b'", 20],
    ["claims['sub'] eq 'a' and ", 20],
    ["claims['sub'] eq 'a", 0],
  ])('cannot be the expression %j, wrong from character %i on', (text, at) => {
    expect(parseClaimExpression(text)).toMatchObject({ at })
  })

  it('is matched as a regular expression of the pattern would, and quickly whatever the pattern (SEC-187)', () => {
    const letters = fc.string({ unit: fc.constantFrom('a', 'b'), maxLength: 12 })
    const patterns = fc.string({ unit: fc.constantFrom('a', 'b', '*', '?'), maxLength: 8 })
    fc.assert(
      fc.property(patterns, letters, (pattern, text) => {
        const same = new RegExp(`^${pattern.replaceAll('*', '[^]*').replaceAll('?', '[^]')}$`).test(text)
        expect(matchesPattern(pattern, text)).toBe(same)
      }),
      { numRuns: fuzzRuns(300) },
    )
    const began = performance.now()
    expect(matchesPattern(`${'*a'.repeat(200)}b`, 'a'.repeat(2_000))).toBe(false)
    expect(performance.now() - began).toBeLessThan(1_000)
  })
})

describe('a rule that trusts too much', () => {
  it.each<[string, FederatedRule, RegExp]>([
    ['a short prefix', rule('prefix', 'repo:'), /matches a great many/],
    ['a prefix without a separator', rule('prefix', 'repo:contoso/app'), /repo:contoso\/app-other/],
    ['a shared issuer without an owner', rule('prefix', 'repo:contoso', github), /does not say whose/],
    ['pull requests', rule('prefix', 'repo:contoso/app:', github), /pull requests/],
    ['anything', rule('expression', "claims['sub'] matches '*'"), /matches anything/],
    ['no subject', rule('expression', "claims['ref'] eq 'main'"), /does not look at sub/],
    ['a wildcard first', rule('expression', "claims['sub'] matches '*:main'"), /begins with a wildcard/],
    ['a star that is none', rule('exact', 'repo:contoso/*'), /mean nothing/],
  ])('is warned of: %s', (_name, wide, words) => {
    expect(warningsOf(wide).join(' ')).toMatch(words)
    expect(isBroad(wide)).toBe(wide.match !== 'exact')
  })

  it.each([
    rule('exact', 'system:serviceaccount:default:app'),
    rule('exact', 'repo:contoso/app:ref:refs/heads/main', github),
    rule('prefix', 'system:serviceaccount:default:'),
    rule('expression', "claims['sub'] matches 'repo:contoso/*:environment:prod'", github),
  ])('is not $match $subject', (narrow) => {
    expect(warningsOf(narrow)).toEqual([])
    expect(isBroad(narrow)).toBe(false)
  })
})
