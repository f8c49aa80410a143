import type { Command } from 'commander'
import { StartupError } from '../platform/signet-error.ts'
import type { ConsoleClient } from './console-client.ts'
import { printAudience, printAudiences, printIdentities, printIdentity, printRole } from './identity-output.ts'

export interface Output {
  readonly json?: true
}

/** What every command of the console is made with. */
export interface Console {
  readonly connect: () => Promise<ConsoleClient>
  readonly print: <T>(value: T, options: Output, words: (value: T) => string) => void
}

const json = ['--json', 'print JSON'] as const

/** `signet identity …`: identities that are assigned to service instances. */
export function addIdentityCommands(identity: Command, { connect, print }: Console): void {
  identity
    .command('list')
    .option('--filter <text>', 'as in the dashboard; state:deleted shows deleted ones', '')
    .option(...json)
    .action(async (options: Output & { filter: string }) => {
      const { listIdentities } = await import('./identity.ts')
      print(await listIdentities(await connect(), options.filter), options, printIdentities)
    })
  identity
    .command('show <name>')
    .option(...json)
    .action(async (name: string, options: Output) => {
      const { showIdentity } = await import('./identity.ts')
      print(await showIdentity(await connect(), name), options, printIdentity)
    })
  identity
    .command('create <name>')
    .option('--group <group>', 'resource group', 'default')
    .option(...json)
    .action(async (name: string, options: Output & { group: string }) => {
      const { createIdentity } = await import('./identity.ts')
      print(await createIdentity(await connect(), name, options.group), options, printIdentity)
    })
  for (const verb of ['attach', 'detach'] as const) {
    identity
      .command(`${verb} <name> <instances...>`)
      .option(...json)
      .action(async (name: string, instances: string[], options: Output) => {
        const { assignIdentity } = await import('./identity.ts')
        print(await assignIdentity(await connect(), verb, name, instances), options, printIdentity)
      })
  }
  for (const [word, verb] of [
    ['pause', 'pause'],
    ['resume', 'resume'],
    ['delete', 'remove'],
    ['restore', 'restore'],
  ] as const) {
    identity
      .command(`${word} <name>`)
      .option(...json)
      .action(async (name: string, options: Output) => {
        const { actOnIdentity } = await import('./identity.ts')
        print(await actOnIdentity(await connect(), verb, name), options, printIdentity)
      })
  }
}

interface AudienceOptions extends Output {
  readonly name: string
  readonly tokenVersion: string
  readonly lifetime?: string
  readonly role: readonly string[]
  readonly assignmentRequired: boolean
}

/** `signet audience …`: what tokens are issued for. */
export function addAudienceCommands(audience: Command, parts: Console): void {
  const { connect, print } = parts
  audience
    .command('list')
    .option('--filter <text>', 'as in the dashboard', '')
    .option(...json)
    .action(async (options: Output & { filter: string }) => {
      const { listAudiences } = await import('./identity.ts')
      print(await listAudiences(await connect(), options.filter), options, printAudiences)
    })
  audience
    .command('show <uri>')
    .option(...json)
    .action(async (uri: string, options: Output) => {
      const { showAudience } = await import('./identity.ts')
      print(await showAudience(await connect(), uri), options, printAudience)
    })
  audience
    .command('add <uri>')
    .requiredOption('--name <name>', 'what people call it')
    .option('--token-version <version>', '1 or 2', '1')
    .option('--lifetime <seconds>', 'of its tokens, 600 to 86400')
    .option('--role <role>', 'an app role; may be given several times', (role, all: string[]) => [...all, role], [])
    .option('--assignment-required', 'tokens only for identities that have a role', false)
    .option(...json)
    .action(async (uri: string, options: AudienceOptions) => {
      const { addAudience } = await import('./identity.ts')
      print(await addAudience(await connect(), uri, readAudience(options)), options, printAudience)
    })
  for (const verb of ['enable', 'disable'] as const) {
    audience
      .command(`${verb} <uri>`)
      .option(...json)
      .action(async (uri: string, options: Output) => {
        const { actOnAudience } = await import('./identity.ts')
        print(await actOnAudience(await connect(), verb, uri), options, printAudience)
      })
  }
  audience
    .command('remove <uri>')
    .option(...json)
    .action(async (uri: string, options: Output) => {
      const { removeAudience } = await import('./identity.ts')
      print(await removeAudience(await connect(), uri), options, printAudience)
    })
  addRoleCommands(audience, parts)
}

function addRoleCommands(audience: Command, { connect, print }: Console): void {
  audience
    .command('assign <uri> <role> <identity>')
    .description('give an identity a role: its name, that of its instance, or its principal ID')
    .option(...json)
    .action(async (uri: string, role: string, identity: string, options: Output) => {
      const { assignRole } = await import('./identity.ts')
      print(await assignRole(await connect(), uri, role, identity), options, printRole)
    })
  audience
    .command('unassign <uri> <role> <identity>')
    .option(...json)
    .action(async (uri: string, role: string, identity: string, options: Output) => {
      const { unassignRole } = await import('./identity.ts')
      print(await unassignRole(await connect(), uri, role, identity), options, printRole)
    })
}

/** @throws StartupError for an option that cannot be read */
function readAudience({ name, tokenVersion, lifetime, role, assignmentRequired }: AudienceOptions) {
  if (tokenVersion !== '1' && tokenVersion !== '2') throw new StartupError('--token-version is 1 or 2')
  if (lifetime !== undefined && !/^\d{3,5}$/.test(lifetime)) throw new StartupError('--lifetime is a number of seconds')
  return {
    name,
    tokenVersion: tokenVersion === '1' ? (1 as const) : (2 as const),
    lifetimeSeconds: lifetime === undefined ? null : Number(lifetime),
    assignmentRequired,
    roles: role,
  }
}
