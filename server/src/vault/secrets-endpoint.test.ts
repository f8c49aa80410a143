import { generateKeyPairSync, sign } from 'node:crypto'
import { request as httpRequest } from 'node:http'
import { hourMs } from '@signet/shared/vocabulary/time'
import { KeyVaultError } from '@signet/shared/wire/key-vault'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { contextOf } from '../../test/stack.ts'
import {
  addClient,
  askToken,
  authorityUrl,
  form,
  openTestAuthority,
  type TestAuthority,
  type TestClient,
  tenantId,
} from '../authority/testing/test-authority.ts'
import { type Listener, listen } from '../platform/http/listener.ts'
import { createLogger } from '../platform/log.ts'
import { SampledLog } from '../platform/sampled-log.ts'
import { SecretsEndpoint } from './secrets-endpoint.ts'
import { openVaultStand, type VaultStand, vaultUrl } from './testing/vault-stand.ts'

let authority: TestAuthority
let stand: VaultStand
let listener: Listener
let client: TestClient
let token: string
/** Data actions at scopes, lower case. */
const allowed = new Set<string>()
const logged: string[] = []

beforeAll(async () => {
  authority = await openTestAuthority({ names: { audienceNames: new Map([[vaultUrl, 'https://vault.azure.net']]) } })
  stand = await openVaultStand({
    authorize: ({ principalId, scope }) => ({
      allowed: [...allowed].some((one) => `${principalId} ${scope}`.toLowerCase().startsWith(one)),
    }),
  })
  const log = createLogger('debug', { write: (line) => void logged.push(line) })
  const endpoint = new SecretsEndpoint({
    ...{ gate: authority.authority.gate, vault: stand.vault, lists: stand.lists, authorityUrl, tenantId },
    ...{ domains: ['vault.signet.test', 'vault.azure.net'], clock: authority.clock },
    log: new SampledLog(log, authority.clock),
  })
  const where = { name: 'vaults', setting: 'none', bind: '127.0.0.1', port: 0 }
  listener = await listen({ ...where, handler: endpoint.listener })
  await stand.vaults.create(contextOf(), { name: 'acme', resourceGroup: 'default' })
  client = await addClient(authority)
  const { armId } = await stand.vaults.require('acme')
  allowed.add(`${client.principal.objectId} ${armId}`.toLowerCase())
})
afterAll(async () => {
  await listener.close(0)
  await stand.close()
  await authority.close()
})
beforeEach(async () => {
  token = await tokenFor('https://vault.azure.net')
})

async function tokenFor(resource: string, of = client): Promise<string> {
  const assertion = of.assertion(of.header(), of.claims(authority.clock.now()))
  const { body } = await askToken(authority, form(of, assertion, { scope: `${resource}/.default` }))
  return String(body['access_token'])
}

interface Answered {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly text: string
  readonly body: Record<string, unknown>
}

interface Asked {
  readonly host?: string
  readonly bearer?: string | null
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
}

/** By node:http, since fetch sets the Host header by itself. */
function ask(method: string, path: string, asked: Asked = {}): Promise<Answered> {
  const { host = 'acme.vault.signet.test:7421', bearer = token, body, headers } = asked
  const text = body === undefined ? undefined : typeof body === 'string' ? body : JSON.stringify(body)
  return new Promise((resolve, reject) => {
    const call = httpRequest(
      {
        ...{ host: '127.0.0.1', port: listener.port, method, path },
        headers: {
          host,
          ...(bearer !== null && { authorization: `Bearer ${bearer}` }),
          ...(text !== undefined && { 'content-type': 'application/json' }),
          ...headers,
        },
      },
      (response) => {
        const chunks: Buffer[] = []
        response.on('data', (chunk: Buffer) => chunks.push(chunk))
        response.on('end', () => {
          const answer = Buffer.concat(chunks).toString('utf8')
          const read: unknown = answer === '' ? {} : JSON.parse(answer)
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            text: answer,
            body: typeof read === 'object' && read !== null ? { ...read } : {},
          })
        })
      },
    )
    call.on('error', reject)
    call.end(text)
  })
}
const v = 'api-version=7.4'
const set = (name: string, value: string, more: object = {}) =>
  ask('PUT', `/secrets/${name}?${v}`, { body: { value, attributes: {}, ...more } })

function expectRefusal(answer: Answered, status: number, code: string, inner?: string): void {
  const { error } = KeyVaultError.parse(answer.body)
  expect([answer.status, error.code, error.innererror?.code], answer.text).toEqual([status, code, inner])
  expect(answer.headers['content-type']).toBe('application/json; charset=utf-8')
  expect(answer.headers['www-authenticate'] !== undefined).toBe(status === 401)
}

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

describe('a token that is not good here fails closed (SEC-84, SEC-85, SEC-86)', () => {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const read = (text = '') => JSON.parse(Buffer.from(text, 'base64url').toString('utf8')) as Record<string, unknown>
  const foreign = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey
  /** A good token with other claims, signed by the authority's own key unless another is given. */
  const forged = async (claims: object, header: object = {}, key = authority.authority.keys.signer(true)) => {
    const [head, body] = token.split('.')
    const input = `${part({ ...read(head), ...header })}.${part({ ...read(body), ...claims })}`
    return `${input}.${await key(input)}`
  }
  const now = () => Math.floor(authority.clock.now() / 1_000)
  const byForeignKey = async (input: string) => sign('sha256', Buffer.from(input), foreign).toString('base64url')

  it.each<[string, () => Promise<string> | string, RegExp?]>([
    ['any bearer', () => 'anything'],
    ['an unsigned token', () => `${token.split('.').slice(0, 2).join('.')}.`],
    ['alg none', () => `${part({ alg: 'none', typ: 'JWT' })}.${token.split('.')[1]}.`],
    ['a token under a foreign key', () => forged({}, {}, byForeignKey)],
    ['a token under a foreign key of its own kid', () => forged({}, { kid: 'x'.repeat(27) }, byForeignKey)],
    [
      'the audience of the resource manager',
      () => tokenFor('https://management.azure.com'),
      /^AKV10022: Invalid audience/,
    ],
    ['a prefix of the audience', () => forged({ aud: 'https://vault.azure.net.evil.test' }), /^AKV10022/],
    ['a longer audience', () => forged({ aud: 'https://vault.azure.net/secrets' }), /^AKV10022/],
    ['a list of audiences', () => forged({ aud: ['https://vault.azure.net'] }), /^AKV10022/],
    ['another issuer', () => forged({ iss: 'https://sts.evil.test/' }), /^AKV10032: Invalid issuer/],
    ['another tenant', () => forged({ tid: '99999999-2222-4333-8444-555555555555' }), /^AKV10032/],
    ['an expired token', () => forged({ nbf: now() - 7_200, exp: now() - 3_600 }), /expired/],
    ['a token of the day after tomorrow', () => forged({ nbf: now() + 86_400, exp: now() + 90_000 }), /not valid yet/],
    ['the assertion of an agent', () => client.assertion(client.header(), client.claims(authority.clock.now()))],
    [
      'the claims of a token under the key of a client',
      () => client.assertion(read(token.split('.')[0]), read(token.split('.')[1])),
    ],
    ['a session of the dashboard', () => Buffer.alloc(32, 7).toString('base64url')],
  ])('%s', async (_what, make, words = /./) => {
    await set('db', 'hunter2-sentinel')
    const answer = await ask('GET', `/secrets/db?${v}`, { bearer: await make() })
    expectRefusal(answer, 401, 'Unauthorized')
    expect(KeyVaultError.parse(answer.body).error.message).toMatch(words)
    expect(answer.headers['www-authenticate']).toMatch(/^Bearer authorization="https:\/\/[^"=]+", resource="[^"=]+"$/)
    expect(answer.text).not.toContain('hunter2')
  })

  it('a token file is for another audience and under another key', async () => {
    const file = await forged({ aud: 'api://AzureADTokenExchange', sub: 'x' }, {}, byForeignKey)
    expectRefusal(await ask('GET', `/secrets?${v}`, { bearer: file }), 401, 'Unauthorized')
  })

  it('one that was revoked gets the claims challenge, so that clients drop it and ask again', async () => {
    const paused = await addClient(authority)
    const own = await tokenFor('https://vault.azure.net', paused)
    paused.principal = { ...paused.principal, state: 'suspended' }
    authority.authority.forget(paused.principal.objectId)
    const answer = await ask('GET', `/secrets?${v}`, { bearer: own })
    expectRefusal(answer, 401, 'Unauthorized')
    const [, claims = ''] =
      /, error="insufficient_claims", claims="([^"=]+)"$/.exec(String(answer.headers['www-authenticate'])) ?? []
    expect(JSON.parse(Buffer.from(claims, 'base64').toString())).toEqual({
      access_token: { nbf: { essential: true, value: String(now()) } },
    })
  })

  it('and one without a role is refused as 403, which names who asked and challenges nobody', async () => {
    const stranger = await addClient(authority)
    const bearer = await tokenFor('https://vault.azure.net', stranger)
    const answer = await ask('GET', `/secrets/db?${v}`, { bearer })
    expectRefusal(answer, 403, 'Forbidden', 'ForbiddenByRbac')
    const { message } = KeyVaultError.parse(answer.body).error
    expect(message).toContain(
      `Caller: appid=${stranger.principal.clientId};oid=${stranger.principal.objectId};iss=https://`,
    )
    expect(message).toContain('Vault: acme')
  })

  it('and the grant of one vault opens no other (SEC-111)', async () => {
    await stand.vaults.create(contextOf(), { name: 'acme-other', resourceGroup: 'default' })
    const { armId } = await stand.vaults.require('acme')
    const elsewhere = await addClient(authority)
    allowed.add(`${elsewhere.principal.objectId} ${armId}-other`.toLowerCase())
    const bearer = await tokenFor('https://vault.azure.net', elsewhere)
    expectRefusal(await ask('GET', `/secrets?${v}`, { bearer }), 403, 'Forbidden', 'ForbiddenByRbac')
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

describe('bad input is 4xx with the documented body at every address (SEC-151, SEC-156)', () => {
  const json = (body: unknown) => ({ body })
  it.each<[string, string, string, Asked, number, string]>([
    ['no api-version', 'GET', '/secrets', {}, 400, 'BadParameter'],
    ['an unknown api-version', 'GET', '/secrets?api-version=6.0', {}, 400, 'BadParameter'],
    ['an empty api-version', 'GET', '/secrets?api-version=', {}, 400, 'BadParameter'],
    ['two api-versions', 'GET', `/secrets?${v}&${v}`, {}, 400, 'BadParameter'],
    ['a page of none', 'GET', `/secrets?${v}&maxresults=0`, {}, 400, 'BadParameter'],
    ['a page of 26', 'GET', `/secrets?${v}&maxresults=26`, {}, 400, 'BadParameter'],
    ['a page of x', 'GET', `/secrets/db/versions?${v}&maxresults=x`, {}, 400, 'BadParameter'],
    ['a made-up page token', 'GET', `/secrets?${v}&$skiptoken=abc.def`, {}, 400, 'BadParameter'],
    ['an empty page token', 'GET', `/deletedsecrets?${v}&$skiptoken=`, {}, 400, 'BadParameter'],
    ['a bad name', 'GET', `/secrets/a_b?${v}`, {}, 400, 'BadParameter'],
    ['a name of 128', 'GET', `/secrets/${'a'.repeat(128)}?${v}`, {}, 400, 'BadParameter'],
    ['an encoded slash', 'GET', `/secrets/a%2fb?${v}`, {}, 400, 'BadParameter'],
    ['a dot segment', 'GET', `/secrets/%2e%2e?${v}`, {}, 400, 'BadParameter'],
    ['a name that cannot be decoded', 'GET', `/secrets/%zz?${v}`, {}, 400, 'BadParameter'],
    ['a bad version', 'GET', `/secrets/db/123?${v}`, {}, 400, 'BadParameter'],
    ['an address too long', 'GET', `/secrets/db/${'0'.repeat(32)}/x?${v}`, {}, 400, 'BadParameter'],
    ['keys, which there are none of', 'GET', `/keys/db?${v}`, {}, 400, 'BadParameter'],
    ['a prototype for a collection', 'GET', `/__proto__?${v}`, {}, 400, 'BadParameter'],
    ['the root', 'GET', `/?${v}`, {}, 400, 'BadParameter'],
    ['an unknown secret', 'GET', `/secrets/unknown?${v}`, {}, 404, 'SecretNotFound'],
    ['an unknown version', 'GET', `/secrets/db/${'0'.repeat(32)}?${v}`, {}, 404, 'SecretNotFound'],
    ['versions of nothing', 'GET', `/secrets/unknown/versions?${v}`, {}, 404, 'SecretNotFound'],
    ['a deleted one that is not', 'GET', `/deletedsecrets/db?${v}`, {}, 404, 'SecretNotFound'],
    ['deletion of nothing', 'DELETE', `/secrets/unknown?${v}`, {}, 404, 'SecretNotFound'],
    ['purge of what is not deleted', 'DELETE', `/deletedsecrets/db?${v}`, {}, 404, 'SecretNotFound'],
    ['recovery of what is not deleted', 'POST', `/deletedsecrets/db/recover?${v}`, {}, 404, 'SecretNotFound'],
    ['backup of nothing', 'POST', `/secrets/unknown/backup?${v}`, {}, 404, 'SecretNotFound'],
    ['change of nothing', 'PATCH', `/secrets/unknown/${'0'.repeat(32)}?${v}`, json({}), 404, 'SecretNotFound'],
    ['POST to a secret', 'POST', `/secrets/db?${v}`, json({}), 405, 'MethodNotAllowed'],
    ['a method of the language', 'PUT', `/deletedsecrets?${v}`, json({}), 405, 'MethodNotAllowed'],
    ['PUT to the list', 'PUT', `/secrets?${v}`, json({}), 405, 'MethodNotAllowed'],
    ['OPTIONS', 'OPTIONS', `/secrets/db?${v}`, {}, 405, 'MethodNotAllowed'],
    ['no body', 'PUT', `/secrets/db?${v}`, { body: '' }, 400, 'BadParameter'],
    ['no JSON', 'PUT', `/secrets/db?${v}`, { body: '{"value":' }, 400, 'BadParameter'],
    ['a list for a body', 'PUT', `/secrets/db?${v}`, json([]), 400, 'BadParameter'],
    ['null for a body', 'PATCH', `/secrets/db/?${v}`, { body: 'null' }, 400, 'BadParameter'],
    ['no value', 'PUT', `/secrets/db?${v}`, json({}), 400, 'BadParameter'],
    ['a number for a value', 'PUT', `/secrets/db?${v}`, json({ value: 1 }), 400, 'BadParameter'],
    ['a value too large', 'PUT', `/secrets/db?${v}`, json({ value: 'x'.repeat(25_601) }), 400, 'BadParameter'],
    ['a double member', 'PUT', `/secrets/db?${v}`, { body: '{"value":"a","value":"b"}' }, 400, 'BadParameter'],
    ['a prototype', 'PUT', `/secrets/db?${v}`, { body: '{"value":"a","tags":{"__proto__":"x"}}' }, 400, 'BadParameter'],
    [
      'a text for enabled',
      'PUT',
      `/secrets/db?${v}`,
      json({ value: 'a', attributes: { enabled: 'no' } }),
      400,
      'BadParameter',
    ],
    [
      'a date before 1970',
      'PUT',
      `/secrets/db?${v}`,
      json({ value: 'a', attributes: { exp: -1 } }),
      400,
      'BadParameter',
    ],
    ['half a second', 'PUT', `/secrets/db?${v}`, json({ value: 'a', attributes: { nbf: 1.5 } }), 400, 'BadParameter'],
    ['a tag that is none', 'PUT', `/secrets/db?${v}`, json({ value: 'a', tags: { a: 1 } }), 400, 'BadParameter'],
    [
      'a tag too long',
      'PUT',
      `/secrets/db?${v}`,
      json({ value: 'a', tags: { a: 'x'.repeat(257) } }),
      400,
      'BadParameter',
    ],
    [
      'a content type too long',
      'PUT',
      `/secrets/db?${v}`,
      json({ value: 'a', contentType: 'x'.repeat(256) }),
      400,
      'BadParameter',
    ],
    [
      'another media type',
      'PUT',
      `/secrets/db?${v}`,
      { body: 'a', headers: { 'content-type': 'text/plain' } },
      415,
      'BadParameter',
    ],
    [
      'compression',
      'PUT',
      `/secrets/db?${v}`,
      { body: 'a', headers: { 'content-encoding': 'gzip' } },
      415,
      'BadParameter',
    ],
    ['a backup that is none', 'POST', `/secrets/restore?${v}`, json({ value: 'AAAA' }), 400, 'BadParameter'],
    ['a backup in another alphabet', 'POST', `/secrets/restore?${v}`, json({ value: '+/' }), 400, 'BadParameter'],
    ['no backup', 'POST', `/secrets/restore?${v}`, json({}), 400, 'BadParameter'],
  ])('%s', async (_what, method, path, asked, status, code) => {
    await set('db', 'hunter2-sentinel')
    const answer = await ask(method, path, asked)
    expectRefusal(answer, status, code)
    expect(answer.text).not.toMatch(/hunter2|\bat \S+ \(|node_modules|sqlite|zod/i)
  })

  it('16 tags', async () => {
    const tags = Object.fromEntries(Array.from({ length: 16 }, (_, index) => [`t${index}`, 'x']))
    expectRefusal(await set('db', 'x', { tags }), 400, 'BadParameter')
  })
})

it('has no value in its log, whatever was asked (SEC-115, SEC-170)', async () => {
  authority.clock.advance(hourMs / 60)
  expect(logged.join('\n')).not.toMatch(/hunter2|Bearer |vault request failed/)
})
