import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto'
import type { ErrorCode } from '@signet/shared/errors'
import { hourMs, minuteMs, secondMs } from '@signet/shared/vocabulary/time'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { SignetError } from '../platform/signet-error.ts'
import type { GatedService } from './service-gate.ts'
import {
  addClient,
  askToken,
  form,
  openTestAuthority,
  type TestAuthority,
  type TestClient,
  tenantId,
} from './testing/test-authority.ts'

const vaultUrl = 'https://vault.signet.test:7421'
let authority: TestAuthority
let client: TestClient

beforeAll(async () => {
  authority = await openTestAuthority({ names: { audienceNames: new Map([[vaultUrl, 'https://vault.azure.net']]) } })
})
afterAll(() => authority.close())
beforeEach(async () => {
  client = await addClient(authority)
})

async function tokenFor(scope: string, more: Record<string, string> = {}): Promise<string> {
  const assertion = client.assertion(client.header(), client.claims(authority.clock.now()))
  const { body } = await askToken(authority, form(client, assertion, { scope: `${scope}/.default`, ...more }))
  return String(body['access_token'])
}

const admit = (token: string, service: GatedService = 'vault') =>
  authority.authority.gate.admit(`Bearer ${token}`, service)

async function refusalOf(admission: Promise<unknown>): Promise<ErrorCode | undefined> {
  try {
    await admission
    return undefined
  } catch (error) {
    if (error instanceof SignetError) return error.code
    throw error
  }
}

/** A token with the claims and header of a good one but for those given, signed with the authority's own key or another. */
async function forged(change: {
  claims?: Record<string, unknown>
  header?: Record<string, unknown>
  key?: KeyObject
  signature?: string
}): Promise<string> {
  const [head = '', body = ''] = (await tokenFor('https://vault.azure.net')).split('.')
  const read = (text: string) => JSON.parse(Buffer.from(text, 'base64url').toString('utf8')) as Record<string, unknown>
  const write = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const input = `${write({ ...read(head), ...change.header })}.${write({ ...read(body), ...change.claims })}`
  if (change.signature !== undefined) return `${input}.${change.signature}`
  const own = authority.authority.keys.signer(true)
  return `${input}.${change.key ? sign('sha256', Buffer.from(input), change.key).toString('base64url') : await own(input)}`
}

function changePrincipal(change: Partial<TestClient['principal']>): void {
  client.principal = { ...client.principal, ...change }
  authority.authority.forget(client.principal.objectId)
}

describe('a token opens the service that it is for (SEC-85)', () => {
  it.each<[GatedService, string]>([
    ['vault', 'https://vault.azure.net'],
    ['vault', 'https://vault.azure.net/'],
    ['vault', 'cfa8b339-82a2-471a-a3c9-0fc0be7a4093'],
    ['vault', vaultUrl],
    ['management', 'https://management.azure.com/'],
    ['management', 'https://management.core.windows.net'],
    ['graph', 'https://graph.microsoft.com'],
  ])('%s, asked for as %s, and says whose it is', async (service, scope) => {
    const { principal, uti, claims } = await admit(await tokenFor(scope), service)
    expect([principal.objectId, claims['uti']]).toEqual([client.principal.objectId, uti])
    expect(authority.authority.log.byUti(uti)?.principalId).toBe(client.principal.objectId)
  })

  it('whatever the case of the scheme', async () => {
    const token = await tokenFor('https://vault.azure.net')
    await expect(authority.authority.gate.admit(`bearer  ${token}`, 'vault')).resolves.toBeTruthy()
  })
})

const stranger = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey
const epochNow = () => Math.floor(authority.clock.now() / 1_000)

describe('what emulators let pass is refused (SEC-84, SEC-85, SEC-86)', () => {
  it.each<[string, ErrorCode, string | undefined]>([
    ['no header', 'bearer_missing', undefined],
    ['another scheme', 'bearer_missing', 'Basic c2lnbmV0'],
    ['nothing after the scheme', 'bearer_invalid', 'Bearer '],
    ['any word', 'bearer_invalid', 'Bearer let-me-in'],
    ['two tokens', 'bearer_invalid', 'Bearer a.b.c d.e.f'],
    ['a token of 17 kB', 'bearer_invalid', `Bearer ${'a'.repeat(17_000)}`],
  ])('%s: %s', async (_what, code, authorization) => {
    expect(await refusalOf(authority.authority.gate.admit(authorization, 'vault'))).toBe(code)
  })

  it.each<[string, ErrorCode, () => Parameters<typeof forged>[0]]>([
    ['a token without a signature', 'bearer_invalid', () => ({ signature: '' })],
    ['alg none', 'bearer_invalid', () => ({ header: { alg: 'none' }, signature: '' })],
    ['HS256 under the public key', 'bearer_invalid', () => ({ header: { alg: 'HS256' } })],
    ['a foreign key', 'bearer_invalid', () => ({ key: stranger })],
    ['a kid that is nobody’s', 'bearer_invalid', () => ({ header: { kid: 'a'.repeat(27) }, key: stranger })],
    ['another type of token', 'bearer_invalid', () => ({ header: { typ: 'logout+jwt' } })],
    ['another tenant', 'bearer_tenant_wrong', () => ({ claims: { tid: 'aaaaaaaa-2222-4333-8444-555555555555' } })],
    ['another issuer', 'bearer_issuer_wrong', () => ({ claims: { iss: `https://sts.windows.net/${tenantId}/` } })],
    ['the issuer of the other version', 'bearer_issuer_wrong', () => ({ claims: { ver: '2.0' } })],
    ['an audience that only begins like it', 'bearer_audience_wrong', () => ({ claims: { aud: `${vaultUrl}.evil` } })],
    ['the audience in another case', 'bearer_audience_wrong', () => ({ claims: { aud: 'https://VAULT.azure.net' } })],
    ['several audiences', 'bearer_audience_wrong', () => ({ claims: { aud: ['https://vault.azure.net'] } })],
    ['no audience', 'bearer_audience_wrong', () => ({ claims: { aud: undefined } })],
    ['no end', 'bearer_invalid', () => ({ claims: { exp: undefined } })],
    ['an end in words', 'bearer_invalid', () => ({ claims: { exp: '9999999999' } })],
    ['an end that has come', 'bearer_expired', () => ({ claims: { exp: epochNow() } })],
    ['a beginning that has not', 'bearer_expired', () => ({ claims: { nbf: epochNow() + 301 } })],
    ['no unique ID', 'bearer_invalid', () => ({ claims: { uti: undefined } })],
    ['no client', 'bearer_invalid', () => ({ claims: { appid: undefined } })],
    ['a client that does not exist', 'bearer_revoked', () => ({ claims: { appid: tenantId } })],
    ['the principal of another client', 'bearer_revoked', () => ({ claims: { oid: tenantId } })],
  ])('%s: %s', async (_what, code, change) => {
    expect(await refusalOf(admit(await forged(change())))).toBe(code)
  })

  it('the token of another service', async () => {
    const token = await tokenFor('https://management.azure.com')
    expect(await refusalOf(admit(token))).toBe('bearer_audience_wrong')
    expect(await refusalOf(admit(token, 'graph'))).toBe('bearer_audience_wrong')
    expect(await refusalOf(admit(await tokenFor('https://storage.azure.com')))).toBe('bearer_audience_wrong')
  })

  it('an assertion of a client, and the content of a token file, are no tokens', async () => {
    const own = client.assertion(
      client.header(),
      client.claims(authority.clock.now(), { aud: 'https://vault.azure.net' }),
    )
    expect(await refusalOf(admit(own))).toBe('bearer_invalid')
    client = await addClient(authority, { keyLocation: 'agent' })
    const file = await tokenFor('api://AzureADTokenExchange')
    expect(file.split('.')).toHaveLength(3)
    expect(await refusalOf(admit(file))).toBe('bearer_invalid')
  })

  it('what a refusal says repeats foreign words as printable ASCII alone', async () => {
    const token = await forged({ claims: { aud: 'evil\r\nWWW-Authenticate: Ü' } })
    await expect(admit(token)).rejects.toMatchObject({
      detail: 'Expected https://vault.azure.net, found: evil??WWW-Authenticate: ?.',
    })
  })
})

describe('a token ends with the right to use it (SEC-45)', () => {
  it('a pause is felt at once, and the end of it too', async () => {
    const token = await tokenFor('https://vault.azure.net')
    changePrincipal({ state: 'suspended' })
    expect(await refusalOf(admit(token))).toBe('bearer_revoked')
    changePrincipal({ state: 'enabled' })
    expect(await refusalOf(admit(token))).toBeUndefined()
  })

  it('after a revocation only what was issued since is good', async () => {
    const before = await tokenFor('https://vault.azure.net')
    authority.clock.advance(minuteMs)
    changePrincipal({ tokensRevokedAt: authority.clock.now() })
    authority.clock.advance(secondMs)
    const after = await tokenFor('https://vault.azure.net')
    expect(await refusalOf(admit(before))).toBe('bearer_revoked')
    expect(await refusalOf(admit(after))).toBeUndefined()
  })

  it('one of a deleted identity is refused', async () => {
    const token = await tokenFor('https://vault.azure.net')
    changePrincipal({ state: 'deleted' })
    expect(await refusalOf(admit(token))).toBe('bearer_revoked')
  })

  it('after an emergency the tokens under the revoked key are refused as revoked, so that clients ask for others', async () => {
    const token = await tokenFor('https://vault.azure.net')
    const { keys } = authority.authority
    const context = { actor: { kind: 'system', id: null, label: 'test' } as const, correlationId: tenantId, ip: null }
    await keys.revokeActive(context, keys.activeKid, undefined)
    expect(await refusalOf(admit(token))).toBe('bearer_revoked')
    expect(await refusalOf(admit(await tokenFor('https://vault.azure.net')))).toBeUndefined()
  })

  it('one whose time is over says so, and not that it was revoked', async () => {
    const token = await tokenFor('https://vault.azure.net')
    authority.clock.advance(hourMs)
    expect(await refusalOf(admit(token))).toBe('bearer_expired')
  })
})
