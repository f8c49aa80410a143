import { InstanceKind } from '@signet/shared/api/resources'
import { OverlapChoice } from '@signet/shared/vocabulary/credential-states'
import { LocalDialect, WorkloadDialect } from '@signet/shared/wire/agent-protocol'
import { Command } from 'commander'
import { readConfig } from '../platform/config.ts'
import { EnvelopeError } from '../platform/crypto/sealing.ts'
import { Shell, shellLines } from '../platform/shell-lines.ts'
import { SignetError, StartupError } from '../platform/signet-error.ts'
import { addAccessCommands } from './access-commands.ts'
import { addAddressCommands } from './address-commands.ts'
import { addAlertCommands } from './alert-commands.ts'
import { addApplicationCommands } from './application-commands.ts'
import { addBackupCommands } from './backup-commands.ts'
import { addCaCommands } from './ca-commands.ts'
import type { ConsoleClient } from './console-client.ts'
import { choice, json, type Output } from './console-command.ts'
import { addEvidenceCommands } from './evidence-commands.ts'
import { addAudienceCommands, addIdentityCommands } from './identity-commands.ts'
import { at, printInstance, printInstances, printRotation, printTokenTest } from './output.ts'
import { addFreezeCommands, addPolicyCommands } from './policy-commands.ts'
import { addRolloutCommands } from './rollout-commands.ts'
import { addRotationCommands } from './rotation-commands.ts'
import { addSigningKeyCommands } from './signing-key-commands.ts'
import { addInstanceStops, addStopCommands } from './stop-commands.ts'
import { addUsageCommands } from './usage-commands.ts'

/** The command line. Every subcommand is imported when it is asked for. @returns when the command has been started */
export async function runProgram(argv: readonly string[]): Promise<void> {
  try {
    await commandLine().parseAsync(argv)
  } catch (error) {
    process.stderr.write(`signet: ${messageOf(error)}\n`)
    process.exitCode = 1
    if (process.connected) process.disconnect()
  }
}

/** A fault somebody can mend is one line; anything else shows where it happened. */
function messageOf(error: unknown): string {
  if (error instanceof StartupError) return error.message
  if (error instanceof EnvelopeError) return `${error.message}; restore the data folder from a copy`
  if (error instanceof SignetError) return [error.detail, error.fix].filter(Boolean).join(' ')
  return error instanceof Error ? (error.stack ?? error.message) : String(error)
}

function commandLine(): Command {
  const program = new Command('signet').description('Self-hosted managed service identity').enablePositionalOptions()
  program
    .command('serve', { isDefault: true })
    .description('run the server')
    .action(async () => {
      await (await import('./serve.ts')).serve(process.env)
    })
  program
    .command('agent')
    .description('run the agent of this machine')
    .action(async () => {
      await (await import('./agent.ts')).runAgent(process.env)
    })
  program
    .command('start')
    .description('run server and agent together, to try Signet')
    .option('--demo', 'run a demo with data of its own in their place')
    .action(async (options: { demo?: true }) => {
      await (await import('./start.ts')).start(process.env, options)
    })
  addDemoCommands(program)
  program
    .command('enroll')
    .description('make this machine the agent of an instance (the token in SIGNET_JOIN_TOKEN)')
    .requiredOption('--server <url>', 'the server address for agents')
    .requiredOption('--ca-pin <sha256>', 'fingerprint of the server CA, as shown beside the token')
    .option('--instance <name>', 'a further instance on this machine, by a name of its own here')
    .action(async (options: { server: string; caPin: string; instance?: string }) => {
      await (await import('./enroll.ts')).enroll(process.env, options)
    })
  addRecoveryCommands(program)
  addBackupCommands(program, { connect, print })
  addWorkloadCommands(program)
  addInstanceCommands(program.command('instance').description('service instances and their identities'))
  addIdentityCommands(program.command('identity').description('user-assigned identities'), { connect, print })
  const application = program.command('application').description('principals for code outside any instance')
  addApplicationCommands(application, { connect, print })
  addAudienceCommands(program.command('audience').description('what tokens are issued for'), { connect, print })
  addPolicyCommands(program.command('policy').description('when credentials roll'), { connect, print })
  addFreezeCommands(program, { connect, print })
  const rotation = program.command('rotation').description('acts on rotations of certificates')
  addRotationCommands(rotation, { connect, print })
  addRolloutCommands(program.command('rollout').description('rotations of many, in waves'), { connect, print })
  const signingKey = program.command('signing-key').description('what tokens are signed with')
  addSigningKeyCommands(signingKey, { connect, print })
  addCaCommands(program.command('ca').description('the certificate authorities'), { connect, print })
  addEvidenceCommands(program.command('evidence').description('what can be proved of the past'), { connect, print })
  addTokenCommand(program)
  addAlertCommands(program, { connect, print })
  addAddressCommands(program, { connect, print })
  addAccessCommands(program, { connect, print })
  addStopCommands(program, { connect, print })
  addUsageCommands(program, { connect, print })
  program
    .command('operator')
    .description('the people who use the dashboard')
    .command('recover')
    .description('print a one-time sign-in link')
    .action(async () => {
      const { consoleApi } = await import('@signet/shared/api/console')
      const { url } = await (await connect()).call(consoleApi.issueCode, { body: {} })
      process.stdout.write(`${url}\n`)
    })
  return program
}

/** Processes of `start --demo`; of no use to people. */
function addDemoCommands(program: Command): void {
  program.command('demo-history', { hidden: true }).action(async () => {
    await (await import('./demo-history.ts')).makeDemoHistory(process.env)
  })
  program.command('demo-agents', { hidden: true }).action(async () => {
    await (await import('./demo-agents.ts')).runDemoAgents(process.env)
  })
}

const furtherInstance = ['--instance <name>', 'a further instance on this machine, as it was enrolled'] as const

function addWorkloadCommands(program: Command): void {
  program
    .command('env')
    .description('print what a client needs: every address, or the variables of one dialect')
    .option('--dialect <dialect>', WorkloadDialect.options.join(', '))
    .option('--shell <shell>', Shell.options.join(', '), 'sh')
    .option(...furtherInstance)
    .action(async (options: { dialect?: string; shell: string; instance?: string }) => {
      const shell = choice(Shell, '--shell', options.shell)
      const dialect = options.dialect === undefined ? undefined : choice(WorkloadDialect, '--dialect', options.dialect)
      const { clientEnvironment, dialectEnvironment } = await import('./client-environment.ts')
      const { agentFolder } = await import('./agent-folder.ts')
      const config = readConfig(process.env)
      const agentDir = agentFolder(config, options.instance)
      const variables = dialect
        ? dialectEnvironment(agentDir, { dialect, clientId: process.env['AZURE_CLIENT_ID'] })
        : await clientEnvironment({ ...config, agentDir })
      process.stdout.write(shellLines(variables, shell))
    })
  program
    .command('run <command> [arguments...]')
    .description('start a program that finds its identity: signet run -- COMMAND …')
    .option('--dialect <dialect>', WorkloadDialect.options.join(', '), 'app-service')
    .option(...furtherInstance)
    .passThroughOptions()
    .action(async (command: string, args: string[], options: { dialect: string; instance?: string }) => {
      const dialect = choice(WorkloadDialect, '--dialect', options.dialect)
      const { runWorkload } = await import('./run.ts')
      await runWorkload(process.env, { dialect, instance: options.instance }, [command, ...args])
    })
}

function addRecoveryCommands(program: Command): void {
  program
    .command('recovery-shares')
    .description('print new recovery shares of the root key, once')
    .option('--shares <n>', 'how many', '3')
    .option('--threshold <k>', 'how many of them recover', '2')
    .action(async (options: { shares: string; threshold: string }) => {
      const { takeRecoveryShares } = await import('./recovery.ts')
      const wanted = { shares: Number(options.shares), threshold: Number(options.threshold) }
      process.stdout.write(await takeRecoveryShares(process.env, wanted))
    })
  program
    .command('recover-root-key')
    .description('make a new root key file from recovery shares on standard input')
    .action(async () => {
      const { recoverFromShares } = await import('./recovery.ts')
      process.stdout.write(await recoverFromShares(process.env, process.stdin))
    })
  program
    .command('rekey')
    .description(
      'put the data under a new root key, or another provider (SIGNET_NEXT_ROOT_KEY_…); the server is stopped',
    )
    .action(async () => {
      const { rekey } = await import('./rekey.ts')
      process.stdout.write(await rekey(process.env))
    })
}

function addInstanceCommands(instance: Command): void {
  instance
    .command('list')
    .option(...json)
    .action(async (options: Output) => {
      const { listInstances } = await import('./instance.ts')
      print(await listInstances(await connect()), options, printInstances)
    })
  instance
    .command('show <name>')
    .option(...json)
    .action(async (name: string, options: Output) => {
      const { showInstance } = await import('./instance.ts')
      print(await showInstance(await connect(), name), options, printInstance)
    })
  instance
    .command('add <name>')
    .option('--kind <kind>', 'vm, app, function, container or host', 'host')
    .option(...json)
    .action(async (name: string, options: Output & { kind: string }) => {
      const { addInstance } = await import('./instance.ts')
      const kind = choice(InstanceKind, '--kind', options.kind)
      print(
        await addInstance(await connect(), name, kind),
        options,
        ({ join }) => `Run on the instance:\n  ${join.command}`,
      )
    })
  instance
    .command('join <name>')
    .option(...json)
    .action(async (name: string, options: Output) => {
      const { joinInstance } = await import('./instance.ts')
      print(await joinInstance(await connect(), name), options, (join) => join.command)
    })
  instance
    .command('recover <name>')
    .description('let its agent come back that was away for more than 30 days past its certificate')
    .option('--reason <text>', 'for the audit log')
    .option(...json)
    .action(async (name: string, options: Output & { reason?: string }) => {
      const { recoverAgent } = await import('./instance.ts')
      print(await recoverAgent(await connect(), name, options.reason), options, ({ until }) => `until ${at(until)}`)
    })
  for (const [verb, enabled] of [
    ['on', true],
    ['off', false],
  ] as const) {
    instance
      .command(`${verb} <name>`)
      .option(...json)
      .action(async (name: string, options: Output) => {
        const { switchIdentity } = await import('./instance.ts')
        print(await switchIdentity(await connect(), name, enabled), options, printInstance)
      })
  }
  addInstanceStops(instance, { connect, print })
  instance
    .command('rotate <name>')
    .option(
      '--overlap <choice>',
      `how long the old certificate is accepted: ${OverlapChoice.options.join(', ')}`,
      'policy',
    )
    .option(...json)
    .action(async (name: string, options: Output & { overlap: string }) => {
      const { rotateInstance } = await import('./instance.ts')
      const overlap = choice(OverlapChoice, '--overlap', options.overlap)
      print(await rotateInstance(await connect(), name, overlap), options, printRotation)
    })
}

function addTokenCommand(program: Command): void {
  program
    .command('token <name>')
    .description('get a token through the local endpoint of an instance, and check it')
    .requiredOption('--resource <uri>', 'what the token is for')
    .option('--dialect <dialect>', LocalDialect.options.join(', '), 'imds')
    .option('--bypass-cache', 'ask for a fresh token', false)
    .option('--reveal', 'print the raw token too (audited)', false)
    .option('--json', 'print JSON')
    .action(
      async (
        name: string,
        options: Output & { resource: string; dialect: string; bypassCache: boolean; reveal: boolean },
      ) => {
        const { testToken } = await import('./instance.ts')
        const { resource, bypassCache, reveal } = options
        const dialect = choice(LocalDialect, '--dialect', options.dialect)
        const test = await testToken(await connect(), name, { resource, bypassCache, reveal, dialect })
        print(test, options, printTokenTest)
        if (test.outcome === 'failed') process.exitCode = 1
      },
    )
}

function print<T>(value: T, options: Output, words: (value: T) => string): void {
  process.stdout.write(`${options.json ? JSON.stringify(value, null, 2) : words(value)}\n`)
}

async function connect(): Promise<ConsoleClient> {
  const client = await import('./console-client.ts')
  return new client.ConsoleClient(readConfig(process.env).dataDir)
}
