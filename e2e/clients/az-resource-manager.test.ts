import { expect, test } from '@playwright/test'
import { decodeJwt } from 'jose'
import { Az } from '../az.ts'
import { note, noteLacking } from '../compatibility.ts'
import { debianClients } from '../debian-clients.ts'
import { Fleet } from '../fleet.ts'
import { Stack } from '../stack.ts'

const owner = '8e3af657-a8ff-443c-a75c-2fe8c4bcb635'
const reader = 'acdd72a7-3385-48ef-bd42-f606fba81ae7'
const { az, newAz, lacking } = debianClients()

// A command of az is a second of one core, and on a busy machine many.
test.describe.configure({ timeout: 300_000 })

interface Summary {
  readonly id: string
  readonly name: string
  readonly resourceId: string
  readonly identity: { readonly principalId: string; readonly clientId: string } | null
}

let stack: Stack
let fleet: Fleet
let principalId: string
let subscription: string
/** The az of this Debian, whose newer one lacks a library for groups. */
let stable: (...args: string[]) => Promise<unknown>
let cli: <T = unknown>(...args: string[]) => Promise<T>

test.beforeEach(() => {
  const gone = { client: 'az CLI' }
  if (!newAz) noteLacking({ name: 'az at the resource manager', reason: lacking['new az'] ?? '', of: gone })
  test.skip(!newAz, lacking['new az'])
})
test.beforeAll(async () => {
  if (!newAz) return
  test.setTimeout(300_000)
  stack = await Stack.open()
  await stack.start()
  const [instance] = await stack.json<Summary[]>('instance', 'list')
  subscription = `/subscriptions/${instance?.resourceId.split('/')[2]}`
  const on = await stack.json<Summary>('instance', 'on', instance?.name ?? '')
  principalId = on.identity?.principalId ?? ''
  await stack.admin('POST', '/role-assignments', { principalId, roleId: owner, scope: subscription })
  // An instance with an agent, which is to get its identity from az.
  fleet = await Fleet.join(stack, [{ name: 'az-web', tags: {} }])
  const endpoint = async (dialect: string) =>
    JSON.parse(await stack.signet('env', '--dialect', dialect, '--shell', 'json'))
  const signedIn = async (program: NonNullable<typeof newAz>, dialect: string) => {
    const [opened, variables] = [await Az.open(program, stack), await endpoint(dialect)]
    await opened.run(['login', '--identity'], variables)
    return <T>(...args: string[]) => opened.run<T>(args, variables)
  }
  cli = await signedIn(newAz, 'app-service')
  if (az) stable = await signedIn(az, 'cloud-shell')
})
test.afterAll(async () => {
  await fleet?.close()
  await stack?.close()
})

const row = { client: 'az CLI (testing)', version: newAz?.version ?? '', section: 'services' } as const
const noteCommands = (group: string, result: string) => note({ ...row, way: `resource manager: ${group}`, result })

/** As the dashboard's API has it. */
const summaryOf = (name: string) => stack.admin<Summary>('GET', `/instances/${fleet.ids.get(name)}`)

/** The newest event of an action at a target, as the dashboard shows it. */
async function eventOf(action: string, target: string) {
  const { items } = await stack.admin<{
    items: { action: string; actor: { kind: string; id: string }; target: { label: string } }[]
  }>('GET', '/audit?limit=200')
  return items.find((each) => each.action === action && each.target.label === target)
}

/** One request of a workload at the IMDS of the instance. */
async function local(): Promise<{ status: number; body: Record<string, unknown> }> {
  const [url = ''] = fleet.endpoints()
  const path = '/metadata/identity/oauth2/token?api-version=2018-02-01&resource=https%3A%2F%2Fvault.azure.net'
  const answer = await fetch(`${url}${path}`, { headers: { Metadata: 'true' } })
  return { status: answer.status, body: (await answer.json()) as Record<string, unknown> }
}

test('az identity creates, shows, lists, federates, names what it is on, and deletes', async () => {
  const named = ['-g', 'default', '-n', 'az-identity']
  // Without a location: az asks the group for its own.
  const made = await cli('identity', 'create', ...named, '--tags', 'team=a')
  expect(made).toMatchObject({ name: 'az-identity', location: 'local', tags: { team: 'a' } })
  expect(await cli('identity', 'show', ...named)).toEqual(made)
  expect(await cli('identity', 'list')).toContainEqual(expect.objectContaining({ name: 'az-identity' }))
  const of = ['-g', 'default', '--identity-name', 'az-identity', '-n', 'github']
  const says = ['--issuer', 'https://token.example', '--audiences', 'api://AzureADTokenExchange']
  const federated = (verb: string, ...more: string[]) => cli('identity', 'federated-credential', verb, ...more)
  await federated('create', ...of, ...says, '--subject', 'repo:a')
  await federated('update', ...of, ...says, '--subject', 'repo:b')
  expect(await federated('show', ...of)).toMatchObject({ subject: 'repo:b' })
  expect(await federated('list', ...of.slice(0, 4))).toHaveLength(1)
  await federated('delete', ...of, '--yes')
  expect(await federated('list', ...of.slice(0, 4))).toEqual([])
  await cli('identity', 'delete', ...named)
  expect(await cli('identity', 'list')).toEqual([])
  noteCommands('identity', 'create, show, list, delete, federated-credential')
})

test('az vm identity assign is the switch of the dashboard: same state, same action in the audit log, and a token on the instance', async () => {
  const vm = ['-g', 'default', '-n', 'az-web']
  expect((await summaryOf('az-web')).identity).toBeNull()
  expect((await local()).status).toBe(400)
  const assigned = await cli<{ systemAssignedIdentity: string }>('vm', 'identity', 'assign', ...vm)
  const identity = (await summaryOf('az-web')).identity
  expect(identity?.principalId).toBe(assigned.systemAssignedIdentity)
  expect(await eventOf('identity.turned_on', 'az-web')).toMatchObject({ actor: { kind: 'principal', id: principalId } })
  await expect.poll(async () => (await local()).status).toBe(200)
  const token = decodeJwt(String((await local()).body['access_token']))
  expect(token).toMatchObject({ oid: assigned.systemAssignedIdentity, appid: identity?.clientId })
  // And back: what the dashboard does is what az sees.
  await stack.signet('instance', 'off', 'az-web')
  expect(await cli('vm', 'identity', 'show', ...vm)).toBeNull()
  await stack.signet('instance', 'on', 'az-web')
  expect(await cli('vm', 'identity', 'show', ...vm)).toMatchObject({ type: 'SystemAssigned' })

  await cli('identity', 'create', '-g', 'default', '-n', 'az-worn')
  const both = await cli<{ userAssignedIdentities: object }>(
    'vm',
    'identity',
    'assign',
    ...vm,
    '--identities',
    'az-worn',
  )
  expect(Object.keys(both.userAssignedIdentities)).toEqual([expect.stringMatching(/\/az-worn$/)])
  expect(await cli('vm', 'identity', 'show', ...vm)).toMatchObject({ type: 'SystemAssigned, UserAssigned' })
  expect(await eventOf('identity.attached', 'az-worn')).toMatchObject({ actor: { id: principalId } })
  if (az) {
    const worn = await stable('identity', 'list-resources', '-g', 'default', '-n', 'az-worn')
    expect(worn).toMatchObject([{ name: 'az-web', type: 'Microsoft.Compute/virtualMachines' }])
  }
  await cli('vm', 'identity', 'remove', ...vm, '--identities', 'az-worn')
  expect(await cli('vm', 'identity', 'show', ...vm)).toMatchObject({ type: 'SystemAssigned' })
  await cli('vm', 'identity', 'remove', ...vm)
  expect(await cli('vm', 'identity', 'show', ...vm)).toBeNull()
  expect(await eventOf('identity.turned_off', 'az-web')).toMatchObject({ actor: { id: principalId } })
  await expect.poll(async () => (await local()).status).toBe(400)
  noteCommands('vm identity', 'assign, show, remove')
})

test('az rest, webapp identity and resource show work on a site', async () => {
  const path = `${subscription}/resourceGroups/default/providers/Microsoft.Web/sites/az-site`
  await cli('rest', '--method', 'put', '--url', `${path}?api-version=2025-05-01`, '--body', '{"location":"local"}')
  const site = ['-g', 'default', '-n', 'az-site']
  expect(await cli('webapp', 'identity', 'assign', ...site)).toMatchObject({ type: 'SystemAssigned' })
  const { id } = await cli<{ id: string }>('identity', 'create', '-g', 'default', '-n', 'az-of-site')
  const both = await cli('webapp', 'identity', 'assign', ...site, '--identities', '[system]', id)
  expect(both).toMatchObject({ type: 'SystemAssigned, UserAssigned' })
  await cli('webapp', 'identity', 'remove', ...site)
  expect(await cli('webapp', 'identity', 'show', ...site)).toMatchObject({ type: 'UserAssigned' })
  await cli('webapp', 'identity', 'remove', ...site, '--identities', id)
  expect(await cli('webapp', 'identity', 'show', ...site)).toBeNull()
  expect(await cli('resource', 'show', '--ids', path)).toMatchObject({ name: 'az-site', type: 'Microsoft.Web/sites' })
  const list = await cli('resource', 'list', '--resource-type', 'Microsoft.Web/sites')
  expect(list).toMatchObject([{ name: 'az-site' }])
  noteCommands('webapp identity', 'assign, show, remove')
  noteCommands('rest, resource', 'rest, resource show, resource list')
})

test('az role assignment finds the role and the principal by their names, assigns, lists and takes away', async () => {
  const other = await stack.admin<{ principalId: string; clientId: string }>('POST', '/applications', {
    name: 'az-app',
  })
  const at = ['--role', 'Reader', '--scope', `${subscription}/resourceGroups/default`]
  expect(await cli('role', 'definition', 'list', '--name', 'Reader')).toMatchObject([{ name: reader }])
  // By the application ID, which az looks up in the graph.
  const made = await cli('role', 'assignment', 'create', '--assignee', other.clientId, ...at)
  expect(made).toMatchObject({ principalId: other.principalId, principalType: 'ServicePrincipal' })
  const ofOther = ['role', 'assignment', 'list', '--assignee', other.clientId, '--all']
  expect(await cli(...ofOther)).toMatchObject([{ principalName: other.clientId, roleDefinitionName: 'Reader' }])
  const onDashboard = await stack.admin<{ items: object[] }>(
    'GET',
    `/role-assignments?principalId=${other.principalId}`,
  )
  expect(onDashboard.items).toMatchObject([{ role: { name: 'Reader' } }])
  await cli('role', 'assignment', 'delete', '--assignee', other.clientId, ...at)
  expect(await cli(...ofOther)).toEqual([])
  const beyond = ['--assignee', other.clientId, '--role', 'Key Vault Secrets Officer', '--scope', subscription]
  await expect(cli('role', 'assignment', 'create', ...beyond)).rejects.toThrow('AuthorizationFailed')
  expect(await cli('ad', 'sp', 'show', '--id', other.clientId)).toMatchObject({ id: other.principalId })
  noteCommands('role', 'definition list, assignment create, list, delete; ad sp show')
})

test('az keyvault creates, shows, lists and deletes a vault', async () => {
  const vault = await cli<{ properties: { vaultUri: string } }>('keyvault', 'create', '-g', 'default', '-n', 'az-vault')
  expect(vault.properties.vaultUri).toMatch(/^https:\/\/az-vault\.vault\.signet\.test:\d+\/$/)
  expect(await cli('keyvault', 'show', '-n', 'az-vault')).toMatchObject({ name: 'az-vault' })
  expect(await cli('keyvault', 'list')).toContainEqual(expect.objectContaining({ name: 'az-vault' }))
  await cli('keyvault', 'delete', '-n', 'az-vault')
  expect(await cli('keyvault', 'list')).toEqual([])
  noteCommands('keyvault', 'create, show, list, delete')
})

test('az group creates, shows, lists, tags and deletes', async () => {
  test.skip(!az, lacking['az'])
  expect(await stable('group', 'create', '-n', 'az-group', '-l', 'here')).toMatchObject({ location: 'here' })
  expect(await stable('group', 'exists', '-n', 'az-group')).toBe(true)
  expect(await stable('group', 'update', '-n', 'az-group', '--set', 'tags.a=b')).toMatchObject({ tags: { a: 'b' } })
  expect(await stable('group', 'show', '-n', 'az-group')).toMatchObject({ name: 'az-group', tags: { a: 'b' } })
  expect(await stable('group', 'list')).toContainEqual(expect.objectContaining({ name: 'az-group' }))
  await stable('group', 'delete', '-n', 'az-group', '--yes')
  expect(await stable('group', 'exists', '-n', 'az-group')).toBe(false)
  note({
    ...{ client: 'az CLI', version: az?.version ?? '', section: 'services' },
    ...{ way: 'resource manager: group', result: 'create, exists, update, show, list, delete' },
  })
})
