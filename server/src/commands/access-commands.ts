import { type AccessExplanation, authorizationApi, type ScopedAssignment } from '@signet/shared/api/authorization'
import { type SecretSummary, type VaultSummary, vaultApi } from '@signet/shared/api/vault'
import type { Command } from 'commander'
import { SignetError, StartupError } from '../platform/signet-error.ts'
import type { ConsoleClient } from './console-client.ts'
import { type Console, json, type Output } from './console-command.ts'
import { principalNamed } from './identity.ts'
import { at, rows } from './output.ts'

/** `signet role …`, `signet access`, `signet vault …` and `signet secret …`: what a token is good for. */
export function addAccessCommands(program: Command, console: Console): void {
  addRoles(program.command('role').description('who may do what at resource manager and vaults'), console)
  addExplanation(program, console)
  addVaults(program.command('vault').description('where secrets are kept'), console)
  addSecrets(program.command('secret').description('secrets of a vault, without their values'), console)
}

const scopeOption = ['--scope <scope>', 'an ARM ID; a vault by its name; / for everything'] as const

function addRoles(role: Command, { connect, print }: Console): void {
  role
    .command('list')
    .description('the roles there are')
    .option(...json)
    .action(async (options: Output) => {
      const { items } = await (await connect()).call(authorizationApi.roles, {})
      print(items, options, (all) => all.map(({ name, description }) => `${name.padEnd(32)}${description}`).join('\n'))
    })
  role
    .command('assignments')
    .description('who has which role where')
    .option(...json)
    .action(async (options: Output) => {
      const { items } = await (await connect()).call(authorizationApi.assignments, { query: { limit: 200 } })
      print(items, options, (all) => all.map(assignmentLine).join('\n') || 'Nobody has a role yet.')
    })
  role
    .command('assign <identity> <role>')
    .description('give an identity, an application or an instance a role; it counts for the next request')
    .requiredOption(...scopeOption)
    .option('--reason <text>', 'for the audit log')
    .option(...json)
    .action(async (name: string, roleName: string, options: Output & { scope: string; reason?: string }) => {
      const client = await connect()
      const body = {
        principalId: await principalNamed(client, name),
        roleId: await roleNamed(client, roleName),
        scope: await scopeOf(client, options.scope),
        reason: options.reason,
      }
      print(await client.call(authorizationApi.assign, { body }), options, assignmentLine)
    })
  role
    .command('unassign <id>')
    .description('take a role away, by the ID of its assignment')
    .option('--reason <text>', 'for the audit log')
    .action(async (id: string, options: { reason?: string }) => {
      const given = { params: { assignmentId: id }, body: { reason: options.reason } }
      await (await connect()).call(authorizationApi.unassign, given)
      print(id, {}, () => `${id} is taken away.`)
    })
}

function addExplanation(program: Command, { connect, print }: Console): void {
  program
    .command('access <identity> <action>')
    .description(
      'say whether it may, and by which role or why not: signet access web-01 Microsoft.Compute/virtualMachines/read',
    )
    .requiredOption(...scopeOption)
    .option('--data', 'it is about the data in the resource, such as the value of a secret')
    .option(...json)
    .action(async (name: string, action: string, options: Output & { scope: string; data?: true }) => {
      const client = await connect()
      const principalId = await principalNamed(client, name)
      const scope = await scopeOf(client, options.scope)
      const query = { principalId, action, scope, data: options.data ? ('true' as const) : ('false' as const) }
      print(await client.call(authorizationApi.explain, { query }), options, explanationLines)
    })
}

function addVaults(vault: Command, { connect, print }: Console): void {
  vault
    .command('list')
    .option(...json)
    .action(async (options: Output) => {
      const { items } = await (await connect()).call(vaultApi.list, { query: { limit: 200 } })
      print(items, options, (all) => all.map(vaultLine).join('\n') || 'No vault yet.')
    })
  vault
    .command('create <name>')
    .option('--group <group>', 'resource group', 'default')
    .option('--purge-protection', 'what is deleted stays recoverable for its days; cannot be taken back')
    .option(...json)
    .action(async (name: string, options: Output & { group: string; purgeProtection?: true }) => {
      const body = { name, resourceGroup: options.group, purgeProtection: options.purgeProtection ?? false }
      print(await (await connect()).call(vaultApi.create, { body }), options, vaultLines)
    })
}

function addSecrets(secret: Command, { connect, print }: Console): void {
  secret
    .command('list <vault>')
    .option(...json)
    .action(async (vaultName: string, options: Output) => {
      const given = { params: { vaultName }, query: { limit: 200 } }
      const { items } = await (await connect()).call(vaultApi.secrets, given)
      print(items, options, (all) => all.map(secretLine).join('\n') || 'No secret yet.')
    })
  secret
    .command('set <vault> <name>')
    .description('a new version, whose value comes on standard input')
    .option('--reason <text>', 'for the audit log')
    .option(...json)
    .action(async (vaultName: string, secretName: string, options: Output & { reason?: string }) => {
      const body = { value: await valueOnInput(), reason: options.reason }
      const given = { params: { vaultName, secretName }, body }
      print(await (await connect()).call(vaultApi.set, given), options, secretLine)
    })
}

/** Never among the words of the command, which every process of the machine can read. @throws StartupError */
async function valueOnInput(): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of process.stdin) chunks.push(Buffer.from(chunk))
  const value = Buffer.concat(chunks)
    .toString('utf8')
    .replace(/\r?\n$/, '')
  if (value === '')
    throw new StartupError('the value comes on standard input: printf %s "$VALUE" | signet secret set …')
  return value
}

async function roleNamed(client: ConsoleClient, name: string): Promise<string> {
  const { items } = await client.call(authorizationApi.roles, {})
  const found = items.find((role) => role.name.toLowerCase() === name.toLowerCase() || role.id === name.toLowerCase())
  if (found) return found.id
  throw new SignetError('not_found', `There is no role called ${name}.`, { fix: 'signet role list names them.' })
}

async function scopeOf(client: ConsoleClient, scope: string): Promise<string> {
  if (scope.startsWith('/')) return scope
  return (await client.call(vaultApi.show, { params: { vaultName: scope } })).resourceId
}

function assignmentLine({ id, principal, role, scope }: ScopedAssignment): string {
  return `${id}  ${principal.name}: ${role.name} at ${scope}`
}

function explanationLines({ allowed, reason, nearMisses }: AccessExplanation): string {
  const near = nearMisses.map(
    ({ roleName, scope, why }) => `near: ${roleName} at ${scope} (${why.replaceAll('_', ' ')})`,
  )
  return [`${allowed ? 'allowed' : 'denied'}: ${reason}`, ...near].join('\n')
}

function vaultLine({ name, url, secrets }: VaultSummary): string {
  return `${name.padEnd(26)}${url}  ${secrets} secrets`
}

function vaultLines(vault: VaultSummary): string {
  return rows([
    ['name', vault.name],
    ['address', vault.url],
    ['resource ID', vault.resourceId],
    ['deleted things stay', `${vault.softDeleteDays} days`],
  ])
}

function secretLine({ name, current, versions }: SecretSummary): string {
  return `${name.padEnd(32)}${current.id}  ${versions} versions, the newest of ${at(current.createdAt)}`
}
