import { execFile } from 'node:child_process'
import { cpSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from '@playwright/test'
import { type ClientKeys, makeClientKeys } from '../client-keys.ts'
import { note, noteLacking } from '../compatibility.ts'
import { azConfiguration, debianClients } from '../debian-clients.ts'
import { expectGenuine } from '../instance-clients.ts'
import { ResourceManagerStandIn } from '../resource-manager-stand-in.ts'
import { Stack } from '../stack.ts'

const run = promisify(execFile)
const vault = 'https://vault.azure.net'
const { python, lacking } = debianClients()
const version = python?.versions['az'] ?? 'unknown'

interface Principal {
  readonly principalId: string
  readonly clientId: string
}

let stack: Stack
let manager: ResourceManagerStandIn
let name: string
let identity: Principal
let deploy: Principal
let elsewhere: Principal
let application: Principal
let keys: ClientKeys
let secret: string

const isLacking = lacking['az'] !== undefined || python === undefined
test.beforeEach(() => {
  if (isLacking) noteLacking({ name: 'az login --identity', reason: lacking['az'] ?? '', of: { client: 'az ' } })
  test.skip(isLacking, lacking['az'])
})
test.beforeAll(async () => {
  if (isLacking) return
  test.setTimeout(300_000)
  stack = await Stack.open()
  cpSync(azConfiguration, join(stack.folder, 'az'), { recursive: true })
  await stack.start()
  const [instance] = await stack.json<{ name: string }[]>('instance', 'list')
  name = instance?.name ?? ''
  identity = (await stack.json<{ identity: Principal }>('instance', 'on', name)).identity
  deploy = await stack.json<Principal>('identity', 'create', 'deploy')
  elsewhere = await stack.json<Principal>('identity', 'create', 'elsewhere')
  await stack.signet('identity', 'attach', 'deploy', name)
  application = await stack.admin<Principal>('POST', '/applications', { name: 'billing' })
  const own = `/applications/${application.principalId}`
  keys = await makeClientKeys('rsa')
  await stack.admin('POST', `${own}/certificates`, { certificate: keys.certificate })
  secret = (await stack.admin<{ value: string }>('POST', `${own}/secrets`, { description: 'az' })).value
  const { SIGNET_AUTHORITY = '', SIGNET_TENANT = '', SIGNET_CA_FILE = '' } = stack.clientVariables()
  const isGenuine = async (token: string) => {
    const tries = [identity, deploy, application].map((each) =>
      expectGenuine(stack, each, token, 'https://management.azure.com/'),
    )
    return (await Promise.allSettled(tries)).some(({ status }) => status === 'fulfilled')
  }
  manager = await ResourceManagerStandIn.open({ authority: SIGNET_AUTHORITY, tenant: SIGNET_TENANT, isGenuine })
  writeFileSync(join(stack.folder, 'az-ca.pem'), `${manager.pem}${readFileSync(SIGNET_CA_FILE, 'utf8')}`)
  await az({}, 'cloud', 'register', '-n', 'Signet', '--endpoint-resource-manager', manager.url)
  await az({}, 'cloud', 'set', '-n', 'Signet')
})
test.afterAll(async () => {
  await manager?.close()
  await stack?.close()
})

/** One command of az, in an environment with nothing in it but what is given. @throws what it said */
async function az(variables: Readonly<Record<string, string>>, ...args: string[]): Promise<unknown> {
  const env = {
    PATH: process.env['PATH'] ?? '',
    ...python?.variables,
    AZURE_CONFIG_DIR: join(stack.folder, 'az'),
    AZURE_CORE_COLLECT_TELEMETRY: 'false',
    REQUESTS_CA_BUNDLE: join(stack.folder, 'az-ca.pem'),
    ...variables,
  }
  const command = ['-sm', 'azure.cli', ...args, '--output', 'json']
  const { stdout } = await run(python?.command ?? '', command, { env, timeout: 120_000 })
  return stdout.trim() === '' ? null : JSON.parse(stdout)
}

/** Signs in, and gets the token of an identity. */
async function expectToken(variables: Readonly<Record<string, string>>, login: readonly string[], of: Principal) {
  await az(variables, 'login', ...login)
  const answer = await az(variables, 'account', 'get-access-token', '--resource', vault)
  expect(answer).toMatchObject({ tokenType: 'Bearer', tenant: stack.clientVariables()['SIGNET_TENANT'] })
  const { accessToken } = answer as { accessToken: string }
  await expectGenuine(stack, of, accessToken, vault)
}

const endpointOf = async (dialect: string): Promise<Record<string, string>> =>
  JSON.parse(await stack.signet('env', '--dialect', dialect, '--shell', 'json'))

const row = { client: 'az CLI', version }

test('az login --identity and az account get-access-token work by the VM extension, with a user-assigned identity too', async () => {
  const variables = await endpointOf('cloud-shell')
  await expectToken(variables, ['--identity'], identity)
  note({ ...row, section: 'local', way: 'cloud-shell (az login --identity)', result: 'token' })
  await expectToken(variables, ['--identity', '--username', deploy.clientId], deploy)
  note({ ...row, section: 'local', way: 'cloud-shell (az login --identity -u CLIENT-ID)', result: 'token' })
})

test('az login --identity works as in an App Service, by its protocol of 2017', async () => {
  const variables = { ...(await endpointOf('app-service-2017')), APPSETTING_WEBSITE_SITE_NAME: 'orders' }
  await expectToken(variables, ['--identity'], identity)
  note({ ...row, section: 'local', way: 'app-service-2017 (az login --identity)', result: 'token' })
})

test('az login --service-principal works with a secret and with a certificate', async () => {
  const tenant = ['--tenant', stack.clientVariables()['SIGNET_TENANT'] ?? '', '--username', application.clientId]
  await expectToken({}, ['--service-principal', ...tenant, '--password', secret], application)
  note({ ...row, section: 'authority', way: 'secret (az login --service-principal)', result: 'token' })
  const file = join(stack.folder, 'az.pem')
  writeFileSync(file, `${keys.privateKey}${keys.certificate}`, { mode: 0o600 })
  await expectToken({}, ['--service-principal', ...tenant, '--password', file], application)
  note({ ...row, section: 'authority', way: 'certificate (az login --service-principal)', result: 'token' })
})

test('az is refused an identity that is not assigned, a wrong audience, a wrong secret and an identity that is off', async () => {
  const variables = await endpointOf('cloud-shell')
  const refused = async (words: string, what: string, ...args: string[]) => {
    await expect(az(variables, ...args)).rejects.toThrow(words)
    note({ ...row, section: 'failures', way: what, result: `refused: ${words}` })
  }
  await refused('Response [400]', 'identity not assigned', ...['login', '--identity', '-u', elsewhere.clientId])
  await az(variables, 'login', '--identity')
  await refused(
    'Response [400]',
    'wrong audience',
    ...['account', 'get-access-token', '--resource', 'https://nobody.example'],
  )
  const tenant = ['--tenant', stack.clientVariables()['SIGNET_TENANT'] ?? '', '--username', application.clientId]
  await refused(
    'AADSTS7000215',
    'wrong secret',
    ...['login', '--service-principal', ...tenant, '--password', 'not this'],
  )
  await stack.signet('identity', 'detach', 'deploy', name)
  await stack.signet('instance', 'off', name)
  await refused('Response [400]', 'identity off', 'login', '--identity')
})
