import { generateKeyPairSync, sign } from 'node:crypto'
import { KeyVaultError } from '@signet/shared/wire/key-vault'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { contextOf } from '../../test/stack.ts'
import { addClient } from '../authority/testing/test-authority.ts'
import { newGuid } from '../platform/identifiers.ts'
import { type EndpointStand, expectRefusal, openEndpointStand, v } from './testing/endpoint-stand.ts'

let stand: EndpointStand
let ask: EndpointStand['ask']
let token: string
let set: EndpointStand['set']
beforeAll(async () => {
  stand = await openEndpointStand()
  ;({ ask, set } = stand)
})
afterAll(() => stand.close())

beforeEach(async () => {
  token = await stand.tokenFor('https://vault.azure.net')
})

describe('a token that is not good here fails closed (SEC-84, SEC-85, SEC-86)', () => {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const read = (text = '') => JSON.parse(Buffer.from(text, 'base64url').toString('utf8')) as Record<string, unknown>
  const foreign = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey
  /** A good token with other claims, signed by the authority's own key unless another is given. */
  const forged = async (claims: object, header: object = {}, key = stand.authority.authority.keys.signer(true)) => {
    const [head, body] = token.split('.')
    const input = `${part({ ...read(head), ...header })}.${part({ ...read(body), ...claims })}`
    return `${input}.${await key(input)}`
  }
  const now = () => Math.floor(stand.authority.clock.now() / 1_000)
  const byForeignKey = async (input: string) => sign('sha256', Buffer.from(input), foreign).toString('base64url')

  const own = () => stand.client.assertion(stand.client.header(), stand.client.claims(stand.authority.clock.now()))
  /** Each from who makes such tokens in earnest. */
  const tokenFile = async () =>
    stand.tokenFor('api://AzureADTokenExchange', await addClient(stand.authority, { keyLocation: 'agent' }))
  const session = async () => {
    const { operators } = stand.stand
    const code = await operators.issueCode(contextOf('console', 'console'))
    return (await operators.signIn(contextOf('anonymous', 'browser'), { code: code.code.reveal() })).reveal()
  }
  const joinToken = async () => {
    const { id } = await stand.stand.resources.register(contextOf(), { name: `web-${newGuid()}`, kind: 'vm' })
    return (await stand.stand.enrollment.issueJoinToken(contextOf(), id, 600)).token
  }
  const pageToken = async () => {
    for (const name of ['one', 'two']) await set(name, 'x')
    const { body } = await ask('GET', `/secrets?${v}&maxresults=1`)
    return new URL(String(body['nextLink'])).searchParams.get('$skiptoken') ?? ''
  }

  it.each<[string, () => Promise<string> | string, RegExp?]>([
    ['any bearer', () => 'anything'],
    ['an unsigned token', () => `${token.split('.').slice(0, 2).join('.')}.`],
    ['alg none', () => `${part({ alg: 'none', typ: 'JWT' })}.${token.split('.')[1]}.`],
    ['a token under a foreign key', () => forged({}, {}, byForeignKey)],
    ['a token under a foreign key of its own kid', () => forged({}, { kid: 'x'.repeat(27) }, byForeignKey)],
    [
      'the audience of the resource manager',
      () => stand.tokenFor('https://management.azure.com'),
      /^AKV10022: Invalid audience/,
    ],
    ['a prefix of the audience', () => forged({ aud: 'https://vault.azure.net.evil.test' }), /^AKV10022/],
    ['a longer audience', () => forged({ aud: 'https://vault.azure.net/secrets' }), /^AKV10022/],
    ['a list of audiences', () => forged({ aud: ['https://vault.azure.net'] }), /^AKV10022/],
    ['another issuer', () => forged({ iss: 'https://sts.evil.test/' }), /^AKV10032: Invalid issuer/],
    ['another tenant', () => forged({ tid: '99999999-2222-4333-8444-555555555555' }), /^AKV10032/],
    ['an expired token', () => forged({ nbf: now() - 7_200, exp: now() - 3_600 }), /expired/],
    ['a token of the day after tomorrow', () => forged({ nbf: now() + 86_400, exp: now() + 90_000 }), /not valid yet/],
    ['the assertion of a client', () => own()],
    [
      'the claims of a token under the key of a client',
      () => stand.client.assertion(read(token.split('.')[0]), read(token.split('.')[1])),
    ],
    ['the content of a token file', () => tokenFile()],
    ['the session of an operator', () => session()],
    ['a join token', () => joinToken()],
    ['a backup of a secret', async () => String((await ask('POST', `/secrets/db/backup?${v}`)).body['value'])],
    ['the token of a page', () => pageToken()],
  ])('%s', async (_what, make, words = /./) => {
    await set('db', 'hunter2-sentinel')
    const answer = await ask('GET', `/secrets/db?${v}`, { bearer: await make() })
    expectRefusal(answer, 401, 'Unauthorized')
    expect(KeyVaultError.parse(answer.body).error.message).toMatch(words)
    expect(answer.headers['www-authenticate']).toMatch(/^Bearer authorization="https:\/\/[^"=]+", resource="[^"=]+"$/)
    expect(answer.text).not.toContain('hunter2')
  })

  it('one that was revoked gets the claims challenge, so that clients drop it and ask again', async () => {
    const paused = await addClient(stand.authority)
    const own = await stand.tokenFor('https://vault.azure.net', paused)
    paused.principal = { ...paused.principal, state: 'suspended' }
    stand.authority.authority.forget(paused.principal.objectId)
    const answer = await ask('GET', `/secrets?${v}`, { bearer: own })
    expectRefusal(answer, 401, 'Unauthorized')
    const [, claims = ''] =
      /, error="insufficient_claims", claims="([^"=]+)"$/.exec(String(answer.headers['www-authenticate'])) ?? []
    expect(JSON.parse(Buffer.from(claims, 'base64').toString())).toEqual({
      access_token: { nbf: { essential: true, value: String(now()) } },
    })
  })

  it('and one without a role is refused as 403, which names who asked and challenges nobody', async () => {
    const stranger = await addClient(stand.authority)
    const bearer = await stand.tokenFor('https://vault.azure.net', stranger)
    const answer = await ask('GET', `/secrets/db?${v}`, { bearer })
    expectRefusal(answer, 403, 'Forbidden', 'ForbiddenByRbac')
    const { message } = KeyVaultError.parse(answer.body).error
    expect(message).toContain(
      `Caller: appid=${stranger.principal.clientId};oid=${stranger.principal.objectId};iss=https://`,
    )
    expect(message).toContain('Vault: acme')
  })

  it('and the grant of one vault opens no other (SEC-111)', async () => {
    await stand.stand.vaults.create(contextOf(), { name: 'acme-other', resourceGroup: 'default' })
    const { armId } = await stand.stand.vaults.require('acme')
    const elsewhere = await addClient(stand.authority)
    stand.allowed.add(`${elsewhere.principal.objectId} ${armId}-other`.toLowerCase())
    const bearer = await stand.tokenFor('https://vault.azure.net', elsewhere)
    expectRefusal(await ask('GET', `/secrets?${v}`, { bearer }), 403, 'Forbidden', 'ForbiddenByRbac')
  })
})
