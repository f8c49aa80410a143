import { execFile } from 'node:child_process'
import { cpSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from '@playwright/test'
import { azConfiguration, debianClients } from '../debian-clients.ts'
import { Stack } from '../stack.ts'

const run = promisify(execFile)
const pythonHosts = fileURLToPath(new URL('../workloads/python-hosts', import.meta.url))
const owner = '8e3af657-a8ff-443c-a75c-2fe8c4bcb635'
const { python, lacking } = debianClients()
const isLacking = lacking['az'] !== undefined || python === undefined

let stack: Stack
let principalId: string
let subscription: string
let variables: Readonly<Record<string, string>>

test.beforeEach(() => test.skip(isLacking, lacking['az']))
test.beforeAll(async () => {
  if (isLacking) return
  test.setTimeout(300_000)
  stack = await Stack.open()
  cpSync(azConfiguration, join(stack.folder, 'az'), { recursive: true })
  await stack.start()
  const [instance] = await stack.json<{ name: string; resourceId: string }[]>('instance', 'list')
  subscription = instance?.resourceId.split('/')[2] ?? ''
  const { identity } = await stack.json<{ identity: { principalId: string } }>('instance', 'on', instance?.name ?? '')
  principalId = identity.principalId
  const scope = `/subscriptions/${subscription}`
  await stack.admin('POST', '/role-assignments', { principalId, roleId: owner, scope })
  const lines = (await stack.signet('hosts')).match(/^[\d.]+\s+\S+$/gm) ?? []
  writeFileSync(join(stack.folder, 'hosts'), lines.join('\n'))
  variables = JSON.parse(await stack.signet('env', '--dialect', 'cloud-shell', '--shell', 'json'))
  const { SIGNET_ARM_URL = '' } = stack.clientVariables()
  await az('cloud', 'register', '-n', 'Signet', '--endpoint-resource-manager', SIGNET_ARM_URL)
  await az('cloud', 'set', '-n', 'Signet')
  await az('login', '--identity')
})
test.afterAll(() => stack?.close())

/** One command of az on a machine whose hosts file has the lines of `signet hosts`. @throws what it said */
async function az(...args: string[]): Promise<unknown> {
  const env = {
    ...{ PATH: process.env['PATH'] ?? '', ...python?.variables, ...variables },
    PYTHONPATH: [pythonHosts, python?.variables['PYTHONPATH'] ?? ''].join(':'),
    ...{ HOSTS_FILE: join(stack.folder, 'hosts'), AZURE_CONFIG_DIR: join(stack.folder, 'az') },
    ...{ AZURE_CORE_COLLECT_TELEMETRY: 'false', REQUESTS_CA_BUNDLE: stack.clientVariables()['SIGNET_CA_FILE'] ?? '' },
  }
  const command = ['-sm', 'azure.cli', ...args, '--output', 'json']
  const { stdout } = await run(python?.command ?? '', command, { env, timeout: 120_000 })
  return stdout.trim() === '' ? null : JSON.parse(stdout)
}

test('az cloud register, login --identity and account list work at the resource manager itself', async () => {
  expect(await az('account', 'list')).toMatchObject([{ id: subscription, state: 'Enabled' }])
})

test('az identity creates, shows, lists and deletes', async () => {
  const named = ['-g', 'default', '-n', 'az-identity']
  expect(await az('identity', 'create', ...named)).toMatchObject({ name: 'az-identity' })
  expect(await az('identity', 'show', ...named)).toMatchObject({ principalId: expect.any(String) })
  expect(await az('identity', 'list')).toContainEqual(expect.objectContaining({ name: 'az-identity' }))
  await az('identity', 'delete', ...named)
  expect(await az('identity', 'list')).toEqual([])
})

test('az rest, webapp identity and resource show work on a site', async () => {
  const path = `/subscriptions/${subscription}/resourceGroups/default/providers/Microsoft.Web/sites/az-site`
  const url = `${stack.clientVariables()['SIGNET_ARM_URL']}${path}?api-version=2022-03-01`
  await az('rest', '--method', 'put', '--url', url, '--body', JSON.stringify({ location: 'local' }))
  const named = ['-g', 'default', '-n', 'az-site']
  expect(await az('webapp', 'identity', 'assign', ...named)).toMatchObject({ type: 'SystemAssigned' })
  await az('webapp', 'identity', 'remove', ...named)
  expect(await az('resource', 'show', '--ids', path)).toMatchObject({ name: 'az-site', type: 'Microsoft.Web/sites' })
})
