import { execFile } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from '@playwright/test'
import { decodeJwt, exportJWK, generateKeyPair, SignJWT } from 'jose'
import { type ClientKeys, makeClientKeys } from '../client-keys.ts'
import { Stack } from '../stack.ts'

const run = promisify(execFile)
const program = (name: string) => fileURLToPath(new URL(`../workloads/${name}.ts`, import.meta.url))

interface Application {
  readonly principalId: string
  readonly clientId: string
}
type Outcome = { token?: string; error?: string }

let stack: Stack
let application: Application
let rsa: ClientKeys
let ec: ClientKeys
/** Its certificate ends within half a minute. */
let ending: ClientKeys
let secret: { readonly id: string; readonly value: string }
/** What every program needs, as an operator would hand it over. */
let variables: Record<string, string> = {}

test.beforeAll(async () => {
  stack = await Stack.open()
  await stack.start()
  application = await stack.admin<Application>('POST', '/applications', { name: 'billing' })
  const own = `/applications/${application.principalId}`
  ;[rsa, ec, ending] = await Promise.all([
    makeClientKeys('rsa'),
    makeClientKeys('ec'),
    makeClientKeys('ec', 30 / 86_400),
  ])
  for (const { certificate } of [ending, rsa, ec]) await stack.admin('POST', `${own}/certificates`, { certificate })
  secret = await stack.admin('POST', `${own}/secrets`, { description: 'e2e' })
  const { SIGNET_AUTHORITY = '', SIGNET_TENANT = '', SIGNET_CA_FILE = '' } = stack.clientVariables()
  variables = {
    PATH: process.env['PATH'] ?? '',
    NODE_EXTRA_CA_CERTS: SIGNET_CA_FILE,
    SIGNET_AUTHORITY,
    TENANT: SIGNET_TENANT,
    CLIENT_ID: application.clientId,
    SECRET: secret.value,
  }
})
test.afterAll(() => stack.close())

function fileOf(name: string, content: string): string {
  const file = join(stack.folder, name)
  writeFileSync(file, content, { mode: 0o600 })
  return file
}

async function ask(client: string, more: Record<string, string> = {}): Promise<Outcome> {
  const env = { ...variables, ...more, CLIENT: client }
  const { stdout } = await run(process.execPath, [program('authority-client')], { env, timeout: 60_000 })
  return JSON.parse(stdout) as Outcome
}

/** Key and certificate in one file, as `@azure/identity` takes them. */
const pemOf = (keys: ClientKeys, name: string) => ({ KEY_FILE: fileOf(name, `${keys.privateKey}${keys.certificate}`) })
const keyOf = (keys: ClientKeys, name: string) => ({ KEY_FILE: fileOf(name, keys.privateKey), KID: keys.thumbprint })

function expectToken({ token, error }: Outcome, acr: '1' | '2'): string {
  expect(error).toBeUndefined()
  expect(decodeJwt(token ?? '')).toMatchObject({
    aud: 'https://vault.azure.net',
    appid: application.clientId,
    oid: application.principalId,
    tid: variables['TENANT'],
    appidacr: acr,
    ver: '1.0',
    idtyp: 'app',
  })
  return token ?? ''
}

test('a certificate brings tokens to @azure/identity, MSAL, openid-client and oauth4webapi, each unmodified', async () => {
  const outcomes = await Promise.all([
    ask('azure-identity ClientCertificateCredential', pemOf(rsa, 'rsa.pem')),
    ask('azure-identity ClientCertificateCredential', { ...pemOf(rsa, 'rsa-adfs.pem'), TENANT: 'adfs' }),
    ask('msal-node ConfidentialClientApplication', { ...keyOf(rsa, 'msal.pem'), THUMBPRINT: rsa.thumbprintHex }),
    ask('openid-client private_key_jwt', keyOf(rsa, 'openid.pem')),
    ask('oauth4webapi private_key_jwt ES256', keyOf(ec, 'oauth.pem')),
  ])
  for (const outcome of outcomes) expectToken(outcome, '2')
})

test('a secret brings tokens to them, in the form, by HTTP Basic and under the alias adfs', async () => {
  const outcomes = await Promise.all([
    ask('azure-identity ClientSecretCredential'),
    ask('azure-identity ClientSecretCredential', { TENANT: 'adfs' }),
    ask('openid-client client_secret_post'),
    ask('oauth4webapi client_secret_basic'),
  ])
  for (const outcome of outcomes) expectToken(outcome, '1')
})

test('WorkloadIdentityCredential gets a token for the token of an issuer whose keys are pinned; the tester says why not', async () => {
  const { publicKey, privateKey } = await generateKeyPair('ES256', { extractable: true })
  const own = `/identities/${application.principalId}/federated-credentials`
  const jwks = { keys: [{ ...(await exportJWK(publicKey)), kid: 'k1', alg: 'ES256' }] }
  const [issuer, subject] = ['https://oidc.prod.test/cluster', 'system:serviceaccount:default:billing']
  await stack.admin('POST', own, { name: 'cluster', issuer, subject, keys: { source: 'pinned', jwks } })
  const tokenOf = (sub: string) =>
    new SignJWT({ sub })
      .setProtectedHeader({ alg: 'ES256', kid: 'k1' })
      .setIssuer(issuer)
      .setAudience('api://AzureADTokenExchange')
      .setIssuedAt()
      .setExpirationTime('1h')
      .sign(privateKey)
  const client = 'azure-identity WorkloadIdentityCredential'
  expectToken(await ask(client, { TOKEN_FILE: fileOf('token', await tokenOf(subject)) }), '2')
  const wrong = await tokenOf(`${subject}-other`)
  expect((await ask(client, { TOKEN_FILE: fileOf('wrong', wrong) })).error).toContain('AADSTS700213')
  const verdict = await stack.admin<{ accepted: boolean; aadsts: number }>('POST', `${own}/test`, { token: wrong })
  expect(verdict).toMatchObject({ accepted: false, aadsts: 700213 })
  expect(stack.output('start')).not.toContain(wrong.split('.')[2])
})

test('a wrong program is told by its client what the cloud would tell it', async () => {
  const stranger = await makeClientKeys('rsa')
  const certificate = 'azure-identity ClientCertificateCredential'
  const secretClient = 'azure-identity ClientSecretCredential'
  const [unknownKey, wrongSecret, unknownClient, wrongAudience] = await Promise.all([
    ask(certificate, pemOf(stranger, 'stranger.pem')),
    ask(secretClient, { SECRET: secret.id }),
    ask(secretClient, { CLIENT_ID: '99999999-9999-4999-8999-999999999999' }),
    ask(secretClient, { SCOPE: 'https://nowhere.test/.default' }),
  ])
  const expired = async () => (await ask('oauth4webapi private_key_jwt ES256', keyOf(ending, 'ending.pem'))).error
  await expect.poll(expired, { timeout: 60_000 }).toContain('AADSTS1000502')
  expect(unknownKey.error).toContain('AADSTS700027')
  expect(wrongSecret.error).toContain('AADSTS7000215')
  expect(unknownClient.error).toContain('AADSTS700016')
  expect(wrongAudience.error).toContain('AADSTS500011')
})

test('what the API answered counts for the very next request: a secret that came, one that went, a pause', async () => {
  const own = `/applications/${application.principalId}`
  const client = 'openid-client client_secret_post'
  const fresh = await stack.admin<{ id: string; value: string }>('POST', `${own}/secrets`, { description: 'next' })
  expectToken(await ask(client, { SECRET: fresh.value }), '1')
  await stack.admin('DELETE', `${own}/secrets/${fresh.id}`)
  expect((await ask(client, { SECRET: fresh.value })).error).toContain('AADSTS7000215')
  await stack.admin('POST', `${own}/pause`, {})
  expect((await ask(client)).error).toContain('AADSTS7000112')
  await stack.admin('POST', `${own}/resume`, {})
  expectToken(await ask(client), '1')
})

test('jose, jwks-rsa with jsonwebtoken, and passport-azure-ad accept the token and refuse what was made of it', async () => {
  const good = expectToken(await ask('oauth4webapi client_secret_basic'), '1')
  const [head = '', body = '', signature = ''] = good.split('.')
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const read = (text: string) => JSON.parse(Buffer.from(text, 'base64url').toString('utf8')) as Record<string, unknown>
  const { privateKey } = await generateKeyPair('RS256')
  const claims = read(body)
  const tampered = [
    `${head}.${part({ ...claims, oid: '99999999-9999-4999-8999-999999999999' })}.${signature}`,
    `${part({ ...read(head), alg: 'none' })}.${body}.`,
    await new SignJWT(claims).setProtectedHeader({ alg: 'RS256', kid: String(read(head)['kid']) }).sign(privateKey),
    good.slice(0, -6),
  ]
  const authority = `${variables['SIGNET_AUTHORITY']}/${variables['TENANT']}`
  const env = {
    ...variables,
    METADATA: `${authority}/.well-known/openid-configuration`,
    ISSUER: `${authority}/`,
    AUDIENCE: 'https://vault.azure.net',
  }
  const input = fileOf('tokens', [good, ...tampered].join('\n'))
  const child = run(process.execPath, [program('relying-party')], { env, timeout: 60_000 })
  child.child.stdin?.end(readFileSync(input))
  const verdicts = JSON.parse((await child).stdout) as Record<string, string[]>
  expect(Object.keys(verdicts)).toEqual(['jose', 'jwks-rsa + jsonwebtoken', 'passport-azure-ad'])
  for (const [library, [accepted, ...others]] of Object.entries(verdicts)) {
    expect(accepted, library).toBe('ok')
    for (const other of others) expect(other, library).toMatch(/^refused/)
  }
})
