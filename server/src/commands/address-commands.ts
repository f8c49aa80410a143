import type { Command } from 'commander'
import { type Console, json, type Output } from './console-command.ts'

/** `signet hosts` and `signet trust`: what the machines of clients need before any of them can ask. */
export function addAddressCommands(program: Command, { connect, print }: Console): void {
  program
    .command('hosts')
    .description('print the names of this deployment as lines of a hosts file, or as DNS records')
    .option('--dns', 'records of a zone file')
    .option('--address <ip>', 'of the server, as clients see it; what it listens on unless given')
    .option('--vault <name...>', 'vaults that need a line of their own', [])
    .option(...json)
    .action(async (options: Output & { dns?: true; address?: string; vault: string[] }) => {
      const { hostEntries, printHosts, printRecords } = await import('./hosts.ts')
      const entries = await hostEntries(await connect(), { address: options.address, vaults: options.vault })
      print(entries, options, options.dns ? printRecords : printHosts)
    })
  program
    .command('trust')
    .description('print the CA that clients have to trust, and what each runtime wants for that')
    .option('--pem', 'the CA certificates themselves, and nothing else')
    .option(...json)
    .action(async (options: Output & { pem?: true }) => {
      const { printTrust, trust } = await import('./trust.ts')
      print(await trust(await connect()), options, options.pem ? ({ pem }) => pem.trimEnd() : printTrust)
    })
}
