import { writeFileSync } from 'node:fs'
import { type CertificateAuthority, certificateAuthoritiesApi } from '@signet/shared/api/certificate-authorities'
import type { Command } from 'commander'
import { StartupError } from '../platform/signet-error.ts'
import { type Console, json, type Output } from './console-command.ts'
import { at } from './output.ts'

/** `signet ca …`: the certificate authorities, which roll by themselves unless somebody wants it earlier. */
export function addCaCommands(ca: Command, { connect, print }: Console): void {
  ca.command('list')
    .option(...json)
    .action(async (options: Output) => {
      const { items } = await (await connect()).call(certificateAuthoritiesApi.list, {})
      print(items, options, (all) => all.map(line).join('\n'))
    })
  ca.command('rotate <id>')
    .description('let the next CA sign from now on; what the old one signed stays valid')
    .option('--reason <text>', 'for the audit log')
    .option(...json)
    .action(async (id: string, options: Output & { reason?: string }) => {
      const given = { params: { id }, body: { reason: options.reason } }
      const done = await (await connect()).call(certificateAuthoritiesApi.rotate, given)
      print(done, options, ({ retiring, active }) => [retiring, active].map(line).join('\n'))
    })
  ca.command('export <id>')
    .description('write certificate and key of one to a file, the key under a passphrase that is printed once')
    .requiredOption('--to <file>', 'a file that is not there yet')
    .option('--reason <text>', 'for the audit log')
    .option(...json)
    .action(async (id: string, options: Output & { to: string; reason?: string }) => {
      const given = { params: { id }, body: { reason: options.reason } }
      const { name, certificate, privateKey, passphrase } = await (await connect()).call(
        certificateAuthoritiesApi.exportKey,
        given,
      )
      writeNew(options.to, `${certificate}${privateKey}`)
      print({ name, file: options.to, passphrase }, options, (done) =>
        [`${done.name} is in ${done.file}`, `passphrase  ${done.passphrase}`, 'Keep them apart.'].join('\n'),
      )
    })
}

/** @throws StartupError when the file is there already, or cannot be made */
function writeNew(file: string, content: string): void {
  try {
    writeFileSync(file, content, { mode: 0o600, flag: 'wx' })
  } catch (cause) {
    throw new StartupError(`the file ${file} cannot be made: name another that is not there yet`, { cause })
  }
}

function line({ id, scope, state, notAfter, activateAt }: CertificateAuthority): string {
  const next = activateAt === null ? '' : `  ${state === 'active' ? 'next one signs' : 'signs'} from ${at(activateAt)}`
  return `${[id, scope.padEnd(11), state.padEnd(8), `ends ${at(notAfter)}`].join('  ')}${next}`
}
