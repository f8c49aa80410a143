import { execFile } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from '@playwright/test'
import { npmVersion } from '../client-programs.ts'
import { note } from '../compatibility.ts'
import { Stack, program as signet } from '../stack.ts'

const run = promisify(execFile)
const workload = (name: string) => fileURLToPath(new URL(`../workloads/${name}`, import.meta.url))
const reader = 'acdd72a7-3385-48ef-bd42-f606fba81ae7'
const owner = '8e3af657-a8ff-443c-a75c-2fe8c4bcb635'

type Seen = Readonly<Record<string, unknown>>

let stack: Stack
let subscription: string
let principalId: string
let other: string
let assignmentId: string

test.beforeAll(async () => {
  test.setTimeout(180_000)
  stack = await Stack.open()
  await stack.start()
  const [instance] = await stack.json<{ name: string; resourceId: string }[]>('instance', 'list')
  subscription = instance?.resourceId.split('/')[2] ?? ''
  principalId = (await stack.json<{ identity: { principalId: string } }>('instance', 'on', instance?.name ?? ''))
    .identity.principalId
  other = (await stack.admin<{ principalId: string }>('POST', '/applications', { name: 'billing' })).principalId
  assignmentId = await makeOwner()
  writeFileSync(join(stack.folder, 'hosts'), await stack.signet('hosts'))
})
test.afterAll(() => stack?.close())

async function makeOwner(): Promise<string> {
  const body = { principalId, roleId: owner, scope: `/subscriptions/${subscription}` }
  return (await stack.admin<{ id: string }>('POST', '/role-assignments', body)).id
}

/** The clients in a process of their own under the agent, on a machine whose hosts file has the lines of `signet hosts`. */
async function clients(): Promise<Seen> {
  const { SIGNET_CA_FILE = '', SIGNET_ARM_URL = '' } = stack.clientVariables()
  const env = {
    ...{ PATH: process.env['PATH'] ?? '', SIGNET_DATA_DIR: stack.environment['SIGNET_DATA_DIR'] ?? '' },
    ...{ HOSTS_FILE: join(stack.folder, 'hosts'), HTTPS_PORT: '443', NODE_EXTRA_CA_CERTS: SIGNET_CA_FILE },
    ...{ ARM_URL: SIGNET_ARM_URL, SUBSCRIPTION: subscription, OTHER_PRINCIPAL: other },
  }
  const program = [process.execPath, '--import', workload('hosts-file.ts'), workload('resource-manager.ts')]
  const args = [signet, 'run', '--dialect', 'app-service', '--', ...program]
  const { stdout } = await run(process.execPath, args, { env, timeout: 120_000 })
  return JSON.parse(stdout) as Seen
}

test('arm-msi, arm-compute, arm-appservice and arm-authorization work as a managed identity, without a change to them', async () => {
  const seen = await clients()
  expect(seen['error']).toBeUndefined()
  expect(seen).toMatchObject({
    msi: {
      ...{ isSame: true, subject: 'repo:contoso/app', federated: ['github'], other: 'repo:contoso/other' },
      ...{ deleted: '404 ResourceNotFound', tags: { a: 'c' }, createdBy: 'ManagedIdentity' },
      ...{ listed: ['sdk-identity'], bySubscription: ['sdk-identity'], missing: '404 ResourceNotFound' },
    },
    compute: {
      ...{ made: 'SystemAssigned', patched: 'SystemAssigned, UserAssigned', isOwn: true, assigned: ['sdk-identity'] },
      ...{ withoutUser: 'SystemAssigned', withoutSystem: 'UserAssigned', none: 'None' },
      ...{ tags: { a: 'b' }, viewed: 1 },
      ...{ listed: expect.arrayContaining(['sdk-vm']), gone: '404 ResourceNotFound' },
    },
    web: {
      ...{ kind: 'functionapp', made: 'SystemAssigned', patched: 'None', listed: ['sdk-function'] },
      ...{ slots: ['sdk-function/staging'], isOther: true, patchedSlot: 'SystemAssigned, UserAssigned' },
      ...{ kept: 'SystemAssigned, UserAssigned', goneSlot: '404 ResourceNotFound' },
    },
    authorization: {
      ...{ role: reader, scope: `/subscriptions/${subscription}`, got: other, byId: 'Reader' },
      ...{ twice: '409 RoleAssignmentExists', nobody: '400 PrincipalNotFound', gone: '404 RoleAssignmentNotFound' },
      listed: ['0f8fad5b-d9cb-469f-a165-70867728950e'],
    },
  })
  for (const [client, result] of [
    ['arm-msi', 'identities, federated credentials, identities/default'],
    ['arm-compute', 'virtual machines, PATCH of every identity form'],
    ['arm-appservice', 'sites and slots with their identities'],
    ['arm-authorization', 'role definitions, role assignments'],
  ] as const) {
    const version = npmVersion(`@azure/${client}`)
    note({ section: 'services', client: `@azure/${client}`, version, way: 'resource manager', result })
  }
})

test('what they did is on the dashboard and in the audit log, in the name of the principal', async () => {
  const list = await stack.admin<{ items: { name: string }[] }>('GET', '/user-identities')
  expect(list.items.map(({ name }) => name)).toContain('sdk-identity')
  const events = await stack.admin<{ items: { action: string; actor: { kind: string; id: string } }[] }>(
    'GET',
    '/audit?limit=200',
  )
  for (const action of ['identity.created', 'instance.registered', 'identity.attached', 'role_assignment.created']) {
    const event = events.items.find((each) => each.action === action && each.actor.kind === 'principal')
    expect(event?.actor.id, action).toBe(principalId)
  }
})

test('a role that is taken away counts for the next request, with the token that the client holds', async () => {
  await stack.admin('DELETE', `/role-assignments/${assignmentId}`, {})
  expect((await clients())['error']).toContain('403 AuthorizationFailed')
  assignmentId = await makeOwner()
  expect((await clients())['error']).toBeUndefined()
})
