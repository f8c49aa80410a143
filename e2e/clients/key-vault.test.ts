import { execFile } from 'node:child_process'
import { cpSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from '@playwright/test'
import { azConfiguration, debianClients } from '../debian-clients.ts'
import { expectGenuine } from '../instance-clients.ts'
import { ResourceManagerStandIn } from '../resource-manager-stand-in.ts'
import { Stack, program as signet } from '../stack.ts'

const run = promisify(execFile)
const workload = (name: string) => fileURLToPath(new URL(`../workloads/${name}`, import.meta.url))
const secretsOfficer = 'b86a8fe4-44ce-4948-aee5-eccb2c155cd7'
const { python, lacking } = debianClients()

type Seen = Readonly<Record<string, unknown>>

let stack: Stack
let name: string
let identity: { principalId: string; clientId: string }
let vaultUrl: string
let assignmentId: string

test.beforeAll(async () => {
  test.setTimeout(180_000)
  stack = await Stack.open()
  await stack.start()
  const [instance] = await stack.json<{ name: string }[]>('instance', 'list')
  name = instance?.name ?? ''
  identity = (await stack.json<{ identity: typeof identity }>('instance', 'on', name)).identity
  const vault = await stack.admin<{ url: string; resourceId: string }>('POST', '/vaults', { name: 'acme' })
  vaultUrl = vault.url
  assignmentId = await assign(vault.resourceId)
  writeFileSync(join(stack.folder, 'hosts'), await stack.signet('hosts', '--vault', 'acme'))
})
test.afterAll(() => stack?.close())

async function assign(scope: string): Promise<string> {
  const { principalId } = identity
  const made = await stack.admin<{ id: string }>('POST', '/role-assignments', {
    principalId,
    roleId: secretsOfficer,
    scope,
  })
  return made.id
}

/** A program in a process of its own under the agent, on a machine whose hosts file has the lines of `signet hosts`. */
async function underAgent(command: readonly string[], more: Readonly<Record<string, string>> = {}): Promise<Seen> {
  const { SIGNET_CA_FILE = '' } = stack.clientVariables()
  const env = {
    ...{ PATH: process.env['PATH'] ?? '', SIGNET_DATA_DIR: stack.environment['SIGNET_DATA_DIR'] ?? '' },
    ...{ VAULT_URL: vaultUrl, HOSTS_FILE: join(stack.folder, 'hosts'), HTTPS_PORT: '443' },
    ...{ NODE_EXTRA_CA_CERTS: SIGNET_CA_FILE, SSL_CERT_FILE: SIGNET_CA_FILE, REQUESTS_CA_BUNDLE: SIGNET_CA_FILE },
    ...more,
  }
  const args = [signet, 'run', '--dialect', 'app-service', '--', ...command]
  const { stdout } = await run(process.execPath, args, { env, timeout: 150_000 })
  return JSON.parse(stdout) as Seen
}

const javaScript = [process.execPath, '--import', workload('hosts-file.ts'), workload('key-vault.ts')]
const readers = async () => {
  const { items } = await stack.admin<{ items: { action: string; actor: { id: string } }[] }>(
    'GET',
    '/vaults/acme/secrets/Db-Password/uses',
  )
  return items
}

/** What either program sees, whose secret has this name. */
function expectWhole(seen: Seen, secret: string, others: readonly string[]): void {
  expect(seen['error']).toBeUndefined()
  expect(seen['id']).toMatch(new RegExp(`^${vaultUrl}/secrets/${secret}/[0-9a-f]{32}$`))
  expect(seen).toMatchObject({
    ...{ newest: 'two', first: 'one', versions: 2, enabled: false },
    ...{ disabled: '403 Forbidden', unknown: '404 SecretNotFound' },
    ...{ recoveryId: `${vaultUrl}/deletedsecrets/${secret}`, setDeleted: '409 Conflict' },
    ...{ recovered: 'two', purged: '404 SecretNotFound', restored: 'two' },
  })
  const pages = seen['pages'] as string[][]
  expect(pages.length).toBeGreaterThan(1)
  expect(pages.flat()).toEqual(expect.arrayContaining([secret, ...others]))
}

test('@azure/keyvault-secrets does everything there is with secrets, on a port that is not 443, as a managed identity', async () => {
  expect(new URL(vaultUrl).port).not.toBe('')
  const seen = await underAgent(javaScript)
  expectWhole(seen, 'Db-Password', ['a', 'b', 'c'])
  expect(seen).toMatchObject({ tags: { app: 'billing' }, deleted: ['Db-Password'] })
  const uses = await readers()
  expect(uses).toContainEqual(
    expect.objectContaining({
      action: 'secret.read',
      actor: expect.objectContaining({ kind: 'principal', id: identity.principalId }),
    }),
  )
})

test('SecretClient for Python does the same', async () => {
  test.skip(python?.versions['azure-identity'] === undefined, lacking['azure-identity for Python'])
  const paths = [workload('python-hosts'), python?.variables['PYTHONPATH'] ?? ''].join(':')
  const seen = await underAgent([python?.command ?? '', workload('key_vault.py')], { PYTHONPATH: paths })
  expectWhole(seen, 'Py-Password', ['pa', 'pb', 'pc'])
})

test.describe('az', () => {
  let manager: ResourceManagerStandIn

  /** One command of az, signed in as the instance. @throws what it said */
  async function az(...args: string[]): Promise<unknown> {
    const endpoint = JSON.parse(await stack.signet('env', '--dialect', 'cloud-shell', '--shell', 'json'))
    const env = {
      ...{ PATH: process.env['PATH'] ?? '', ...endpoint, AZURE_CONFIG_DIR: join(stack.folder, 'az') },
      PYTHONPATH: [workload('python-hosts'), python?.variables['PYTHONPATH'] ?? ''].join(':'),
      ...{ HOSTS_FILE: join(stack.folder, 'hosts'), AZURE_CORE_COLLECT_TELEMETRY: 'false' },
      REQUESTS_CA_BUNDLE: join(stack.folder, 'az-ca.pem'),
    }
    const command = ['-sm', 'azure.cli', ...args, '--output', 'json']
    const { stdout } = await run(python?.command ?? '', command, { env, timeout: 120_000 })
    return stdout.trim() === '' ? null : JSON.parse(stdout)
  }

  test.beforeAll(async () => {
    test.setTimeout(300_000)
    if (lacking['az'] !== undefined || python === undefined) return
    const { SIGNET_AUTHORITY = '', SIGNET_TENANT = '', SIGNET_CA_FILE = '' } = stack.clientVariables()
    const isGenuine = async (token: string) =>
      expectGenuine(stack, identity, token, 'https://management.azure.com/').then(
        () => true,
        () => false,
      )
    manager = await ResourceManagerStandIn.open({ authority: SIGNET_AUTHORITY, tenant: SIGNET_TENANT, isGenuine })
    cpSync(azConfiguration, join(stack.folder, 'az'), { recursive: true })
    writeFileSync(join(stack.folder, 'az-ca.pem'), `${manager.pem}${readFileSync(SIGNET_CA_FILE, 'utf8')}`)
    const suffix = `.${new URL(vaultUrl).host.replace(/^acme\./, '')}`
    await az('cloud', 'register', '-n', 'Signet', '--endpoint-resource-manager', manager.url)
    await az('cloud', 'update', '-n', 'Signet', '--suffix-keyvault-dns', suffix)
    await az('cloud', 'set', '-n', 'Signet')
    await az('login', '--identity')
  })
  test.afterAll(() => manager?.close())
  test.beforeEach(() => test.skip(lacking['az'] !== undefined || python === undefined, lacking['az']))

  test('az rest sets, shows, lists, deletes and purges a secret', async () => {
    test.setTimeout(300_000)
    const resource = vaultUrl.replace('acme.', '')
    const rest = (method: string, path: string, ...more: string[]) =>
      az('rest', '--method', method, '--url', `${vaultUrl}${path}?api-version=7.4`, '--resource', resource, ...more)
    expect(await rest('put', '/secrets/rest-db', '--body', '{"value":"one"}')).toMatchObject({ value: 'one' })
    expect(await rest('get', '/secrets/rest-db')).toMatchObject({ value: 'one' })
    expect(JSON.stringify(await rest('get', '/secrets'))).toContain('/secrets/rest-db"')
    await rest('delete', '/secrets/rest-db')
    await rest('delete', '/deletedsecrets/rest-db')
    await expect(rest('get', '/secrets/rest-db')).rejects.toThrow('SecretNotFound')
  })

  test('az keyvault secret sets, shows, lists, deletes, recovers and purges', async () => {
    test.setTimeout(300_000)
    const secret = (verb: string, ...more: string[]) => az('keyvault', 'secret', verb, '--vault-name', 'acme', ...more)
    const made = await secret('set', '-n', 'az-db', '--value', 'one').catch(String)
    const missing = /No module named '([\w.]+)'/.exec(String(made))?.[1]
    test.skip(missing !== undefined, `az of this Debian comes without ${missing}, which its keyvault commands need`)
    expect(made).toMatchObject({ value: 'one', tags: { 'file-encoding': 'utf-8' } })
    expect(await secret('show', '-n', 'az-db')).toMatchObject({ value: 'one' })
    expect(await secret('list')).toContainEqual(expect.objectContaining({ name: 'az-db' }))
    await secret('delete', '-n', 'az-db')
    expect(await secret('list-deleted')).toContainEqual(expect.objectContaining({ name: 'az-db' }))
    await secret('recover', '-n', 'az-db')
    await secret('delete', '-n', 'az-db')
    await secret('purge', '-n', 'az-db')
    await expect(secret('show', '-n', 'az-db')).rejects.toThrow('SecretNotFound')
  })
})

test('a role that is taken away counts for the next request, and a client on another machine is refused without one', async () => {
  await stack.admin('POST', '/vaults/acme/secrets/Db-Password/versions', { value: 'three' })
  await stack.admin('DELETE', `/role-assignments/${assignmentId}`, {})
  expect(await underAgent([...javaScript, 'read'])).toEqual({ error: '403 Forbidden' })
  const { resourceId } = await stack.admin<{ resourceId: string }>('GET', '/vaults/acme')
  assignmentId = await assign(resourceId)
  expect(await underAgent([...javaScript, 'read'])).toEqual({ newest: 'three' })
})

test('no value is in what the server wrote, but for the sealed one', async () => {
  const log = readFileSync(join(stack.folder, 'logs', 'serve.log'), 'utf8')
  await stack.admin('POST', '/vaults/acme/secrets/sentinel/versions', { value: 'hunter2-sentinel' })
  const database = ['signet.db', 'signet.db-wal'].map((file) =>
    readFileSync(join(stack.folder, 'data', file), 'latin1'),
  )
  for (const text of [log, ...database]) expect(text).not.toContain('hunter2')
})
