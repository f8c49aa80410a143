import { readFileSync } from 'node:fs'
import { SubjectMatch } from '@signet/shared/api/federation'
import type { ObjectId } from '@signet/shared/vocabulary/identifiers'
import type { Command } from 'commander'
import { StartupError } from '../platform/signet-error.ts'
import { printFederationTest, printRule, printRules } from './application-output.ts'
import type { ConsoleClient } from './console-client.ts'
import { type Console, choice, json, type Output, repeated } from './console-command.ts'

interface RuleOptions extends Output {
  readonly issuer: string
  readonly subject: string
  readonly match: string
  readonly audience: readonly string[]
  readonly keys?: string
}

/** `… federation …`: which tokens of external issuers a principal is trusted for. */
export function addFederationCommands(
  federation: Command,
  { connect, print }: Console,
  principalNamed: (client: ConsoleClient, name: string) => Promise<ObjectId>,
): void {
  federation
    .command('list <name>')
    .option(...json)
    .action(async (name: string, options: Output) => {
      const { listRules } = await import('./federation.ts')
      const client = await connect()
      print(await listRules(client, await principalNamed(client, name)), options, printRules)
    })
  federation
    .command('add <name> <rule>')
    .description('trust tokens of an external issuer; says so when the rule is too broad')
    .requiredOption('--issuer <url>', 'as it stands in the tokens, a slash at its end included')
    .requiredOption('--subject <text>', 'whose tokens, as --match says')
    .option('--match <match>', SubjectMatch.options.join(', '), 'exact')
    .option('--audience <audience>', 'of the tokens, may be given several times', repeated, [])
    .option('--keys <file>', 'a key set to trust where the issuer cannot be asked')
    .option(...json)
    .action(async (name: string, rule: string, options: RuleOptions) => {
      const { addRule } = await import('./federation.ts')
      const { issuer, subject, audience } = options
      const match = choice(SubjectMatch, '--match', options.match)
      const jwks = options.keys === undefined ? {} : { jwks: readText(options.keys) }
      const client = await connect()
      const principalId = await principalNamed(client, name)
      const wanted = { name: rule, issuer, subject, match, audiences: audience, ...jwks }
      print(await addRule(client, principalId, wanted), options, printRule)
    })
  federation
    .command('remove <name> <rule>')
    .option(...json)
    .action(async (name: string, rule: string, options: Output) => {
      const { removeRule } = await import('./federation.ts')
      const client = await connect()
      print(await removeRule(client, await principalNamed(client, name), rule), options, printRule)
    })
  federation
    .command('test <name>')
    .description('whether a token would be accepted, and why; the token comes on standard input, or from a file')
    .option('--token-file <file>', 'where the token is', '-')
    .option(...json)
    .action(async (name: string, options: Output & { tokenFile: string }) => {
      const { testToken } = await import('./federation.ts')
      const client = await connect()
      const principalId = await principalNamed(client, name)
      // Never an argument: other people of the machine could read it.
      const token = readText(options.tokenFile === '-' ? 0 : options.tokenFile).trim()
      if (token === '') throw new StartupError('there is no token on standard input')
      const test = await testToken(client, principalId, token)
      print(test, options, printFederationTest)
      if (!test.accepted) process.exitCode = 1
    })
}

/** @throws StartupError when it cannot be read */
export function readText(file: string | 0): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (cause) {
    throw new StartupError(`${file === 0 ? 'standard input' : file} cannot be read`, { cause })
  }
}
