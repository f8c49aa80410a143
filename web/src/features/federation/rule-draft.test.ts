import { describe, expect, test } from 'vitest'
import { draftOf, emptyDraft, type RuleDraft, ruleOf, trustOf } from './rule-draft.ts'
import { exampleRule } from './testing/examples.ts'

const kubernetes: RuleDraft = {
  ...emptyDraft,
  name: 'cluster',
  issuer: ' https://oidc.example/cluster/ ',
  namespace: 'shop',
  serviceAccount: 'payments',
}
const github: RuleDraft = { ...emptyDraft, preset: 'github', name: 'deploy', repository: 'contoso/shop' }

function faultsOf(draft: RuleDraft) {
  const read = ruleOf(draft)
  return 'faults' in read ? Object.keys(read.faults) : []
}

describe('a rule from its preset', () => {
  test('names one service account of a cluster; a slash at the end of the issuer stays', () => {
    expect(ruleOf(kubernetes)).toEqual({
      rule: {
        name: 'cluster',
        issuer: 'https://oidc.example/cluster/',
        match: 'exact',
        subject: 'system:serviceaccount:shop:payments',
        audiences: ['api://AzureADTokenExchange'],
        keys: { source: 'discovery' },
      },
    })
  })

  test.each([
    ['branch', 'main', 'repo:contoso/shop:ref:refs/heads/main'],
    ['tag', 'v1', 'repo:contoso/shop:ref:refs/tags/v1'],
    ['environment', 'prod', 'repo:contoso/shop:environment:prod'],
    ['pull-request', '', 'repo:contoso/shop:pull_request'],
  ] as const)('names what of a GitHub repository may run: %s', (entity, entityName, subject) => {
    expect(trustOf({ ...github, entity, entityName }).subject).toBe(subject)
    expect(faultsOf({ ...github, entity, entityName })).toEqual([])
  })

  test('takes one audience a line', () => {
    const read = ruleOf({ ...kubernetes, audiences: ' one \n\ntwo' })
    expect('rule' in read && read.rule.audiences).toEqual(['one', 'two'])
  })

  test('is what was stored, when it is changed', () => {
    const { name, issuer, match, subject, audiences, keys } = exampleRule
    expect(ruleOf(draftOf(exampleRule))).toEqual({ rule: { name, issuer, match, subject, audiences, keys } })
  })
})

describe('what is wrong with a rule', () => {
  test.each([
    [{ ...kubernetes, name: ' ' }, ['name']],
    [{ ...kubernetes, issuer: 'http://oidc.example' }, ['issuer']],
    [{ ...kubernetes, issuer: 'https://oidc.example/?a=b' }, ['issuer']],
    [{ ...kubernetes, serviceAccount: '' }, ['serviceAccount']],
    [{ ...kubernetes, namespace: 'a:b' }, ['namespace']],
    [{ ...kubernetes, audiences: '\n' }, ['audiences']],
    [{ ...github, repository: 'contoso' }, ['repository']],
    [{ ...github, repository: 'contoso/shop:ref' }, ['repository']],
    [{ ...github, entityName: ' ' }, ['entityName']],
    [{ ...emptyDraft, preset: 'other', name: 'x', issuer: 'https://a.example', subject: ' ' }, ['subject']],
  ] as const)('is said at its field (%#)', (draft, fields) => {
    expect(faultsOf(draft)).toEqual(fields)
  })

  test.each(['', 'no JSON', '[]', '{"keys":[]}', '{"keys":[{"kty":"oct"}]}'])(
    'pinned keys are a key set: %s',
    (jwks) => {
      expect(faultsOf({ ...kubernetes, keySource: 'pinned', jwks })).toEqual(['jwks'])
    },
  )

  test('private keys are refused before they are sent anywhere', () => {
    const jwks = JSON.stringify({ keys: [{ kty: 'RSA', n: 'n', e: 'AQAB', d: 'secret' }] })
    const read = ruleOf({ ...kubernetes, keySource: 'pinned', jwks })
    expect('faults' in read && read.faults.jwks).toMatch(/private key/)
  })

  test('public keys that are pinned are kept as they are', () => {
    const keys = [{ kty: 'RSA', kid: 'a', n: 'n', e: 'AQAB' }]
    const read = ruleOf({ ...kubernetes, keySource: 'pinned', jwks: JSON.stringify({ keys }) })
    expect('rule' in read && read.rule.keys).toEqual({ source: 'pinned', jwks: { keys } })
  })
})
