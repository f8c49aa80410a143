import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from '@playwright/test'
import { decodeJwt, generateKeyPair, SignJWT } from 'jose'
import { ApplicationStack, type Outcome, type Proof } from '../application-stack.ts'
import { clientPrograms, javaScriptProgram, lackingPrograms, npmVersion } from '../client-programs.ts'
import { note, noteLacking } from '../compatibility.ts'
import { debianClients } from '../debian-clients.ts'

const run = promisify(execFile)
const workload = (name: string) => fileURLToPath(new URL(`../workloads/${name}`, import.meta.url))
const { python, lacking } = debianClients()

let stack: ApplicationStack
test.beforeAll(async () => {
  stack = await ApplicationStack.open()
})
test.afterAll(() => stack.close())

function expectToken({ token, error }: Outcome, { kind, ...proof }: Pick<Proof, 'kind' | 'client' | 'way'>): string {
  expect(error, `${proof.client} ${proof.way}`).toBeUndefined()
  expect(decodeJwt(token ?? '')).toMatchObject({
    aud: 'https://vault.azure.net',
    appid: stack.application.clientId,
    oid: stack.application.principalId,
    tid: stack.variables['TENANT'],
    appidacr: kind === 'secret' ? '1' : '2',
    ver: '1.0',
    idtyp: 'app',
  })
  return token ?? ''
}

async function expectTokens(proofs: readonly Proof[]): Promise<void> {
  const outcomes = await Promise.all(proofs.map((proof) => stack.ask(proof)))
  for (const [index, proof] of proofs.entries()) {
    expectToken(outcomes[index] ?? {}, proof)
    note({ section: 'authority', ...proof.program.labelOf(proof.client), way: proof.way, result: 'token' })
  }
}

for (const program of clientPrograms) {
  test(`${program.language}: a certificate brings tokens to each client, unmodified`, async () => {
    await expectTokens(stack.certificates(program))
  })

  test(`${program.language}: a secret brings tokens to each client, unmodified`, async () => {
    await expectTokens(stack.secrets(program))
  })

  test(`${program.language}: a token of an issuer whose keys are pinned brings tokens to each client, unmodified`, async () => {
    await expectTokens(stack.federated(program, await stack.externalToken()))
  })
}

for (const { name, reason, clients } of lackingPrograms) {
  test(`${name} get tokens as an application (skipped: they cannot be had here)`, () => {
    for (const client of clients) noteLacking({ name, reason, of: { client } })
    test.skip(true, reason)
  })
}

test('a token of an external issuer for another subject is refused, and the tester says why', async () => {
  const wrong = await stack.externalToken('system:serviceaccount:default:other')
  const [proof] = stack.federated(javaScriptProgram, wrong)
  expect(proof && (await stack.ask(proof)).error).toContain('AADSTS700213')
  const path = `/identities/${stack.application.principalId}/federated-credentials/test`
  const verdict = await stack.stack.admin<{ accepted: boolean; aadsts: number }>('POST', path, { token: wrong })
  expect(verdict).toMatchObject({ accepted: false, aadsts: 700213 })
  expect(stack.stack.output('start')).not.toContain(wrong.split('.')[2])
})

const bySecret = (client: string): Proof => ({
  ...{ program: javaScriptProgram, client, way: 'secret', kind: 'secret' },
  variables: {},
})

test('what the API answered counts for the very next request: a secret that came, one that went, a pause (N10)', async () => {
  const own = `/applications/${stack.application.principalId}`
  const proof = bySecret('openid-client client_secret_post')
  const { admin } = stack.stack
  const fresh = await admin<{ id: string; value: string }>('POST', `${own}/secrets`, { description: 'next' })
  expectToken(await stack.ask(proof, { SECRET: fresh.value }), proof)
  await admin('DELETE', `${own}/secrets/${fresh.id}`)
  expect((await stack.ask(proof, { SECRET: fresh.value })).error).toContain('AADSTS7000215')
  await admin('POST', `${own}/pause`, {})
  expect((await stack.ask(proof)).error).toContain('AADSTS7000112')
  await admin('POST', `${own}/resume`, {})
  expectToken(await stack.ask(proof), proof)
})

/** The token, and what somebody might make of it. */
async function goodAndTampered(): Promise<string[]> {
  const proof = bySecret('oauth4webapi client_secret_basic')
  const good = expectToken(await stack.ask(proof), proof)
  const [head = '', body = '', signature = ''] = good.split('.')
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const read = (text: string) => JSON.parse(Buffer.from(text, 'base64url').toString('utf8')) as Record<string, unknown>
  const { privateKey } = await generateKeyPair('RS256')
  const claims = read(body)
  return [
    good,
    `${head}.${part({ ...claims, oid: '99999999-9999-4999-8999-999999999999' })}.${signature}`,
    `${part({ ...read(head), alg: 'none' })}.${body}.`,
    await new SignJWT(claims).setProtectedHeader({ alg: 'RS256', kid: String(read(head)['kid']) }).sign(privateKey),
    good.slice(0, -6),
  ]
}

/** @param versions of the libraries that the program is to have tried, by their names */
async function expectGoodAlone(
  [file = '', ...args]: readonly string[],
  variables: Readonly<Record<string, string>>,
  versions: Readonly<Record<string, string>>,
): Promise<void> {
  const tokens = await goodAndTampered()
  const authority = `${stack.variables['SIGNET_AUTHORITY']}/${stack.variables['TENANT']}`
  const METADATA = `${authority}/.well-known/openid-configuration`
  const about = { METADATA, ISSUER: `${authority}/`, AUDIENCE: 'https://vault.azure.net' }
  const child = run(file, args, { env: { ...stack.variables, ...variables, ...about }, timeout: 60_000 })
  child.child.stdin?.end(tokens.join('\n'))
  const verdicts = JSON.parse((await child).stdout) as Record<string, string[]>
  expect(Object.keys(verdicts)).toEqual(Object.keys(versions))
  for (const [library, [accepted, ...others]] of Object.entries(verdicts)) {
    expect(accepted, library).toBe('ok')
    expect(others).toHaveLength(tokens.length - 1)
    for (const other of others) expect(other, library).toMatch(/^refused/)
    const result = 'takes the token; refuses other claims, no signature, a foreign key, a cut signature'
    note({ section: 'relying', client: library, version: versions[library] ?? '', way: 'metadata of v1', result })
  }
}

test('jose, jwks-rsa with jsonwebtoken, and passport-azure-ad accept the token and refuse what was made of it', async () => {
  await expectGoodAlone(
    [process.execPath, workload('relying-party.ts')],
    {},
    {
      jose: npmVersion('jose'),
      'jwks-rsa + jsonwebtoken': `${npmVersion('jwks-rsa')} + ${npmVersion('jsonwebtoken')}`,
      'passport-azure-ad': npmVersion('passport-azure-ad'),
    },
  )
})

test(`PyJWT accepts the token and refuses what was made of it${lacking['PyJWT'] ? ' (skipped: it cannot be had here)' : ''}`, async () => {
  const name = 'PyJWT'
  if (lacking[name]) noteLacking({ name, reason: lacking[name], of: { client: name } })
  test.skip(lacking[name] !== undefined, lacking[name])
  const versions = { 'PyJWT (Python)': python?.versions[name] ?? 'unknown' }
  await expectGoodAlone([python?.command ?? '', workload('relying_party.py')], python?.variables ?? {}, versions)
})
