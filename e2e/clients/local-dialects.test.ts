import { execFile, execFileSync, spawnSync } from 'node:child_process'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from '@playwright/test'
import { type ClientProgram, clientPrograms, javaScriptProgram, lackingPrograms } from '../client-programs.ts'
import { note, noteLacking } from '../compatibility.ts'
import {
  commandOf,
  expectAllGenuine,
  expectGenuine,
  type Outcome,
  outcomesOf,
  underSignet,
} from '../instance-clients.ts'
import { program, Stack } from '../stack.ts'

const run = promisify(execFile)
const vault = 'https://vault.azure.net'

/** What clients choose between; App Service of 2017 is nobody's any more but that of the az CLI. */
const dialects = ['app-service', 'imds', 'machine-learning', 'cloud-shell', 'arc', 'service-fabric'] as const
/** azidentity knows IMDS at the well-known address alone. */
const isKnownTo = ({ language }: ClientProgram, dialect: string) => language !== 'Go' || dialect !== 'imds'

const hasWellKnownAddress = canAddAddress()

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

const isServed = (dialect: string) => dialect !== 'arc' || 'SIGNET_ARC_ENDPOINT' in stack.clientVariables()

/** azidentity of before MSAL takes the thumbprint of Service Fabric for nothing, and trusts what OpenSSL trusts. */
function trusting(each: ClientProgram, dialect: string): ClientProgram {
  const { SIGNET_LOCAL_CA_FILE = '' } = stack.clientVariables()
  const isBlind = each.language === 'Go' && dialect === 'service-fabric'
  return isBlind ? { ...each, variables: { ...each.variables, SSL_CERT_FILE: SIGNET_LOCAL_CA_FILE } } : each
}

/** All of a program's clients were served; what that says is a row each. */
async function expectServed(
  outcomes: readonly Outcome[],
  { credentials, labelOf }: ClientProgram,
  way: string,
  names = credentials,
): Promise<void> {
  await expectAllGenuine(stack, identity, outcomes, names)
  note(...names.map((each) => ({ section: 'local' as const, ...labelOf(each), way, result: 'token' })))
}

for (const each of clientPrograms) {
  for (const dialect of dialects.filter((one) => isKnownTo(each, one))) {
    test(`${each.language}: ${each.credentials.join(', ')} get genuine tokens by ${dialect}, then from their cache (vector 4)`, async () => {
      const reason = 'the agent cannot write the folder that clients of Azure Arc insist on'
      if (!isServed(dialect)) noteLacking({ name: 'Azure Arc', reason, of: { way: 'arc' } })
      test.skip(!isServed(dialect), reason)
      await expectServed(await underSignet(stack, dialect, trusting(each, dialect)), each, dialect)
    })
  }

  test(`${each.language}: clients find the well-known address with no variable at all`, async () => {
    const [way, reason] = ['169.254.169.254', 'only root may put 169.254.169.254 on the loopback device']
    if (!hasWellKnownAddress) noteLacking({ name: 'IMDS at its well-known address', reason, of: { way } })
    test.skip(!hasWellKnownAddress, reason)
    await expectServed(await outcomesOf(commandOf(each), each.variables), each, way)
  })

  test(`${each.language}: a client whose http_proxy is the local endpoint gets a token where that is allowed`, async () => {
    const { SIGNET_IMDS_URL } = stack.clientVariables()
    const credentials = ['ManagedIdentityCredential']
    const proxy = { HTTP_PROXY: SIGNET_IMDS_URL, http_proxy: SIGNET_IMDS_URL }
    const outcomes = await outcomesOf(commandOf(each, { credentials }), { ...each.variables, ...proxy })
    await expectServed(outcomes, each, 'http_proxy', credentials)
  })
}

for (const { name: lacking, reason, clients } of lackingPrograms) {
  test(`${lacking} get genuine tokens (skipped: they cannot be had here)`, () => {
    for (const client of clients) noteLacking({ name: lacking, reason, of: { client } })
    test.skip(true, reason)
  })
}

test('signet env leads a client to a dialect too; App Service of 2017 answers with the date its clients read', async () => {
  const text = await stack.signet('env', '--dialect', 'service-fabric', '--shell', 'json')
  await expectServed(
    await outcomesOf(commandOf(javaScriptProgram), JSON.parse(text)),
    javaScriptProgram,
    'service-fabric',
  )
  const lines = await stack.signet('env', '--dialect', 'app-service-2017')
  const ask = `curl -s -H "secret: $MSI_SECRET" "$MSI_ENDPOINT/?api-version=2017-09-01&resource=${vault}"`
  const { stdout } = await run('sh', ['-c', `${lines}${ask}`])
  const body = JSON.parse(stdout) as Record<string, string>
  expect(body['expires_on']).toMatch(/^\d{2}\/\d{2}\/\d{4} \d{2}:\d{2}:\d{2} \+00:00$/)
  await expectGenuine(stack, identity, body['access_token'], vault)
})

test('curl with Metadata: true gets a token, without it 400 in JSON', async () => {
  const { SIGNET_IMDS_URL } = stack.clientVariables()
  const url = `${SIGNET_IMDS_URL}/metadata/identity/oauth2/token?api-version=2018-02-01&resource=${encodeURIComponent(vault)}`
  const { stdout } = await run('curl', ['-s', '-H', 'Metadata: true', url])
  await expectGenuine(stack, identity, (JSON.parse(stdout) as Record<string, string>)['access_token'], vault)
  const refused = await run('curl', ['-s', '-w', '\n%{http_code} %{content_type}', url])
  expect(refused.stdout).toMatch(/\n400 application\/json/)
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

test('clients that are told to come back do so by themselves: 404 on the way, 429 with Retry-After (vectors 5 and 6)', async () => {
  await stack.stop()
  // An agent that knows no state yet, and takes one request a second.
  rmSync(join(stack.folder, 'agent', 'state.json'))
  stack.environment['SIGNET_LOCAL_RATE'] = '1'
  await stack.spawn('agent', /"agent started"/)
  const variables = JSON.parse(await stack.signet('env', '--dialect', 'imds', '--shell', 'json'))
  const credentials = ['ManagedIdentityCredential']
  const outcomes = outcomesOf(commandOf(javaScriptProgram, { credentials }), variables)
  await expect.poll(() => stack.output('agent')).toMatch(/identity_pending/)
  await stack.spawn('serve', /"ready"/)
  await expectAllGenuine(stack, identity, await outcomes, credentials)
  await expectAllGenuine(
    stack,
    identity,
    await outcomesOf(commandOf(javaScriptProgram), variables),
    javaScriptProgram.credentials,
  )
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
