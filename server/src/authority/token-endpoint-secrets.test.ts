import { createHash, randomUUID } from 'node:crypto'
import { CredentialId } from '@signet/shared/vocabulary/identifiers'
import { decodeJwt } from 'jose'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  type Answer,
  addClient,
  askToken,
  form,
  openTestAuthority,
  resource,
  type TestAuthority,
  type TestClient,
  tenantId,
} from './testing/test-authority.ts'

let authority: TestAuthority
let client: TestClient
const value = 'the-Value_of~a secret+ü'

beforeAll(async () => {
  authority = await openTestAuthority()
  client = await addClient(authority, { kind: 'app', ec: true })
  client.secrets = [secret('other'), secret(value)]
})
afterAll(() => authority.close())

function secret(text: string, expiresAt = authority.clock.now() + 60_000) {
  return { id: CredentialId.parse(randomUUID()), sha256: createHash('sha256').update(text).digest(), expiresAt }
}

const inForm = (given: string | null, more: Record<string, string | null> = {}) =>
  askToken(authority, form(client, '', { client_assertion: null, client_secret: given, ...more }))
const encoded = (text: string) => new URLSearchParams({ text }).toString().slice('text='.length)
const inHeader = (given: string, more: Record<string, string | null> = {}) => {
  const pair = `${encoded(client.principal.clientId)}:${encoded(given)}`
  const headers = { authorization: `Basic ${Buffer.from(pair).toString('base64')}` }
  return askToken(authority, form(client, '', { client_assertion: null, client_id: null, ...more }), { headers })
}
const codeOf = ({ status, body }: Answer) => [status, body.error, ...(body.error_codes ?? [])]
const claimsOf = ({ body }: Answer) => decodeJwt(String(body['access_token']))

describe('a client secret', () => {
  it('brings a token whose appidacr is 1, in the form and by HTTP Basic (SEC-70)', async () => {
    for (const answer of [
      await inForm(value),
      await inHeader(value),
      await inHeader(value, { client_id: client.principal.clientId }),
    ]) {
      expect(answer.status).toBe(200)
      expect(claimsOf(answer)).toMatchObject({
        aud: resource,
        appid: client.principal.clientId,
        appidacr: '1',
        idtyp: 'app',
      })
      expect(claimsOf(answer)).not.toHaveProperty('xms_mirid')
    }
  })

  it('works again and again, at v1 and at the alias adfs too, and its use is told', async () => {
    const at = (path: string, more: Record<string, string | null>) =>
      askToken(authority, form(client, '', { client_assertion: null, client_secret: value, ...more }), { path })
    const v1 = await at(`/${tenantId}/oauth2/token`, { scope: null, resource })
    expect([v1.status, v1.body['resource'], v1.body['expires_in']]).toEqual([200, resource, '3600'])
    const adfs = await at('/adfs/oauth2/token', {})
    expect([adfs.status, adfs.body['expires_in']]).toEqual([200, 3_600])
    expect((await at('/adfs/oauth2/v2.0/token', {})).status).toBe(200)
    expect(authority.used).toContain(client.secrets[1]?.id)
  })

  it('that is wrong is refused with 7000215, and nothing tells how wrong it was (SEC-66)', async () => {
    for (const wrong of ['x', `${value} `, value.toUpperCase(), 'v'.repeat(1_001), client.secrets[1]?.id ?? '']) {
      expect(codeOf(await inForm(wrong))).toEqual([401, 'invalid_client', 7000215])
    }
    const answer = await inHeader('x')
    expect(codeOf(answer)).toEqual([401, 'invalid_client', 7000215])
    expect(answer.headers.get('www-authenticate')).toMatch(/^Basic/)
  })

  it('that has expired is refused with 7000222, from that instant on', async () => {
    client.secrets = [secret('short', authority.clock.now() + 1_000), ...client.secrets]
    authority.authority.forget(client.principal.objectId)
    expect((await inForm('short')).status).toBe(200)
    authority.clock.advance(1_000)
    expect(codeOf(await inForm('short'))).toEqual([401, 'invalid_client', 7000222])
  })

  it('of a paused application is refused with 7000112, and only to those who know it (SEC-81)', async () => {
    client.principal = { ...client.principal, state: 'suspended' }
    authority.authority.forget(client.principal.objectId)
    expect(codeOf(await inForm(value))).toEqual([401, 'unauthorized_client', 7000112])
    expect(codeOf(await inForm('wrong'))).toEqual([401, 'invalid_client', 7000215])
    client.principal = { ...client.principal, state: 'enabled' }
    authority.authority.forget(client.principal.objectId)
  })

  it('that was removed is refused on the very next request', async () => {
    const kept = client.secrets
    client.secrets = kept.slice(0, 1)
    authority.authority.forget(client.principal.objectId)
    expect(codeOf(await inForm(value))).toEqual([401, 'invalid_client', 7000215])
    client.secrets = kept
    authority.authority.forget(client.principal.objectId)
    expect((await inForm(value)).status).toBe(200)
  })

  it('of a managed identity does not exist: 7000232', async () => {
    const identity = await addClient(authority, { ec: true })
    const answer = await askToken(authority, form(identity, '', { client_assertion: null, client_secret: value }))
    expect(codeOf(answer)).toEqual([401, 'invalid_client', 7000232])
  })
})

describe('one method per request (SEC-70)', () => {
  it.each([
    ['two secrets', () => inHeader(value, { client_secret: value })],
    ['a secret beside an assertion', () => inForm(value, { client_assertion: 'x' })],
    ['two client IDs', () => inHeader(value, { client_id: randomUUID() })],
  ])('refuses %s', async (_name, ask) => {
    expect(codeOf(await ask())).toEqual([400, 'invalid_request', 7000218])
  })

  it.each(['Bearer x', 'Basic', 'Basic !!', `Basic ${Buffer.from('no colon').toString('base64')}`, 'Digest a="b"'])(
    'takes no Authorization header such as %j',
    async (authorization) => {
      const answer = await askToken(authority, form(client, '', { client_assertion: null }), {
        headers: { authorization },
      })
      expect(codeOf(answer)).toEqual([401, 'invalid_client', 7000218])
    },
  )
})
