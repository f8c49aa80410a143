import { type KeyBlastRadius, type SigningKey, signingKeysApi } from '@signet/shared/api/signing-keys'
import type { Command } from 'commander'
import { SignetError } from '../platform/signet-error.ts'
import type { ConsoleClient } from './console-client.ts'
import { type Console, json, type Output } from './console-command.ts'
import { at } from './output.ts'

const reason = ['--reason <text>', 'for the audit log'] as const

interface Given extends Output {
  readonly reason?: string
}

/** `signet signing-key …`: the keys that tokens are signed with, which roll by themselves unless somebody has to step in. */
export function addSigningKeyCommands(key: Command, { connect, print }: Console): void {
  key
    .command('list')
    .option(...json)
    .action(async (options: Output) => {
      const { items } = await (await connect()).call(signingKeysApi.list, {})
      print(items, options, (keys) => keys.map(line).join('\n'))
    })
  key
    .command('rotate')
    .description('emergency: revoke the key that signs; every token under it is refused at once')
    .option('--yes', 'do it; without, only what it would put an end to is printed', false)
    .option(...reason)
    .option(...json)
    .action(async (options: Given & { yes: boolean }) => {
      const client = await connect()
      const active = await signing(client)
      if (!options.yes) {
        return print(active, options, ({ live }) => `${radius(live)}\nRepeat it with --yes to revoke ${active.kid}.`)
      }
      const given = { params: { kid: active.kid }, body: { reason: options.reason } }
      const done = await client.call(signingKeysApi.emergency, given)
      print(done, options, ({ revoked, active: next }) => [revoked, next].map(line).join('\n'))
    })
  key
    .command('remove <kid>')
    .description('take a key that does not sign out of the key set')
    .option('--force', 'also while tokens or caches still need it; its tokens are refused then', false)
    .option(...reason)
    .option(...json)
    .action(async (kid: string, options: Given & { force: boolean }) => {
      const body = { force: options.force, reason: options.reason }
      print(await (await connect()).call(signingKeysApi.remove, { params: { kid }, body }), options, line)
    })
  for (const [word, held] of [
    ['hold', true],
    ['release', false],
  ] as const) {
    key
      .command(`${word} <kid>`)
      .description(held ? 'keep a key from being removed' : 'let it be removed again')
      .option(...reason)
      .option(...json)
      .action(async (kid: string, options: Given) => {
        const body = { held, reason: options.reason }
        print(await (await connect()).call(signingKeysApi.hold, { params: { kid }, body }), options, line)
      })
  }
}

async function signing(client: ConsoleClient): Promise<SigningKey> {
  const { items } = await client.call(signingKeysApi.list, {})
  const active = items.find(({ purpose, state }) => purpose === 'tokens' && state === 'active')
  if (active) return active
  throw new SignetError('unavailable', 'The authority has no signing key.')
}

function line({ kid, purpose, state, held, live }: SigningKey): string {
  const words = [kid, purpose.padEnd(11), state.padEnd(8), held ? 'held' : '    ', `${live.tokens} live tokens`]
  return words.join('  ')
}

function radius({ tokens, principals, audiences, until }: KeyBlastRadius): string {
  const ends = until === null ? '' : `, the last of which would end at ${at(until)}`
  return `${tokens} tokens of ${principals} identities for ${audiences} audiences would be refused at once${ends}.`
}
