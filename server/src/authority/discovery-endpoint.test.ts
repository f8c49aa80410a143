import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { authorityUrl, openTestAuthority, read, type TestAuthority, tenantId } from './testing/test-authority.ts'

let authority: TestAuthority

beforeEach(async () => {
  authority = await openTestAuthority()
})
afterEach(() => authority.close())

describe('discovery (vector 10)', () => {
  const get = async (path: string) => read(await fetch(`${authority.base}${path}`))

  it('publishes v1 and v2 metadata whose issuer is at the authority itself', async () => {
    for (const [path, issuer] of [
      [`/${tenantId}/v2.0/.well-known/openid-configuration`, `${authorityUrl}/${tenantId}/v2.0`],
      [`/${tenantId}/.well-known/openid-configuration`, `${authorityUrl}/${tenantId}/`],
      ['/common/v2.0/.well-known/openid-configuration', `${authorityUrl}/{tenantid}/v2.0`],
    ] as const) {
      const answer = await get(path)
      expect(answer.body['issuer']).toBe(issuer)
      expect(answer.headers.get('access-control-allow-origin')).toBe('*')
      expect(answer.headers.get('cache-control')).toBe('max-age=86400, private')
      for (const name of ['token_endpoint', 'authorization_endpoint', 'jwks_uri'])
        expect(answer.body[name]).toMatch(authorityUrl)
    }
  })

  it('publishes the active and the next key, public members only (SEC-87, SEC-90)', async () => {
    for (const path of [`/${tenantId}/discovery/v2.0/keys`, `/${tenantId}/discovery/keys`, '/common/discovery/keys']) {
      const { body, headers } = await get(path)
      const keys = body['keys'] as Record<string, unknown>[]
      expect(keys).toHaveLength(2)
      for (const key of keys) {
        expect(Object.keys(key)).not.toEqual(expect.arrayContaining(['d', 'p', 'q', 'dp', 'dq', 'qi']))
        expect(key).toMatchObject({ kty: 'RSA', use: 'sig', kid: key['x5t'] })
      }
      expect(headers.get('cache-control')).toBe('max-age=3600')
    }
  })

  it('is the same whatever Host says (SEC-91)', async () => {
    const { body } = await read(
      await fetch(`${authority.base}/${tenantId}/v2.0/.well-known/openid-configuration`, {
        headers: { 'x-forwarded-host': 'evil' },
      }),
    )
    expect(JSON.stringify(body)).not.toContain('evil')
  })

  it('answers instance discovery for its own host and invalid_instance for others', async () => {
    const own = await get(
      `/common/discovery/instance?api-version=1.1&authorization_endpoint=${encodeURIComponent(`${authorityUrl}/${tenantId}/oauth2/v2.0/authorize`)}`,
    )
    expect(own.body['tenant_discovery_endpoint']).toBe(
      `${authorityUrl}/${tenantId}/v2.0/.well-known/openid-configuration`,
    )
    const other = await get('/common/discovery/instance?api-version=1.1&authorization_endpoint=https%3A%2F%2Fevil%2Fx')
    expect([other.status, other.body.error]).toEqual([400, 'invalid_instance'])
  })
})

describe('an authority of several names', () => {
  const cloud = ['https://login.microsoftonline.com', 'https://login.windows.net']
  const about = (host: string) =>
    `/common/discovery/instance?api-version=1.1&authorization_endpoint=${encodeURIComponent(`https://${host}/${tenantId}/oauth2/v2.0/authorize`)}`

  it('is known by each of them, those of the cloud as a family of their own, and leads to the one issuer', async () => {
    const names = { otherAuthorityUrls: { own: ['https://localhost:7421'], cloud } }
    await authority.close()
    authority = await openTestAuthority({ names })
    const host = new URL(authorityUrl).host
    for (const asked of [host, 'login.signet.test', 'localhost:7421', 'localhost', 'login.windows.net']) {
      const { body } = await read(await fetch(`${authority.base}${about(asked)}`))
      expect(body['tenant_discovery_endpoint']).toBe(
        `${authorityUrl}/${tenantId}/v2.0/.well-known/openid-configuration`,
      )
      expect(body['metadata']).toEqual([
        { preferred_network: host, preferred_cache: host, aliases: [host, 'localhost:7421'] },
        {
          ...{ preferred_network: 'login.microsoftonline.com', preferred_cache: 'login.microsoftonline.com' },
          aliases: ['login.microsoftonline.com', 'login.windows.net'],
        },
      ])
    }
    const path = `/${tenantId}/v2.0/.well-known/openid-configuration`
    const { body } = await read(await fetch(`${authority.base}${path}`))
    expect(body['issuer']).toBe(`${authorityUrl}/${tenantId}/v2.0`)
  })

  it('knows no name of the cloud unless it answers to them', async () => {
    const { status, body } = await read(await fetch(`${authority.base}${about('login.microsoftonline.com')}`))
    expect([status, body.error]).toEqual([400, 'invalid_instance'])
  })
})

describe('signing keys', () => {
  it('roll by themselves: the next key signs when due, the old one stays published until its tokens are gone', async () => {
    const first = authority.authority.keys.activeKid
    const next = authority.authority.keys.published.find((key) => key.kid !== first)?.kid
    authority.clock.advance(90 * 86_400_000)
    await authority.authority.keys.roll()
    expect(authority.authority.keys.activeKid).toBe(next)
    expect(authority.authority.keys.published.map((key) => key.kid)).toContain(first)
    expect(authority.authority.keys.published).toHaveLength(3)
    authority.clock.advance(2 * 86_400_000)
    await authority.authority.keys.roll()
    expect(authority.authority.keys.published.map((key) => key.kid)).not.toContain(first)
    expect(authority.authority.keys.published).toHaveLength(2)
  })

  it('stay published while a token they signed can be alive, however often they are looked over (SEC-88)', async () => {
    const { keys } = authority.authority
    authority.clock.advance(90 * 86_400_000 - 1)
    const last = keys.activeKid
    authority.clock.advance(1)
    await keys.roll()
    expect(keys.activeKid).not.toBe(last)
    for (let hour = 0; hour < 48; hour += 12) {
      expect(keys.published.map((key) => key.kid)).toContain(last)
      authority.clock.advance(12 * 3_600_000 - 1)
      await keys.roll()
    }
    expect(keys.published.map((key) => key.kid)).toContain(last)
  })
})
