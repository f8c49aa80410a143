import type { Command } from 'commander'
import {
  printApplication,
  printApplications,
  printCertificate,
  printNewSecret,
  printSecret,
} from './application-output.ts'
import { type Console, json, type Output, wholeNumber } from './console-command.ts'
import { addFederationCommands, readText } from './federation-commands.ts'

const daySeconds = 86_400

/** `signet application …`: principals for code that runs on no instance of Signet, and what they prove themselves with. */
export function addApplicationCommands(application: Command, parts: Console): void {
  const { connect, print } = parts
  application
    .command('list')
    .option('--filter <text>', 'as in the dashboard; state:deleted shows deleted ones', '')
    .option(...json)
    .action(async (options: Output & { filter: string }) => {
      const { listApplications } = await import('./application.ts')
      print(await listApplications(await connect(), options.filter), options, printApplications)
    })
  application
    .command('show <name>')
    .option(...json)
    .action(async (name: string, options: Output) => {
      const { showApplication } = await import('./application.ts')
      print(await showApplication(await connect(), name), options, printApplication)
    })
  application
    .command('create <name>')
    .description('it gets no token before it has a secret, certificate or federated credential')
    .option(...json)
    .action(async (name: string, options: Output) => {
      const { createApplication } = await import('./application.ts')
      print(await createApplication(await connect(), name), options, printApplication)
    })
  application
    .command('rename <name> <new-name>')
    .option(...json)
    .action(async (name: string, to: string, options: Output) => {
      const { renameApplication } = await import('./application.ts')
      print(await renameApplication(await connect(), name, to), options, printApplication)
    })
  for (const [word, verb] of [
    ['pause', 'pause'],
    ['resume', 'resume'],
    ['delete', 'remove'],
    ['restore', 'restore'],
  ] as const) {
    application
      .command(`${word} <name>`)
      .option(...json)
      .action(async (name: string, options: Output) => {
        const { actOnApplication } = await import('./application.ts')
        print(await actOnApplication(await connect(), verb, name), options, printApplication)
      })
  }
  addSecretCommands(application.command('secret').description('client secrets'), parts)
  addCertificateCommands(application.command('certificate').description('certificates whose keys it holds'), parts)
  const federation = application.command('federation').description('tokens of external issuers that it trusts')
  addFederationCommands(federation, parts, async (client, name) => {
    const { applicationNamed } = await import('./application.ts')
    return applicationNamed(client, name)
  })
}

function addSecretCommands(secret: Command, { connect, print }: Console): void {
  secret
    .command('add <name>')
    .description('its value is printed once and kept nowhere')
    .requiredOption('--description <text>', 'what it is for')
    .option('--days <number>', 'how long it is accepted, up to 730', '180')
    .option(...json)
    .action(async (name: string, options: Output & { description: string; days: string }) => {
      const { addSecret } = await import('./application.ts')
      const { description } = options
      const wanted = { description, lifetimeSeconds: wholeNumber('--days', options.days) * daySeconds }
      print(await addSecret(await connect(), name, wanted), options, printNewSecret)
    })
  secret
    .command('remove <name> <secret>')
    .description('by its ID or its description')
    .option(...json)
    .action(async (name: string, which: string, options: Output) => {
      const { removeSecret } = await import('./application.ts')
      print(await removeSecret(await connect(), name, which), options, printSecret)
    })
}

function addCertificateCommands(certificate: Command, { connect, print }: Console): void {
  certificate
    .command('add <name> <file>')
    .description('a file with one certificate in PEM, and no private key')
    .option('--long-assertions', 'its assertions may live for 24 hours', false)
    .option(...json)
    .action(async (name: string, file: string, options: Output & { longAssertions: boolean }) => {
      const { addCertificate } = await import('./application.ts')
      const wanted = { certificate: readText(file), longAssertions: options.longAssertions }
      print(await addCertificate(await connect(), name, wanted), options, printCertificate)
    })
  certificate
    .command('remove <name> <certificate>')
    .description('by its ID or the beginning of its thumbprint')
    .option(...json)
    .action(async (name: string, which: string, options: Output) => {
      const { removeCertificate } = await import('./application.ts')
      print(await removeCertificate(await connect(), name, which), options, printCertificate)
    })
}
