import { execFile } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { Agent, request } from 'node:https'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from '@playwright/test'
import { createLocalJWKSet, decodeJwt, decodeProtectedHeader, type JSONWebKeySet, jwtVerify } from 'jose'
import { javaScriptProgram } from '../client-programs.ts'
import { note } from '../compatibility.ts'
import { program, Stack } from '../stack.ts'

const run = promisify(execFile)
const workload = fileURLToPath(new URL('../workloads/token-file.ts', import.meta.url))
const vault = 'https://vault.azure.net'

let stack: Stack
let name: string
let identity: { principalId: string; clientId: string }

test.beforeAll(async () => {
  stack = await Stack.open()
  await stack.start()
  const [instance] = await stack.json<{ name: string }[]>('instance', 'list')
  name = instance?.name ?? ''
  const on = await stack.json<{ identity: typeof identity }>('instance', 'on', name)
  identity = on.identity
})
test.afterAll(() => stack.close())

interface Outcome {
  readonly client: string
  readonly tokens: readonly string[]
  readonly error?: string
}

/** Under `signet run`, in an environment with nothing in it but what that gives. */
async function underSignet(resource: string): Promise<{ file: string; outcomes: Outcome[] }> {
  const { SIGNET_DATA_DIR } = stack.environment
  const env = { PATH: process.env['PATH'] ?? '', SIGNET_DATA_DIR }
  const args = ['run', '--dialect', 'workload-identity', '--', process.execPath, workload, resource]
  const { stdout } = await run(process.execPath, [program, ...args], { env })
  return JSON.parse(stdout) as { file: string; outcomes: Outcome[] }
}

const tokenFile = () => join(stack.folder, 'agent', 'token-files', `${identity.clientId}.jwt`)

/** As a relying party takes it: by the published keys, whose set is fetched anew each time. */
async function expectGenuine(token: string | undefined, audience = vault): Promise<void> {
  const { SIGNET_TENANT } = stack.clientVariables()
  const { payload } = await jwtVerify(token ?? '', createLocalJWKSet((await keySet()) as JSONWebKeySet), {
    audience,
    algorithms: ['RS256'],
  })
  const { principalId: oid, clientId: appid } = identity
  expect(payload).toMatchObject({ oid, sub: oid, appid, appidacr: '2', tid: SIGNET_TENANT, idtyp: 'app' })
}

async function keySet(): Promise<{ keys: { kid: string }[] }> {
  const { SIGNET_AUTHORITY, SIGNET_TENANT, SIGNET_CA_FILE } = stack.clientVariables()
  const ca = readFileSync(SIGNET_CA_FILE ?? '', 'utf8')
  return getJson(`${SIGNET_AUTHORITY}/${SIGNET_TENANT}/discovery/v2.0/keys`, ca)
}

function getJson(url: string, ca: string): Promise<{ keys: { kid: string }[] }> {
  return new Promise((resolve, reject) => {
    request(url, { agent: new Agent({ ca }) }, (response) => {
      let text = ''
      response.on('data', (chunk: Buffer) => {
        text += chunk.toString('utf8')
      })
      response.on('end', () => resolve(JSON.parse(text)))
    })
      .on('error', reject)
      .end()
  })
}

/** One request of a workload at the local endpoint. */
async function local(resource: string): Promise<{ status: number; body: Record<string, unknown> }> {
  const url = `${stack.clientVariables()['SIGNET_IMDS_URL']}/metadata/identity/oauth2/token?api-version=2018-02-01`
  const answer = await fetch(`${url}&resource=${encodeURIComponent(resource)}`, { headers: { Metadata: 'true' } })
  return { status: answer.status, body: (await answer.json()) as Record<string, unknown> }
}

test('WorkloadIdentityCredential, DefaultAzureCredential and ManagedIdentityCredential get genuine tokens with a token file', async () => {
  const { file, outcomes } = await underSignet(vault)
  expect(outcomes.map(({ client }) => client)).toEqual([
    'WorkloadIdentityCredential',
    'DefaultAzureCredential',
    'ManagedIdentityCredential',
  ])
  for (const { client, tokens, error } of outcomes) {
    expect(error, client).toBeUndefined()
    for (const token of tokens) await expectGenuine(token)
    // Of a token file that one keeps nothing, and asks anew each time.
    if (client !== 'ManagedIdentityCredential') expect(tokens[1], client).toBe(tokens[0])
  }
  const way = 'workload-identity (token file)'
  for (const { client } of outcomes) {
    note({ section: 'local', ...javaScriptProgram.labelOf(client), way, result: 'token' })
  }
  expect(decodeJwt(file)).toMatchObject({ aud: 'api://AzureADTokenExchange', sub: identity.principalId })
  expect((await keySet()).keys.map(({ kid }) => kid)).not.toContain(decodeProtectedHeader(file).kid)
})

test('the token file is there while its run is, and no longer', async () => {
  await underSignet(vault)
  await expect.poll(() => existsSync(tokenFile())).toBe(false)
  await expect(stack.signet('env', '--dialect', 'workload-identity')).rejects.toThrow('keeps no token file now')
})

test('what is wrong is said by the client as it is in the cloud: an audience that is not registered', async () => {
  const { outcomes } = await underSignet('api://nobody')
  for (const { error } of outcomes) expect(error).toContain('AADSTS500011')
})

test('the run of a paused identity does not begin, and says why', async () => {
  await stack.admin('POST', `/identities/${identity.principalId}/pause`, {})
  await expect(underSignet(vault)).rejects.toThrow(/paused/)
  await stack.admin('POST', `/identities/${identity.principalId}/resume`, {})
  await expect.poll(async () => (await underSignet(vault).catch(() => undefined))?.outcomes.length).toBe(3)
})

test('an audience that was disabled, and enabled again, is so for the very next request, cached tokens included (N10)', async () => {
  await stack.signet('audience', 'add', 'api://orders', '--name', 'Orders')
  expect((await local('api://orders')).status).toBe(200)
  await stack.signet('audience', 'disable', 'api://orders')
  expect(await local('api://orders')).toMatchObject({ status: 400, body: { error: 'invalid_resource' } })
  await stack.signet('audience', 'enable', 'api://orders')
  expect((await local('api://orders')).status).toBe(200)
})

test('an emergency rotation says what it ends, and replaces key and tokens within seconds (SEC-89)', async () => {
  const before = String((await local(vault)).body['access_token'])
  const old = decodeProtectedHeader(before).kid
  const beginning = performance.now()
  expect(await stack.signet('signing-key', 'rotate')).toMatch(/\d+ tokens of 1 identities .* refused at once/)
  expect((await keySet()).keys.map(({ kid }) => kid)).toContain(old)
  await stack.signet('signing-key', 'rotate', '--yes', '--reason', 'exercise')
  const after = String((await local(vault)).body['access_token'])
  expect(performance.now() - beginning).toBeLessThan(60_000)
  expect(decodeProtectedHeader(after).kid).not.toBe(old)
  await expectGenuine(after)
  await expect(expectGenuine(before)).rejects.toThrow()
  expect((await underSignet(vault)).outcomes.every(({ error }) => error === undefined)).toBe(true)
})
