import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from '@playwright/test'
import { decodeJwt } from 'jose'
import { javaScriptProgram } from '../client-programs.ts'
import { note } from '../compatibility.ts'
import { Stack } from '../stack.ts'

const run = promisify(execFile)
const workload = fileURLToPath(new URL('../workloads/selected-identity.ts', import.meta.url))
const vault = 'https://vault.azure.net'

interface Identity {
  readonly principalId: string
  readonly clientId: string
  readonly resourceId: string
}

interface Ask {
  readonly with?: 'azure-identity' | 'msal'
  readonly resource?: string
  readonly by?: 'clientId' | 'objectId' | 'resourceId'
  readonly id?: string
}

let stack: Stack
let name: string
let instance: { resourceId: string; identity: { principalId: string } }
let deploy: Identity
let build: Identity

test.beforeAll(async () => {
  stack = await Stack.open()
  await stack.start()
  const [first] = await stack.json<{ name: string }[]>('instance', 'list')
  name = first?.name ?? ''
  instance = await stack.json('instance', 'on', name)
  const create = (each: string) => stack.json<Identity>('identity', 'create', each)
  ;[deploy, build] = await Promise.all([create('deploy'), create('build')])
  await Promise.all(['deploy', 'build'].map((each) => stack.signet('identity', 'attach', each, name)))
})
test.afterAll(() => stack.close())

type Dialect = 'imds' | 'app-service'

/** What the workload is told of the endpoint, and nothing else. */
function environmentOf(dialect: Dialect): Record<string, string | undefined> {
  const { SIGNET_IDENTITY_ENDPOINT, SIGNET_IDENTITY_HEADER, SIGNET_IMDS_URL } = stack.clientVariables()
  return dialect === 'imds'
    ? { AZURE_POD_IDENTITY_AUTHORITY_HOST: SIGNET_IMDS_URL }
    : { IDENTITY_ENDPOINT: SIGNET_IDENTITY_ENDPOINT, IDENTITY_HEADER: SIGNET_IDENTITY_HEADER }
}

async function answersTo(dialect: Dialect, asks: readonly Ask[]): Promise<{ token?: string; error?: string }[]> {
  const wanted = asks.map((ask) => ({ with: 'azure-identity', resource: vault, ...ask }))
  const env = { PATH: process.env['PATH'] ?? '', ...environmentOf(dialect) }
  const { stdout } = await run(process.execPath, [workload, JSON.stringify(wanted)], { env })
  return JSON.parse(stdout) as { token?: string; error?: string }[]
}

const claimsOf = ({ token, error }: { token?: string; error?: string }) => {
  expect(error).toBeUndefined()
  return decodeJwt(token ?? '')
}

/** Every way to name an identity, with both libraries. */
const everyWay = ({ clientId, principalId, resourceId }: Identity): Ask[] =>
  (['azure-identity', 'msal'] as const).flatMap((library) => [
    { with: library, by: 'clientId', id: clientId },
    { with: library, by: 'objectId', id: principalId },
    { with: library, by: 'resourceId', id: resourceId },
    { with: library, by: 'resourceId', id: resourceId.toLowerCase() },
  ])

for (const dialect of ['imds', 'app-service'] as const) {
  test(`${dialect}: an identity is picked by client ID, object ID and resource ID, and its token says who asked`, async () => {
    for (const answer of await answersTo(dialect, everyWay(deploy))) {
      expect(claimsOf(answer)).toMatchObject({
        aud: vault,
        oid: deploy.principalId,
        appid: deploy.clientId,
        xms_mirid: deploy.resourceId,
        xms_az_rid: instance.resourceId.replace('resourceGroups', 'resourcegroups'),
      })
    }
    for (const client of ['ManagedIdentityCredential', 'ManagedIdentityApplication']) {
      const way = `${dialect}, user-assigned by client ID, object ID, resource ID`
      note({ section: 'local', ...javaScriptProgram.labelOf(client), way, result: 'token' })
    }
    const [other, own] = await answersTo(dialect, [{ by: 'clientId', id: build.clientId }, {}])
    expect(claimsOf(other ?? {})).toMatchObject({ oid: build.principalId })
    expect(claimsOf(own ?? {})).toMatchObject({ oid: instance.identity.principalId })
  })
}

test('an audience of one’s own has tokens at once, of its version and with the roles of the identity', async () => {
  const orders = await stack.json<{ appId: string }>(
    ...['audience', 'add', 'api://orders', '--name', 'Orders', '--role', 'Orders.Read', '--token-version', '2'],
  )
  await stack.signet('audience', 'add', 'api://billing', '--name', 'Billing', '--lifetime', '7200')
  await stack.signet('audience', 'assign', 'api://orders', 'Orders.Read', 'deploy')
  const id = { by: 'clientId', id: deploy.clientId } as const
  const [v2, v1] = await answersTo('imds', [
    { ...id, resource: 'api://orders' },
    { ...id, with: 'msal', resource: 'api://billing' },
  ])
  expect(claimsOf(v2 ?? {})).toMatchObject({
    aud: orders.appId,
    ver: '2.0',
    azp: deploy.clientId,
    roles: ['Orders.Read'],
  })
  const billing = claimsOf(v1 ?? {})
  expect(billing).toMatchObject({ aud: 'api://billing', ver: '1.0' })
  expect(billing).not.toHaveProperty('roles')
  expect((billing.exp ?? 0) - (billing.iat ?? 0)).toBe(7_200 + 300)
})

test('a detached or deleted identity is refused, and a restored one answers under the same IDs', async () => {
  const asks = [build, deploy].map(({ clientId }) => ({ by: 'clientId', id: clientId }) as const)
  await stack.signet('identity', 'detach', 'build', name)
  await stack.signet('identity', 'delete', 'deploy')
  await expect(async () => {
    const answers = await answersTo('imds', asks)
    for (const { error } of answers) expect(error).toContain('Identity not found')
  }).toPass({ timeout: 10_000 })
  await stack.signet('identity', 'restore', 'deploy')
  await expect(async () => {
    const [, answer] = await answersTo('imds', asks)
    expect(claimsOf(answer ?? {})).toMatchObject({ oid: deploy.principalId, appid: deploy.clientId })
  }).toPass({ timeout: 30_000 })
})
