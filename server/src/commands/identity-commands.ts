import type { Command } from 'commander'
import { StartupError } from '../platform/signet-error.ts'
import { type Console, json, type Output, repeated, wholeNumber } from './console-command.ts'
import { addFederationCommands } from './federation-commands.ts'
import type { AudienceChange } from './identity.ts'
import {
  printAudience,
  printAudiences,
  printIdentities,
  printIdentity,
  printLifetime,
  printRole,
} from './identity-output.ts'

/** `signet identity …`: identities that are assigned to service instances. */
export function addIdentityCommands(identity: Command, parts: Console): void {
  const { connect, print } = parts
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
  addIdentityChanges(identity, parts)
  const federation = identity.command('federation').description('tokens of external issuers that it trusts')
  addFederationCommands(federation, parts, async (client, name) => {
    const { identityNamed } = await import('./identity.ts')
    return identityNamed(client, name)
  })
}

/** What changes an identity and keeps its IDs. */
function addIdentityChanges(identity: Command, { connect, print }: Console): void {
  identity
    .command('rename <name> <new-name>')
    .description('its IDs stay, its resource ID does not')
    .option(...json)
    .action(async (name: string, to: string, options: Output) => {
      const { changeIdentity } = await import('./identity.ts')
      print(await changeIdentity(await connect(), name, { name: to }), options, printIdentity)
    })
  identity
    .command('move <name> <group>')
    .description('to another resource group; its IDs stay, its resource ID does not')
    .option(...json)
    .action(async (name: string, group: string, options: Output) => {
      const { changeIdentity } = await import('./identity.ts')
      print(await changeIdentity(await connect(), name, { resourceGroup: group }), options, printIdentity)
    })
  identity
    .command('lifetime <name> [seconds]')
    .description('how long tokens of an identity of any kind live: 600 to 86400, or default; without, what it is')
    .option(...json)
    .action(async (name: string, seconds: string | undefined, options: Output) => {
      const { identityLifetime } = await import('./identity.ts')
      print(await identityLifetime(await connect(), name, lifetimeOf(seconds)), options, printLifetime)
    })
}

/** @throws StartupError */
function lifetimeOf(seconds: string | undefined): number | null | undefined {
  if (seconds === undefined) return undefined
  return seconds === 'default' ? null : wholeNumber('the lifetime', seconds)
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
    .option('--role <role>', 'an app role; may be given several times', repeated, [])
    .option('--assignment-required', 'tokens only for identities that have a role', false)
    .option(...json)
    .action(async (uri: string, options: AudienceOptions) => {
      const { addAudience } = await import('./identity.ts')
      print(await addAudience(await connect(), uri, readAudience(options)), options, printAudience)
    })
  audience
    .command('change <uri>')
    .description('what is not said stays')
    .option('--name <name>', 'what people call it')
    .option('--token-version <version>', '1 or 2')
    .option('--lifetime <seconds>', 'of its tokens, 600 to 86400, or default')
    .option('--add-role <role>', 'an app role; may be given several times', repeated, [])
    .option('--remove-role <role>', 'one that nobody has; may be given several times', repeated, [])
    .option('--assignment-required <yes|no>', 'whether only identities that have a role get a token')
    .option(...json)
    .action(async (uri: string, options: AudienceChangeOptions) => {
      const { changeAudience } = await import('./identity.ts')
      print(await changeAudience(await connect(), uri, readAudienceChange(options)), options, printAudience)
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
  return {
    name,
    tokenVersion: tokenVersionOf(tokenVersion),
    lifetimeSeconds: lifetimeOf(lifetime) ?? null,
    assignmentRequired,
    roles: role,
  }
}

interface AudienceChangeOptions extends Output {
  readonly name?: string
  readonly tokenVersion?: string
  readonly lifetime?: string
  readonly addRole: readonly string[]
  readonly removeRole: readonly string[]
  readonly assignmentRequired?: string
}

/** @throws StartupError for an option that cannot be read, or when none is given */
function readAudienceChange(options: AudienceChangeOptions): AudienceChange {
  const { name, tokenVersion, assignmentRequired: required, addRole: addRoles, removeRole: removeRoles } = options
  const lifetimeSeconds = lifetimeOf(options.lifetime)
  if (required !== undefined && required !== 'yes' && required !== 'no') {
    throw new StartupError('--assignment-required is yes or no')
  }
  const facts = {
    ...(name !== undefined && { name }),
    ...(tokenVersion !== undefined && { tokenVersion: tokenVersionOf(tokenVersion) }),
    ...(lifetimeSeconds !== undefined && { lifetimeSeconds }),
    ...(required !== undefined && { assignmentRequired: required === 'yes' }),
  }
  if (Object.keys(facts).length + addRoles.length + removeRoles.length === 0) {
    throw new StartupError(
      'say what is to change: --name, --token-version, --lifetime, --add-role, --remove-role or --assignment-required',
    )
  }
  return { ...facts, addRoles, removeRoles }
}

function tokenVersionOf(given: string): 1 | 2 {
  if (given !== '1' && given !== '2') throw new StartupError('--token-version is 1 or 2')
  return given === '1' ? 1 : 2
}
