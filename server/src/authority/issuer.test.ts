import { describe, expect, it } from 'vitest'
import { issuerOf } from './issuer.ts'

const tenantId = '11111111-2222-4333-8444-555555555555'
const host = 'https://login.signet.test:7421'
const issuer = issuerOf({ authorityUrl: host, tenantId, tenantDomain: 'Signet.Local' })

describe('the issuer', () => {
  it('has its host, with the port, from the configuration (SEC-91)', () => {
    expect(issuer.v1).toBe(`${host}/${tenantId}/`)
    expect(issuer.v2).toBe(`${host}/${tenantId}/v2.0`)
  })

  it('knows the tenant by ID, by domain, folded, and by the alias adfs', () => {
    expect(issuer.spellings).toEqual([tenantId, 'signet.local', 'adfs'])
  })

  it.each([tenantId, 'signet.local', 'adfs'])('takes assertions for issuers and token endpoints of %s', (tenant) => {
    for (const path of ['', '/', '/v2.0', '/oauth2/token', '/oauth2/v2.0/token']) {
      expect(issuer.assertionAudiences).toContain(`${host}/${tenant}${path}`)
    }
  })

  it('takes them under every other name that it has, and keeps the one issuer (SEC-76, SEC-91)', () => {
    const own = [`https://localhost:7421`]
    const cloud = ['https://login.microsoftonline.com']
    const named = issuerOf({
      ...{ authorityUrl: host, tenantId, tenantDomain: 'signet.local' },
      otherAuthorityUrls: { own, cloud },
    })
    for (const url of [...own, ...cloud]) {
      expect(named.assertionAudiences).toContain(`${url}/${tenantId}/oauth2/v2.0/token`)
      expect(issuer.assertionAudiences.has(`${url}/${tenantId}/oauth2/v2.0/token`)).toBe(false)
    }
    expect([named.v1, named.v2]).toEqual([issuer.v1, issuer.v2])
  })

  it('takes none for another host, port, scheme or tenant (SEC-76)', () => {
    for (const other of [
      `https://login.signet.test/${tenantId}/v2.0`,
      `http://login.signet.test:7421/${tenantId}/v2.0`,
      `${host}.evil.test/${tenantId}/v2.0`,
      `${host}/common/v2.0`,
      `${host}/${tenantId}/v2.0/`,
      host,
    ])
      expect(issuer.assertionAudiences.has(other)).toBe(false)
  })
})
