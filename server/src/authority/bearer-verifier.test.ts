import { createPublicKey, generateKeyPairSync, sign } from 'node:crypto'
import { AudienceId } from '@signet/shared/vocabulary/identifiers'
import fc from 'fast-check'
import { SignJWT } from 'jose'
import { describe, expect, it } from 'vitest'
import { FakeClock } from '../platform/clock.ts'
import { BearerVerifier } from './bearer-verifier.ts'
import { issuerOf } from './issuer.ts'
import type { ResourceApp } from './resource-apps.ts'

const tenantId = '11111111-2222-4333-8444-555555555555'
const issuer = issuerOf({ authorityUrl: 'https://login.signet.test', tenantId, tenantDomain: 'signet.local' })
const resource = 'https://vault.azure.net'
const app: ResourceApp = {
  id: AudienceId.parse('cccccccc-0000-4000-8000-000000000001'),
  appId: 'app-id',
  uri: resource,
  name: 'v',
  tokenVersion: 1,
  lifetimeSeconds: null,
  builtIn: false,
  enabled: true,
  assignmentRequired: false,
  clientCapabilities: false,
  roles: [],
  version: 1,
  createdAt: 0,
}
const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
const stranger = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey
const clock = new FakeClock()
const now = Math.floor(clock.now() / 1_000)
const jwk = { kty: 'RSA', use: 'sig', kid: 'k1', x5t: 'k1', n: '', e: '', x5c: [''] } satisfies Record<string, unknown>
const verifier = new BearerVerifier({
  keys: {
    published: [
      { kid: 'k1', publicKey: createPublicKey(privateKey), jwk: { ...jwk, kty: 'RSA', use: 'sig', x5c: [''] } },
    ],
  },
  issuer,
  resources: { find: (uri) => (uri === resource ? app : undefined) },
  clock,
})
const claims = { iss: issuer.v1, aud: resource, tid: tenantId, ver: '1.0', nbf: now - 300, exp: now + 3_600 }
const v2 = { ...claims, iss: issuer.v2, ver: '2.0', aud: app.appId }

function token(
  more: Record<string, unknown> = {},
  header: Record<string, unknown> = {},
  key = privateKey,
): Promise<string> {
  return new SignJWT({ ...claims, ...more }).setProtectedHeader({ alg: 'RS256', kid: 'k1', ...header }).sign(key)
}

const failures = (text: string, audience = resource) =>
  verifier
    .verify(text, audience)
    .checks.filter(({ ok }) => !ok)
    .map(({ name }) => name)

describe('a token is judged by signature, issuer, audience and times (SEC-85)', () => {
  it('passes as jose made it, and is shown decoded', async () => {
    const { header, claims: shown, checks } = verifier.verify(await token(), resource)
    expect(checks.map(({ name, ok }) => [name, ok])).toEqual([
      ['signature', true],
      ['issuer', true],
      ['audience', true],
      ['validity', true],
    ])
    expect([header, shown]).toEqual([{ alg: 'RS256', kid: 'k1' }, claims])
  })

  it('passes as v2, whose audience is the application', async () => {
    expect(failures(await token(v2))).toEqual([])
  })

  it.each<[string, () => Promise<string> | string, string[]]>([
    ['under another key', () => token({}, {}, stranger), ['signature']],
    ['under a kid nobody published', () => token({}, { kid: 'k2' }), ['signature']],
    ['with PS256', () => token({}, { alg: 'PS256' }), ['signature']],
    ['of another issuer', () => token({ iss: `${issuer.v1}x` }), ['issuer']],
    ['of the v2 issuer as v1', () => token({ iss: issuer.v2 }), ['issuer']],
    ['of another tenant (SEC-86)', () => token({ tid: 'other' }), ['issuer']],
    ['for another audience', () => token({ aud: `${resource}.evil.test` }), ['audience']],
    ['for a list of audiences', () => token({ aud: [resource] }), ['audience']],
    ['of v2 for another application', () => token({ ...v2, aud: 'other' }), ['audience']],
    ['not valid yet', () => token({ nbf: now + 301 }), ['validity']],
    ['expired', () => token({ exp: now }), ['validity']],
    ['without exp', () => token({ exp: 'soon' }), ['validity']],
    ['wrong in every way', () => 'x', ['signature', 'issuer', 'audience', 'validity']],
  ])('fails %s', async (_name, make, failed) => {
    expect(failures(await make())).toEqual(failed)
  })

  it('fails with alg none, and with a public key used as an HMAC secret', () => {
    const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
    expect(failures(`${encode({ alg: 'none', kid: 'k1' })}.${encode(claims)}.`)).toEqual(['signature'])
    expect(failures(`${encode({ alg: 'HS256', kid: 'k1' })}.${encode(claims)}.AAAA`)).toEqual(['signature'])
  })

  it('fails when a part hangs on, or one byte is another', async () => {
    const good = await token()
    expect(failures(`${good}.AAAA`)).toEqual(['signature'])
    const [header, , signature] = good.split('.')
    const payload = Buffer.from(JSON.stringify({ ...claims, oid: 'other' })).toString('base64url')
    expect(failures(`${header}.${payload}.${signature}`)).toEqual(['signature'])
  })

  it('never throws, whatever it is given, also for an audience nobody registered', async () => {
    expect(failures(await token(v2), 'https://unknown.test')).toEqual(['audience'])
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.json(), fc.json(), fc.string(), (noise, head, body, audience) => {
        const input = [head, body].map((part) => Buffer.from(part).toString('base64url')).join('.')
        const signed = `${input}.${sign('sha256', Buffer.from(input), stranger).toString('base64url')}`
        expect(failures(noise, audience)).toContain('signature')
        expect(failures(signed, audience)).toContain('signature')
      }),
      { numRuns: 50 },
    )
  })
})
