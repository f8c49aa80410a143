import { execFile, execFileSync, spawnSync } from 'node:child_process'
import { readFileSync, rmSync } from 'node:fs'
import { Agent, request } from 'node:https'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from '@playwright/test'
import { createLocalJWKSet, type JSONWebKeySet, jwtVerify } from 'jose'
import { program, Stack } from '../stack.ts'

const run = promisify(execFile)
const scripts = {
  node: fileURLToPath(new URL('../workloads/managed-identity.ts', import.meta.url)),
  python: fileURLToPath(new URL('../workloads/managed_identity.py', import.meta.url)),
}
const vault = 'https://vault.azure.net'
const stranger = '8d1c6b5c-6d9a-4d57-8a50-0d3c9a9f3f55'

/** What the clients for JavaScript choose between; App Service of 2017 is none of theirs any more. */
const dialects = ['app-service', 'imds', 'machine-learning', 'cloud-shell', 'arc', 'service-fabric'] as const
const clients = ['ManagedIdentityCredential', 'DefaultAzureCredential', 'ManagedIdentityApplication'] as const

const hasWellKnownAddress = canAddAddress()
const python = pythonWithAzure()

let stack: Stack
let name: string
let identity: { principalId: string; clientId: string }

test.beforeAll(async () => {
  stack = await Stack.open()
  Object.assign(stack.environment, {
    SIGNET_LOCAL_ABSOLUTE_FORM: 'true',
    SIGNET_LOCAL_WELL_KNOWN: String(hasWellKnownAddress),
  })
  await stack.start()
  const [instance] = await stack.json<{ name: string }[]>('instance', 'list')
  name = instance?.name ?? ''
  const on = await stack.json<{ identity: typeof identity }>('instance', 'on', name)
  identity = on.identity
})
test.afterAll(() => stack.close())

interface Outcome {
  readonly client: string
  readonly resource: string
  readonly tokens: readonly string[]
  readonly error?: string
}

/** A program in a process of its own, in an environment with nothing in it but what is given. */
async function outcomesOf(
  command: readonly string[],
  variables: Record<string, string | undefined>,
): Promise<Outcome[]> {
  const [file = '', ...args] = command
  // Without it DefaultAzureCredential goes on to the tools of developers where it is refused.
  const env = { PATH: process.env['PATH'] ?? '', AZURE_TOKEN_CREDENTIALS: 'prod', ...variables }
  const { stdout } = await run(file, args, { env })
  return JSON.parse(stdout) as Outcome[]
}

/** Started by `signet run`, which alone knows where the agent is. */
function underSignet(dialect: string, command: readonly string[]): Promise<Outcome[]> {
  const { SIGNET_DATA_DIR, PYTHONPATH } = stack.environment
  return outcomesOf([process.execPath, program, 'run', '--dialect', dialect, '--', ...command], {
    SIGNET_DATA_DIR,
    PYTHONPATH,
  })
}

/** @param request RESOURCE=CLIENT-ID, for the resource of each client and no identity in particular where they are empty */
const workload = (request = '=', names: readonly string[] = clients) => [
  process.execPath,
  scripts.node,
  request,
  ...names,
]

/** The token as a relying party takes it: by the published keys, and for the identity of this instance. */
async function expectGenuine(token: string | undefined, audience = vault): Promise<void> {
  const { SIGNET_AUTHORITY, SIGNET_TENANT, SIGNET_CA_FILE } = stack.clientVariables()
  const ca = readFileSync(SIGNET_CA_FILE ?? '', 'utf8')
  const metadata = await getJson(`${SIGNET_AUTHORITY}/${SIGNET_TENANT}/.well-known/openid-configuration`, ca)
  const keys = await getJson(String(metadata['jwks_uri']), ca)
  const { payload } = await jwtVerify(token ?? '', createLocalJWKSet(keys as unknown as JSONWebKeySet), {
    issuer: String(metadata['issuer']),
    audience,
    algorithms: ['RS256'],
  })
  const { principalId: oid, clientId: appid } = identity
  expect(payload).toMatchObject({ oid, sub: oid, appid, tid: SIGNET_TENANT, ver: '1.0', idtyp: 'app' })
}

/** Each client got a token, and the second time the same from its own cache. */
async function expectAllGenuine(outcomes: readonly Outcome[], names: readonly string[] = clients): Promise<void> {
  expect(outcomes.map(({ client }) => client)).toEqual(names)
  for (const { client, resource, tokens, error } of outcomes) {
    expect(error, client).toBeUndefined()
    await expectGenuine(tokens[0], resource)
    expect(tokens[1], client).toBe(tokens[0])
  }
}

function expectAllRefused(outcomes: readonly Outcome[], words: RegExp): void {
  expect(outcomes.map(({ client }) => client)).toEqual(clients)
  for (const { client, tokens, error } of outcomes) {
    expect(tokens, client).toEqual([])
    expect(error, client).toMatch(words)
  }
}

const isServed = (dialect: string) => dialect !== 'arc' || 'SIGNET_ARC_ENDPOINT' in stack.clientVariables()

for (const dialect of dialects) {
  test(`${clients.join(', ')} get genuine tokens by ${dialect}`, async () => {
    test.skip(!isServed(dialect), 'the agent cannot write the folder that clients of Azure Arc insist on')
    await expectAllGenuine(await underSignet(dialect, workload()))
  })
}

test('signet env leads a client to a dialect too; App Service of 2017 answers with the date its clients read', async () => {
  const text = await stack.signet('env', '--dialect', 'service-fabric', '--shell', 'json')
  await expectAllGenuine(await outcomesOf(workload(), JSON.parse(text)))
  const lines = await stack.signet('env', '--dialect', 'app-service-2017')
  const ask = `curl -s -H "secret: $MSI_SECRET" "$MSI_ENDPOINT/?api-version=2017-09-01&resource=${vault}"`
  const { stdout } = await run('sh', ['-c', `${lines}${ask}`])
  const body = JSON.parse(stdout) as Record<string, string>
  expect(body['expires_on']).toMatch(/^\d{2}\/\d{2}\/\d{4} \d{2}:\d{2}:\d{2} \+00:00$/)
  await expectGenuine(body['access_token'])
})

test('curl with Metadata: true gets a token, without it 400 in JSON', async () => {
  const { SIGNET_IMDS_URL } = stack.clientVariables()
  const url = `${SIGNET_IMDS_URL}/metadata/identity/oauth2/token?api-version=2018-02-01&resource=${encodeURIComponent(vault)}`
  const { stdout } = await run('curl', ['-s', '-H', 'Metadata: true', url])
  await expectGenuine((JSON.parse(stdout) as Record<string, string>)['access_token'])
  const refused = await run('curl', ['-s', '-w', '\n%{http_code} %{content_type}', url])
  expect(refused.stdout).toMatch(/\n400 application\/json/)
})

test('a client whose http_proxy is the local endpoint gets a token where that is allowed', async () => {
  const { SIGNET_IMDS_URL } = stack.clientVariables()
  const only = ['ManagedIdentityCredential']
  const proxy = { HTTP_PROXY: SIGNET_IMDS_URL, http_proxy: SIGNET_IMDS_URL }
  await expectAllGenuine(await outcomesOf(workload('=', only), proxy), only)
})

test('clients find the well-known address with no variable at all', async () => {
  test.skip(!hasWellKnownAddress, 'only root may put 169.254.169.254 on the loopback device')
  await expectAllGenuine(await outcomesOf(workload(), {}))
})

test(`azure-identity for Python gets genuine tokens${python ? '' : ' (skipped: it is not installed here)'}`, async () => {
  test.skip(python === undefined, 'azure-identity for Python is not installed here')
  for (const dialect of dialects.filter(isServed)) {
    await expectAllGenuine(await underSignet(dialect, [python ?? '', scripts.python]), ['azure-identity'])
  }
})

test('signet run passes exit code, signals and terminal on, and its secret ends with it', async () => {
  const { SIGNET_DATA_DIR } = stack.environment
  const env = { PATH: process.env['PATH'] ?? '', SIGNET_DATA_DIR }
  const signet = (...command: string[]) => {
    const args = [program, 'run', '--', ...command]
    return spawnSync(process.execPath, args, { env, input: 'from stdin', encoding: 'utf8', timeout: 20_000 })
  }
  expect(signet('sh', '-c', 'exit 7').status).toBe(7)
  expect(signet('sh', '-c', 'kill -TERM $$').signal).toBe('SIGTERM')
  const forwarded = "trap 'exit 9' TERM; kill -TERM $PPID; while :; do sleep 0.05; done"
  expect(signet('sh', '-c', forwarded).status).toBe(9)
  expect(signet('no-such-program').status).toBe(127)
  expect(signet('cat').stdout).toBe('from stdin')
  const [endpoint, secret] = signet('sh', '-c', 'echo "$IDENTITY_ENDPOINT $IDENTITY_HEADER"').stdout.trim().split(' ')
  expect(secret).not.toBe(stack.clientVariables()['SIGNET_IDENTITY_HEADER'])
  const ask = ['-s', '-o', '/dev/null', '-w', '%{http_code}', '-H', `X-IDENTITY-HEADER: ${secret}`]
  const { stdout } = await run('curl', [...ask, `${endpoint}?api-version=2019-08-01&resource=${vault}`])
  expect(stdout).toBe('401')
})

test('every client is refused a wrong audience, in the words of the authority', async () => {
  expectAllRefused(await underSignet('imds', workload('https://nobody.example=')), /AADSTS500011/)
})

test('every client is refused an identity that is not of the instance', async () => {
  expectAllRefused(
    await underSignet('app-service', workload(`=${stranger}`)),
    /Unable to load requested managed identity/,
  )
})

test('every client is refused once the identity is off', async () => {
  await stack.signet('instance', 'off', name)
  expectAllRefused(await underSignet('imds', workload()), /Identity not found/)
  expectAllRefused(await underSignet('service-fabric', workload()), /Identity not found|ManagedIdentityNotFound/)
})

test('clients that are told to come back do so by themselves: 404 on the way, 429 with Retry-After (vectors 5 and 6)', async () => {
  const on = await stack.json<{ identity: typeof identity }>('instance', 'on', name)
  identity = on.identity
  await stack.stop()
  // An agent that knows no state yet, and takes one request a second.
  rmSync(join(stack.folder, 'agent', 'state.json'))
  stack.environment['SIGNET_LOCAL_RATE'] = '1'
  await stack.spawn('agent', /"agent started"/)
  const variables = JSON.parse(await stack.signet('env', '--dialect', 'imds', '--shell', 'json'))
  const only = ['ManagedIdentityCredential']
  const outcomes = outcomesOf(workload('=', only), variables)
  await expect.poll(() => stack.output('agent')).toMatch(/identity_pending/)
  await stack.spawn('serve', /"ready"/)
  await expectAllGenuine(await outcomes, only)
  await expectAllGenuine(await outcomesOf(workload(), variables))
  expect(stack.output('agent')).toMatch(/too_many_requests/)
})

/** Root, as a rule; in some containers not even that. */
function canAddAddress(): boolean {
  const change = (verb: string) => {
    execFileSync('ip', ['address', verb, '169.254.169.254/32', 'dev', 'lo'], { stdio: 'ignore' })
  }
  try {
    change('add')
    change('del')
    return true
  } catch {
    return false
  }
}

/** Debian's, if it has the package. */
function pythonWithAzure(): string | undefined {
  const file = '/usr/bin/python3'
  return spawnSync(file, ['-c', 'import azure.identity']).status === 0 ? file : undefined
}

function getJson(url: string, ca: string): Promise<Record<string, unknown>> {
  return new Promise((resolve, reject) => {
    const call = request(url, { agent: new Agent({ ca }) }, (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('end', () => resolve(JSON.parse(Buffer.concat(chunks).toString('utf8'))))
    })
    call.on('error', reject)
    call.end()
  })
}
