import { execFile } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from '@playwright/test'
import { Az } from '../az.ts'
import { npmVersion } from '../client-programs.ts'
import { note } from '../compatibility.ts'
import { type AzProgram, debianClients } from '../debian-clients.ts'
import { Stack, program as signet } from '../stack.ts'

const run = promisify(execFile)
const workload = (name: string) => fileURLToPath(new URL(`../workloads/${name}`, import.meta.url))
const secretsOfficer = 'b86a8fe4-44ce-4948-aee5-eccb2c155cd7'
const { python, az, newAz, lacking } = debianClients()

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

const everyAct = 'set, get, pages, versions, disable, delete, recover, backup, purge, restore'
function noteSecrets(of: { client: string; version: string }, way: string): void {
  note({
    ...of,
    section: 'services',
    way: `vault: ${way}`,
    result: way === 'rest' ? 'set, get, list, delete, purge' : everyAct,
  })
}

test('@azure/keyvault-secrets does everything there is with secrets, on a port that is not 443, as a managed identity', async () => {
  expect(new URL(vaultUrl).port).not.toBe('')
  const seen = await underAgent(javaScript)
  expectWhole(seen, 'Db-Password', ['a', 'b', 'c'])
  expect(seen).toMatchObject({ tags: { app: 'billing' }, deleted: ['Db-Password'] })
  const version = npmVersion('@azure/keyvault-secrets')
  noteSecrets({ client: '@azure/keyvault-secrets SecretClient', version }, 'secrets, on a port of its own')
  const uses = await readers()
  expect(uses).toContainEqual(
    expect.objectContaining({
      action: 'secret.read',
      actor: expect.objectContaining({ kind: 'principal', id: identity.principalId }),
    }),
  )
})

const pythons = [
  { of: 'this Debian', path: python?.variables['PYTHONPATH'], lack: lacking['azure-identity for Python'] },
  { of: 'the testing suite', path: newAz?.variables['PYTHONPATH'], lack: lacking['new az'] },
]
for (const { of, path, lack } of pythons) {
  test(`SecretClient for Python of ${of} does the same`, async () => {
    test.skip(lack !== undefined || python === undefined || path === undefined, lack)
    const paths = [workload('python-hosts'), path ?? ''].join(':')
    const seen = await underAgent([python?.command ?? '', workload('key_vault.py')], { PYTHONPATH: paths })
    expectWhole(seen, 'Py-Password', ['pa', 'pb', 'pc'])
    const client = `azure-keyvault-secrets SecretClient (Python${of === 'this Debian' ? '' : ', testing'})`
    noteSecrets({ client, version: String(seen['version']) }, 'secrets, on a port of its own')
  })
}

test.describe('az', () => {
  const signedIn = async (program: AzProgram, dialect: string) => {
    const cli = await Az.open(program, stack, { vault: 'acme' })
    const endpoint = JSON.parse(await stack.signet('env', '--dialect', dialect, '--shell', 'json'))
    await cli.run(['login', '--identity'], endpoint)
    return (...args: string[]) => cli.run(args, endpoint)
  }

  test('az rest sets, shows, lists, deletes and purges a secret', async () => {
    test.skip(!az, lacking['az'])
    if (!az) return
    const run = await signedIn(az, 'cloud-shell')
    const resource = vaultUrl.replace('acme.', '')
    const rest = (method: string, path: string, ...more: string[]) =>
      run('rest', '--method', method, '--url', `${vaultUrl}${path}?api-version=7.4`, '--resource', resource, ...more)
    expect(await rest('put', '/secrets/rest-db', '--body', '{"value":"one"}')).toMatchObject({ value: 'one' })
    expect(await rest('get', '/secrets/rest-db')).toMatchObject({ value: 'one' })
    expect(JSON.stringify(await rest('get', '/secrets'))).toContain('/secrets/rest-db"')
    await rest('delete', '/secrets/rest-db')
    await rest('delete', '/deletedsecrets/rest-db')
    await expect(rest('get', '/secrets/rest-db')).rejects.toThrow('SecretNotFound')
    noteSecrets({ client: 'az CLI', version: az.version }, 'rest')
  })

  test('az keyvault secret does everything there is with secrets, by the vault suffix that the cloud names', async () => {
    test.skip(!newAz, lacking['new az'])
    if (!newAz) return
    test.setTimeout(300_000)
    const run = await signedIn(newAz, 'app-service')
    const secret = (verb: string, ...more: string[]) => run('keyvault', 'secret', verb, '--vault-name', 'acme', ...more)
    const db = ['-n', 'az-db']
    const made = await secret('set', ...db, '--value', 'one')
    expect(made).toMatchObject({ value: 'one', tags: { 'file-encoding': 'utf-8' } })
    await secret('set', ...db, '--value', 'two')
    expect(await secret('show', ...db)).toMatchObject({ value: 'two' })
    expect(await secret('list')).toContainEqual(expect.objectContaining({ name: 'az-db' }))
    expect(await secret('list-versions', ...db)).toHaveLength(2)
    const off = await secret('set-attributes', ...db, '--enabled', 'false')
    expect(off).toMatchObject({ attributes: { enabled: false } })
    await expect(secret('show', ...db)).rejects.toThrow('SecretDisabled')
    await secret('set-attributes', ...db, '--enabled', 'true')
    await secret('delete', ...db)
    expect(await secret('list-deleted')).toContainEqual(expect.objectContaining({ name: 'az-db' }))
    await secret('recover', ...db)
    const backup = join(stack.folder, 'az-db.backup')
    await secret('backup', ...db, '--file', backup)
    await secret('delete', ...db)
    await secret('purge', ...db)
    await expect(secret('show', ...db)).rejects.toThrow('SecretNotFound')
    await secret('restore', '--file', backup)
    expect(await secret('show', ...db)).toMatchObject({ value: 'two' })
    noteSecrets({ client: 'az CLI (testing)', version: newAz.version }, 'keyvault secret')
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
