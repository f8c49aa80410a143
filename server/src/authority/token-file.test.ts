import { ObjectId } from '@signet/shared/vocabulary/identifiers'
import { tokenExchangeAudience } from '@signet/shared/wire/oauth'
import { decodeJwt, decodeProtectedHeader } from 'jose'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import {
  addClient,
  askToken,
  authorityUrl,
  form,
  openTestAuthority,
  resource,
  type TestAuthority,
  type TestClient,
  tenantId,
} from './testing/test-authority.ts'

let authority: TestAuthority
let client: TestClient

beforeAll(async () => {
  authority = await openTestAuthority({ tokenLifetimeSeconds: 86_400 })
})
beforeEach(async () => {
  client = await addClient(authority, { keyLocation: 'agent' })
  authority.holders.clear()
})
afterAll(() => authority.close())

const assertion = () => client.assertion(client.header(), client.claims(authority.clock.now()))
/** What an agent writes into a file. */
async function fileOf(): Promise<string> {
  const { body } = await askToken(authority, form(client, assertion(), { scope: `${tokenExchangeAudience}/.default` }))
  return String(body['access_token'])
}
const exchange = (content: string, as: TestClient = client, scope = `${resource}/.default`) =>
  askToken(authority, form(as, content, { scope }))
const codesOf = async (answer: ReturnType<typeof exchange>) => (await answer).body.error_codes
const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')

describe('the content of a token file', () => {
  it('names its identity and certificate, and lives for an hour at most, however long its tokens live', async () => {
    const claims = decodeJwt(await fileOf())
    expect(claims).toMatchObject({
      iss: `${authorityUrl}/${tenantId}/`,
      sub: client.principal.objectId,
      aud: tokenExchangeAudience,
      signet_x5t_s256: client.credential.x5tS256,
    })
    expect(Number(claims.exp)).toBe(Math.floor(authority.clock.now() / 1_000) + 3_600)
  })

  it('gets what the identity gets, as often as it is sent (SEC-189)', async () => {
    client = await addClient(authority, { keyLocation: 'agent', kind: 'user' })
    const instance = { id: 'i', resourceId: '/subscriptions/s/resourceGroups/g/vm' }
    if (client.credential.slotId) authority.holders.set(client.credential.slotId, { agentId: 'a', instance })
    const content = await fileOf()
    for (let time = 0; time < 3; time += 1) {
      const { status, body } = await exchange(content)
      expect(status).toBe(200)
      expect(decodeJwt(String(body['access_token']))).toMatchObject({
        aud: resource,
        oid: client.principal.objectId,
        appid: client.principal.clientId,
        appidacr: '2',
        xms_az_rid: '/subscriptions/s/resourcegroups/g/vm',
      })
    }
    const [row] = authority.authority.log.recent(client.principal.objectId, { limit: 1 }).items
    expect(row).toMatchObject({ outcome: 'ok', audience: resource, x5tS256: client.credential.x5tS256 })
  })

  it('is under a key of its own class, which no key set has (SEC-84)', async () => {
    const content = await fileOf()
    const { kid } = decodeProtectedHeader(content)
    expect(authority.authority.keys.published.map((key) => key.kid)).not.toContain(kid)
    const { checks } = authority.authority.verifier.verify(content, tokenExchangeAudience)
    expect(checks.find(({ name }) => name === 'signature')).toMatchObject({ ok: false })
  })

  it('is not what an access token with the same claims is (SEC-84)', async () => {
    const claims = decodeJwt(await fileOf())
    const head = { alg: 'RS256', typ: 'JWT', kid: authority.authority.keys.activeKid }
    const input = `${part(head)}.${part(claims)}`
    const forged = `${input}.${await authority.authority.keys.signer(true)(input)}`
    expect(await codesOf(exchange(forged))).toEqual([700027])
    const vaultToken = String((await exchange(await fileOf())).body['access_token'])
    expect(await codesOf(exchange(vaultToken))).toEqual([700212])
  })
})

describe('whoever has a token file', () => {
  it('cannot get the next one with it: only the certificate of an agent does', async () => {
    const content = await fileOf()
    expect(await codesOf(exchange(content, client, `${tokenExchangeAudience}/.default`))).toEqual([500011])
    const external = await addClient(authority, { keyLocation: 'external', kind: 'app' })
    const own = external.assertion(external.header(), external.claims(authority.clock.now()))
    const asked = form(external, own, { scope: `${tokenExchangeAudience}/.default` })
    expect((await askToken(authority, asked)).body.error_codes).toEqual([500011])
  })

  it('is that identity alone (SEC-189)', async () => {
    const content = await fileOf()
    const other = await addClient(authority, { keyLocation: 'agent' })
    expect(await codesOf(exchange(content, other))).toEqual([700213])
    const app = await addClient(authority, { kind: 'app' })
    expect(await codesOf(exchange(content, app))).toEqual([700211])
  })

  it('is refused with the identity, and with the certificate the content was got with', async () => {
    const content = await fileOf()
    client.principal = { ...client.principal, state: 'suspended' }
    authority.authority.forget(client.principal.objectId)
    expect(await codesOf(exchange(content))).toEqual([7000112])
    client.principal = { ...client.principal, state: 'enabled' }
    client.credential = { ...client.credential, state: 'revoked', revokedAt: authority.clock.now() }
    authority.authority.forget(client.principal.objectId)
    expect(await codesOf(exchange(content))).toEqual([7000214])
    const next = await addClient(authority, { keyLocation: 'agent' })
    client.credential = { ...next.credential, principalId: ObjectId.parse(client.principal.objectId) }
    authority.authority.forget(client.principal.objectId)
    expect(await codesOf(exchange(content))).toEqual([7000214])
  })
})
