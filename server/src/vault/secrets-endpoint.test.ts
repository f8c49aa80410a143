import { hourMs } from '@signet/shared/vocabulary/time'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { authorityUrl, tenantId } from '../authority/testing/test-authority.ts'
import { type EndpointStand, expectRefusal, openEndpointStand, v } from './testing/endpoint-stand.ts'
import { vaultUrl } from './testing/vault-stand.ts'

let stand: EndpointStand
let ask: EndpointStand['ask']
let set: EndpointStand['set']
beforeAll(async () => {
  stand = await openEndpointStand()
  ;({ ask, set } = stand)
})
afterAll(() => stand.close())

describe('without a token', () => {
  const challenge = `Bearer authorization="${authorityUrl}/${tenantId}", resource="${vaultUrl}"`

  it('is the challenge in the one form that every client reads, and its body (wire-protocol §5.2)', async () => {
    const answer = await ask('GET', `/secrets/db?${v}`, { bearer: null })
    expectRefusal(answer, 401, 'Unauthorized')
    expect(answer.headers['www-authenticate']).toBe(challenge)
    expect(answer.body['error']).toMatchObject({ message: 'AKV10000: Request is missing a Bearer or PoP token.' })
  })

  it('is the same for what is there and what is not, and for whatever is asked (SEC-109)', async () => {
    await set('known', 'x')
    const answers = await Promise.all([
      ask('GET', `/secrets/known?${v}`, { bearer: null }),
      ask('GET', `/secrets/unknown?${v}`, { bearer: null }),
      ask('PUT', `/secrets/unknown?${v}`, { bearer: null, body: '' }),
      ask('GET', '/secrets/bad_name', { bearer: null }),
      ask('GET', '/no/such/address', { bearer: null }),
      ask('POST', `/secrets/known?${v}`, { bearer: null, body: 'no json' }),
      ask('GET', `/secrets/known?${v}`, { bearer: null, host: 'nothing.vault.signet.test:7421' }),
    ])
    const seen = new Set(answers.map(({ status, text, headers }) => [status, text, headers['www-authenticate']].join()))
    expect(seen.size).toBe(1)
  })

  it.each([
    ['acme.vault.signet.test', 'https://vault.signet.test'],
    ['ACME.vault.signet.test:443', 'https://vault.signet.test'],
    ['acme.vault.signet.test:8443', 'https://vault.signet.test:8443'],
    ['acme.vault.azure.net', 'https://vault.azure.net'],
  ])('asked of %s names the resource %s, with the port where there is one', async (host, resource) => {
    const { headers } = await ask('GET', `/secrets?${v}`, { bearer: null, host })
    expect(headers['www-authenticate']).toContain(`resource="${resource}"`)
  })
})

describe('an operation', () => {
  it('sets, gets, changes and lists versions, with the port in every id (wire-protocol §5.3)', async () => {
    const made = await set('Port', 'one', {
      contentType: 'text/plain',
      tags: { a: 'b' },
      attributes: { nbf: 5, exp: 6 },
    })
    expect([made.status, made.body['value'], made.body['tags'], made.body['contentType']]).toEqual([
      200,
      'one',
      { a: 'b' },
      'text/plain',
    ])
    const id = String(made.body['id'])
    expect(id).toMatch(/^https:\/\/acme\.vault\.signet\.test:7421\/secrets\/Port\/[0-9a-f]{32}$/)
    expect(made.body['attributes']).toEqual({
      ...{ enabled: true, nbf: 5, exp: 6, recoveryLevel: 'Recoverable+Purgeable', recoverableDays: 90 },
      ...{ created: expect.any(Number), updated: expect.any(Number) },
    })
    const version = id.split('/').at(-1)
    for (const path of [
      `/secrets/port`,
      '/secrets/PORT/',
      `/secrets/port/${version}`,
      '//secrets//port',
      '/Secrets/port',
    ]) {
      expect((await ask('GET', `${path}?api%2Dversion=2026-04-01`)).body, path).toMatchObject({ value: 'one', id })
    }
    const changed = await ask('PATCH', `/secrets/port/${version}?${v}`, { body: { attributes: { enabled: false } } })
    expect(changed.body).toMatchObject({ id, attributes: { enabled: false, nbf: 5 } })
    expect(changed.text).not.toContain('"value"')
    expectRefusal(await ask('GET', `/secrets/port?${v}`), 403, 'Forbidden', 'SecretDisabled')
    const versions = await ask('GET', `/secrets/port/versions?${v}`)
    expect(versions.body).toMatchObject({ value: [{ id }], nextLink: null })
    expect(versions.text).not.toContain('"value":"one"')
  })

  it('lists in pages whose link is fetched as it is, and shows no value (SEC-112)', async () => {
    for (let index = 0; index < 3; index += 1) await set(`page-${index}`, 'hunter2-sentinel')
    const ids: string[] = []
    let next: string | null = `https://acme.vault.signet.test:7421/secrets?${v}&maxresults=2`
    let pages = 0
    while (next !== null) {
      const url: URL = new URL(next)
      const { body, text } = await ask('GET', `${url.pathname}${url.search}`, { host: url.host })
      expect(text).not.toContain('hunter2')
      const page = body as { value: { id: string }[]; nextLink: string | null }
      ids.push(...page.value.map(({ id }) => id))
      next = page.nextLink
      pages += 1
    }
    expect(pages).toBeGreaterThan(1)
    expect(new Set(ids).size).toBe(ids.length)
    expect(ids).toContain('https://acme.vault.signet.test:7421/secrets/page-2')
  })

  it('deletes, shows what is deleted, recovers, and purges with 204 and nothing', async () => {
    await set('gone', 'one')
    const deleted = await ask('DELETE', `/secrets/gone?${v}`)
    expect(deleted.body).toMatchObject({
      recoveryId: 'https://acme.vault.signet.test:7421/deletedsecrets/gone',
      ...{ deletedDate: expect.any(Number), scheduledPurgeDate: expect.any(Number) },
    })
    expect(deleted.text).not.toContain('"value"')
    expectRefusal(await ask('GET', `/secrets/gone?${v}`), 404, 'SecretNotFound')
    expectRefusal(await set('gone', 'two'), 409, 'Conflict', 'ObjectIsDeletedButRecoverable')
    expect((await ask('GET', `/deletedsecrets/gone?${v}`)).body).toMatchObject(deleted.body)
    expect((await ask('GET', `/deletedsecrets?${v}`)).text).toContain('/secrets/gone"')
    const recovered = await ask('POST', `/deletedsecrets/gone/recover?${v}`)
    expect([recovered.status, recovered.body['id']]).toEqual([200, deleted.body['id']])
    expectRefusal(await ask('GET', `/deletedsecrets/gone?${v}`), 404, 'SecretNotFound')
    const backup = await ask('POST', `/secrets/gone/backup?${v}`)
    await ask('DELETE', `/secrets/gone?${v}`)
    const purged = await ask('DELETE', `/deletedsecrets/gone?${v}`)
    expect([purged.status, purged.text, purged.headers['content-type']]).toEqual([204, '', undefined])
    const restored = await ask('POST', `/secrets/restore?${v}`, { body: { value: backup.body['value'] } })
    expect([restored.status, restored.body['id']]).toEqual([200, deleted.body['id']])
  })

  it('answers with the headers that clients and proxies need', async () => {
    const id = '0f8fad5b-d9cb-469f-a165-70867728950e'
    const { headers } = await ask('GET', `/secrets?${v}`, { headers: { 'x-ms-client-request-id': id } })
    expect(headers).toMatchObject({
      ...{ 'x-ms-client-request-id': id, 'cache-control': 'no-cache, no-store', 'x-content-type-options': 'nosniff' },
      ...{ 'x-ms-request-id': expect.stringMatching(/^[\da-f-]{36}$/), 'x-ms-keyvault-region': expect.any(String) },
      'x-ms-keyvault-service-version': expect.any(String),
    })
    const other = await ask('GET', `/secrets?${v}`, { headers: { 'x-ms-client-request-id': 'hunter2' } })
    expect(JSON.stringify(other.headers)).not.toContain('hunter2')
  })

  it('says that a vault is unknown only to who has a token', async () => {
    for (const host of ['nothing.vault.signet.test:7421', 'vault.signet.test']) {
      expectRefusal(await ask('GET', `/secrets?${v}`, { host }), 404, 'VaultNotFound')
    }
  })
})

it('has no value in its log, whatever was asked (SEC-115, SEC-170)', async () => {
  stand.authority.clock.advance(hourMs / 60)
  expect(stand.logged.join('\n')).not.toMatch(/hunter2|Bearer |vault request failed/)
})
