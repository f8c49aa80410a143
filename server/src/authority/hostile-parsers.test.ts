import { selectorParameters } from '@signet/shared/wire/managed-identity'
import { jwtBearer } from '@signet/shared/wire/oauth'
import fc from 'fast-check'
import { describe, it } from 'vitest'
import { fuzzParser } from '../../test/fuzz.ts'
import { readSelector, selectIdentity } from '../agent/identity-selector.ts'
import { uniquePairs } from '../platform/http/body.ts'
import { splitTarget } from '../platform/http/hardening.ts'
import { type FederatedRule, isOfSubject } from '../principals/index.ts'
import { resourceOfScope, resourceOfV1 } from './audience.ts'
import { checkClaims, readAssertion } from './client-assertion.ts'
import { clientCredentialsOf } from './client-credentials.ts'
import { checkFederatedTimes, isFederated, readFederated, trustFor } from './federated-assertion.ts'
import { issuerOf } from './issuer.ts'
import { type CompactJws, parseJws } from './jws.ts'

const clientId = 'bbbbbbbb-0000-4000-8000-000000000001'
const armId = `/subscriptions/${clientId}/resourceGroups/Default/providers/Microsoft.ManagedIdentity/userAssignedIdentities/u`
const issuer = issuerOf({
  authorityUrl: 'https://login.signet.test',
  tenantId: '11111111-2222-4333-8444-555555555555',
  tenantDomain: 'signet.local',
})

const anyText = fc.string({ unit: 'binary', maxLength: 80 })
/** A good value, pieces of it put elsewhere, or anything. */
const textLike = (...good: string[]) =>
  fc.oneof(
    fc.constantFrom(...good),
    anyText,
    fc
      .tuple(fc.constantFrom(...good), fc.nat(80), anyText)
      .map(([text, at, more]) => text.slice(0, at) + more + text.slice(at)),
  )
const anything = fc.oneof(fc.jsonValue({ maxDepth: 3 }), fc.double(), anyText)

const names = [
  'client_id',
  'client_secret',
  'client_assertion',
  'client_assertion_type',
  'scope',
  'resource',
  'grant_type',
]
const values = [clientId, jwtBearer, 'https://vault.azure.net/.default openid', 'a.b.c', '%', '+']
const pairs = (name: fc.Arbitrary<string>, value: fc.Arbitrary<string>) =>
  fc.array(fc.tuple(name, value), { maxLength: 8 }).map((all) => all.map((pair) => pair.join('=')).join('&'))
const forms = fc.oneof(anyText, pairs(textLike(...names), textLike(...values)))

const encode = (value: unknown) =>
  Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url')
const header = { alg: 'RS256', typ: 'JWT', 'x5t#S256': Buffer.alloc(32, 7).toString('base64url') }
const payload = { iss: clientId, sub: clientId, aud: issuer.v2, jti: 'j', exp: 1_000, nbf: 900, iat: 900 }
const changed = (members: object, more: string[]) =>
  fc
    .dictionary(fc.constantFrom(...Object.keys(members), ...more), anything, { maxKeys: 3 })
    .map((change) => ({ ...members, ...change }))
const heads = changed(header, ['kid', 'x5t', 'x5c', 'crit', 'jwk', '__proto__'])
const bodies = fc.oneof(
  changed(payload, ['__proto__', 'constructor']),
  changed({ ...payload, iss: 'https://issuer.test', aud: 'api://AzureADTokenExchange' }, ['environment']),
)

const expression = "claims['environment'] matches 'pr*d?' and claims['sub'] eq 'it''s me'"
const rules: FederatedRule[] = (
  [
    ['exact', clientId],
    ['prefix', 'bbbb'],
    ['expression', expression],
  ] as const
).map(([match, subject]) => ({
  issuer: 'https://issuer.test',
  match,
  subject,
  audiences: ['api://AzureADTokenExchange'],
}))

function readToken(jws: CompactJws): void {
  if (!isFederated(jws)) {
    const { claims } = readAssertion(jws)
    checkClaims(claims, { clientId, issuer, isAgentHeld: false, longAssertions: false, nowSeconds: 950 })
    return
  }
  const read = readFederated(jws)
  checkFederatedTimes(read, 950)
  trustFor(read, rules)
}

describe('parsers of what callers send (SEC-187)', () => {
  it('the form of a token request, and its Authorization header', () => {
    const basic = fc.oneof(
      fc.constant(undefined),
      anyText,
      textLike(`${clientId}:secret`).map((pair) => `Basic ${Buffer.from(pair).toString('base64')}`),
    )
    fuzzParser(fc.tuple(forms, basic), ([body, authorization]) => {
      const form = uniquePairs(body)
      clientCredentialsOf(form, authorization)
      resourceOfScope(form.get('scope'))
      resourceOfV1(form.get('resource'))
    })
  })

  it('a compact JWS', () => {
    const good = `${encode(header)}.${encode(payload)}.c2ln`
    const part = fc.oneof(textLike(...good.split('.')), fc.json().map(encode))
    fuzzParser(
      fc.oneof(
        textLike(good),
        fc.array(part, { maxLength: 5 }).map((parts) => parts.join('.')),
      ),
      (token) => readToken(parseJws(token)),
    )
  })

  it('header and claims of an assertion, of the client itself and of an external issuer', () => {
    fuzzParser(fc.tuple(heads, bodies), ([head, body]) => readToken(parseJws(`${encode(head)}.${encode(body)}.c2ln`)))
  })

  it('the expression of a federated credential, and the claims it is held against', () => {
    const term = fc
      .tuple(textLike('sub', 'environment'), fc.constantFrom('eq', 'matches', 'is'), textLike('it', '*a?*', "''"))
      .map(([claim, operator, value]) => `claims['${claim}'] ${operator} '${value}'`)
    const written = fc.oneof(
      textLike(expression),
      fc.array(term, { maxLength: 12 }).map((terms) => terms.join(' and ')),
    )
    fuzzParser(fc.tuple(written, bodies), ([subject, claims]) => {
      isOfSubject({ match: 'expression', subject }, claims)
    })
  })

  it('the path and query of a request', () => {
    const targets = fc.oneof(
      anyText,
      fc.tuple(textLike('/metadata//identity/oauth2/token/', '/?'), forms).map((two) => two.join('?')),
    )
    fuzzParser(targets, (target) => {
      const { query } = splitTarget(target)
      resourceOfV1(uniquePairs(query).get('resource'))
    })
  })

  it('the resource ID that selects an identity', () => {
    const own = { objectId: clientId, clientId, resourceId: armId, kind: 'user' } as const
    const selectors = pairs(
      textLike(...Object.keys(selectorParameters)),
      textLike(encodeURIComponent(armId), armId.toUpperCase()),
    )
    fuzzParser(selectors, (query) => selectIdentity([own], readSelector(uniquePairs(query)), true))
  })
})
