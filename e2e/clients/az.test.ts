import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from '@playwright/test'
import { Az } from '../az.ts'
import { type ClientKeys, makeClientKeys } from '../client-keys.ts'
import { note, noteLacking } from '../compatibility.ts'
import { debianClients } from '../debian-clients.ts'
import { expectGenuine } from '../instance-clients.ts'
import { Stack } from '../stack.ts'

const vault = 'https://vault.azure.net'
const reader = 'acdd72a7-3385-48ef-bd42-f606fba81ae7'
const { az, newAz, lacking } = debianClients()

interface Principal {
  readonly principalId: string
  readonly clientId: string
}

// A command of az is a second of one core, and on a busy machine many.
test.describe.configure({ timeout: 300_000 })

type Variables = Readonly<Record<string, string>>

let stack: Stack
let instance: { name: string; resourceId: string }
let identity: Principal
let deploy: Principal & { resourceId: string }
let elsewhere: Principal
let application: Principal
let keys: ClientKeys
let secret: string
/** Where they can be had. */
let stable: Az
let testing: Az

test.beforeAll(async () => {
  if (!az && !newAz) return
  test.setTimeout(300_000)
  stack = await Stack.open()
  await stack.start()
  const [first] = await stack.json<(typeof instance)[]>('instance', 'list')
  if (!first) throw new Error('the stack has an instance')
  instance = first
  identity = (await stack.json<{ identity: Principal }>('instance', 'on', instance.name)).identity
  deploy = await stack.json<typeof deploy>('identity', 'create', 'deploy')
  elsewhere = await stack.json<Principal>('identity', 'create', 'elsewhere')
  await stack.signet('identity', 'attach', 'deploy', instance.name)
  application = await stack.admin<Principal>('POST', '/applications', { name: 'billing' })
  const own = `/applications/${application.principalId}`
  keys = await makeClientKeys('rsa')
  await stack.admin('POST', `${own}/certificates`, { certificate: keys.certificate })
  secret = (await stack.admin<{ value: string }>('POST', `${own}/secrets`, { description: 'az' })).value
  // Each sees its subscription, without which az calls a sign-in a failure.
  const scope = `/subscriptions/${instance.resourceId.split('/')[2]}`
  for (const { principalId } of [identity, deploy, application]) {
    await stack.admin('POST', '/role-assignments', { principalId, roleId: reader, scope })
  }
  if (az) stable = await Az.open(az, stack, { discovery: 'adfs' })
  if (newAz) testing = await Az.open(newAz, stack, { discovery: 'off' })
})
test.afterAll(() => stack?.close())

const endpointOf = async (dialect: string): Promise<Variables> =>
  JSON.parse(await stack.signet('env', '--dialect', dialect, '--shell', 'json'))

/** Signs in at the real resource manager, sees the subscription there, and gets the token of an identity. */
async function expectToken(of: Principal, by: Az, login: readonly string[], variables: Variables = {}): Promise<void> {
  const [, , subscriptionId = ''] = instance.resourceId.split('/')
  expect(await by.run(['login', ...login], variables)).toMatchObject([{ id: subscriptionId, state: 'Enabled' }])
  const answer = await by.run(['account', 'get-access-token', '--resource', vault], variables)
  expect(answer).toMatchObject({ tokenType: 'Bearer', tenant: stack.clientVariables()['SIGNET_TENANT'] })
  await expectGenuine(stack, of, (answer as { accessToken: string }).accessToken, vault)
}

const servicePrincipal = () => [
  ...['--service-principal', '--tenant', stack.clientVariables()['SIGNET_TENANT'] ?? ''],
  ...['--username', application.clientId],
]

/** A file with key and certificate. */
function certificateFile(): string {
  const file = join(stack.folder, 'az.pem')
  writeFileSync(file, `${keys.privateKey}${keys.certificate}`, { mode: 0o600 })
  return file
}

/** The table tells the two apart by where they come from, since versions of Debian move on by themselves. */
const rowOf = ({ version }: Az) => ({ client: version === newAz?.version ? 'az CLI (testing)' : 'az CLI', version })

test.describe('az of this Debian', () => {
  test.beforeEach(() => {
    if (!az) noteLacking({ name: 'az login --identity', reason: lacking['az'] ?? '', of: { client: 'az CLI' } })
    test.skip(!az, lacking['az'])
  })

  test('az login --identity works by the VM extension, with a user-assigned identity too', async () => {
    const variables = await endpointOf('cloud-shell')
    await expectToken(identity, stable, ['--identity'], variables)
    note({ ...rowOf(stable), section: 'local', way: 'cloud-shell (az login --identity)', result: 'token' })
    await expectToken(deploy, stable, ['--identity', '--username', deploy.clientId], variables)
    note({ ...rowOf(stable), section: 'local', way: 'cloud-shell (az login --identity -u CLIENT-ID)', result: 'token' })
  })

  test('az login --identity works as in an App Service, by its protocol of 2017', async () => {
    const variables = { ...(await endpointOf('app-service-2017')), APPSETTING_WEBSITE_SITE_NAME: 'orders' }
    await expectToken(identity, stable, ['--identity'], variables)
    note({ ...rowOf(stable), section: 'local', way: 'app-service-2017 (az login --identity)', result: 'token' })
  })

  test('az login --service-principal works with a secret and with a certificate', async () => {
    await expectToken(application, stable, [...servicePrincipal(), '--password', secret])
    note({ ...rowOf(stable), section: 'authority', way: 'secret (az login --service-principal)', result: 'token' })
    await expectToken(application, stable, [...servicePrincipal(), '--password', certificateFile()])
    note({ ...rowOf(stable), section: 'authority', way: 'certificate (az login --service-principal)', result: 'token' })
  })
})

test.describe('az of the testing suite', () => {
  test.beforeEach(() => {
    const reason = lacking['new az'] ?? ''
    if (!newAz) noteLacking({ name: 'az login --identity, newer', reason, of: { client: 'az CLI (testing)' } })
    test.skip(!newAz, reason)
  })

  test('az login --identity works with the identity named in each of its forms', async () => {
    const variables = await endpointOf('app-service')
    await expectToken(identity, testing, ['--identity'], variables)
    note({ ...rowOf(testing), section: 'local', way: 'app-service (az login --identity)', result: 'token' })
    for (const [option, value] of [
      ['--client-id', deploy.clientId],
      ['--object-id', deploy.principalId],
      ['--resource-id', deploy.resourceId],
    ] as const) {
      await expectToken(deploy, testing, ['--identity', option, value], variables)
      note({ ...rowOf(testing), section: 'local', way: `app-service (az login --identity ${option})`, result: 'token' })
    }
  })

  test('az login --identity works at IMDS', async () => {
    const { SIGNET_IMDS_URL = '' } = stack.clientVariables()
    await expectToken(identity, testing, ['--identity'], { AZURE_POD_IDENTITY_AUTHORITY_HOST: SIGNET_IMDS_URL })
    note({ ...rowOf(testing), section: 'local', way: 'imds (az login --identity)', result: 'token' })
  })

  test('az login --service-principal works with a secret, a certificate and a federated token', async () => {
    await expectToken(application, testing, [...servicePrincipal(), '--password', secret])
    note({ ...rowOf(testing), section: 'authority', way: 'secret (az login --service-principal)', result: 'token' })
    await expectToken(application, testing, [...servicePrincipal(), '--certificate', certificateFile()])
    const way = 'certificate (az login --service-principal --certificate)'
    note({ ...rowOf(testing), section: 'authority', way, result: 'token' })
    const token = await fileToken()
    const { SIGNET_TENANT = '' } = stack.clientVariables()
    const federated = ['--tenant', SIGNET_TENANT, '--username', identity.clientId, '--federated-token', token]
    await expectToken(identity, testing, ['--service-principal', ...federated])
    const file = 'token file (az login --service-principal --federated-token)'
    note({ ...rowOf(testing), section: 'authority', way: file, result: 'token' })
  })

  /** What the agent writes for a workload, as long as that runs. */
  async function fileToken(): Promise<string> {
    const script =
      'process.stdout.write(require("node:fs").readFileSync(process.env.AZURE_FEDERATED_TOKEN_FILE, "utf8"))'
    return stack.signet('run', '--dialect', 'workload-identity', '--', process.execPath, '-e', script)
  }
})

test('az is refused an identity that is not assigned, a wrong audience, a wrong secret and an identity that is off', async () => {
  test.skip(!az && !newAz, lacking['az'])
  const tried = [
    ...(az ? [{ cli: stable, by: 'cloud-shell', naming: '--username' }] : []),
    ...(newAz ? [{ cli: testing, by: 'app-service', naming: '--client-id' }] : []),
  ]
  const refused = async (each: (typeof tried)[number], words: RegExp, what: string, args: readonly string[]) => {
    const said = await each.cli.run(args, await endpointOf(each.by)).then(() => 'nothing', String)
    expect(said).toMatch(words)
    note({ ...rowOf(each.cli), section: 'failures', way: what, result: `refused: ${words.exec(said)?.[0]}` })
  }
  const refusal = /\b400\b/
  for (const each of tried) {
    await refused(each, refusal, 'identity not assigned', ['login', '--identity', each.naming, elsewhere.clientId])
    await each.cli.run(['login', '--identity'], await endpointOf(each.by))
    const nobody = ['account', 'get-access-token', '--resource', 'https://nobody.example']
    await refused(each, /\b400\b|AADSTS500011/, 'wrong audience', nobody)
    // az keeps tokens of service principals on the disk, and would sign in with one of those.
    await each.cli.run(['account', 'clear'])
    await refused(each, /AADSTS7000215/, 'wrong secret', ['login', ...servicePrincipal(), '--password', 'not this'])
  }
  await stack.signet('identity', 'detach', 'deploy', instance.name)
  await stack.signet('instance', 'off', instance.name)
  for (const each of tried) await refused(each, refusal, 'identity off', ['login', '--identity'])
})
