import { join } from 'node:path'
import { resourcesApi } from '@signet/shared/api/resources'
import { Command } from 'commander'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type DashboardStand, openDashboard } from '../../test/dashboard-stand.ts'
import { readConfig } from '../platform/config.ts'
import { listenOnSocket } from '../platform/http/socket-listener.ts'
import { newGuid } from '../platform/identifiers.ts'
import { ConsoleClient, consoleSocket } from './console-client.ts'
import { consoleHandler } from './console-handler.ts'
import { addRolloutCommands } from './rollout-commands.ts'

let stand: DashboardStand
let close: () => Promise<void>
let client: ConsoleClient

beforeAll(async () => {
  stand = await openDashboard()
  const config = readConfig({ SIGNET_DATA_DIR: join(stand.folder, 'data') })
  close = await listenOnSocket('server', consoleSocket(config.dataDir), consoleHandler(stand.server, config))
  client = new ConsoleClient(config.dataDir)
  await client.call(resourcesApi.register, { body: { name: 'bare', kind: 'host' } })
})

afterAll(async () => {
  await close()
  await stand.close()
})

/** What the command line prints. */
async function signet(...words: string[]): Promise<string> {
  const printed: string[] = []
  const program = new Command('signet').exitOverride().configureOutput({ writeErr: () => undefined })
  const print = <T>(value: T, options: { json?: true }, inWords: (value: T) => string) => {
    printed.push(options.json ? JSON.stringify(value) : inWords(value))
  }
  addRolloutCommands(program.command('rollout').exitOverride(), { connect: async () => client, print })
  await program.parseAsync(['node', 'signet', 'rollout', ...words])
  return printed.join('\n')
}

it('prints first what it would come to, and starts nothing without --yes', async () => {
  const numbers = await signet('start', '--all')
  expect(numbers).toContain('0 certificates of 0 identities')
  expect(numbers).toContain('left out: 1: No agent is enrolled. bare')
  expect(numbers).toContain('Repeat it with --yes')
  expect(JSON.parse(await signet('start', '--filter', 'name:none', '--json'))).toMatchObject({ credentials: 0 })
  expect(await signet('list')).toBe('')
})

it('is refused where there is nothing to rotate', async () => {
  await expect(signet('start', '--all', '--yes')).rejects.toMatchObject({ code: 'conflict' })
  await expect(signet('start', '--group', 'payments', '--yes')).rejects.toMatchObject({ code: 'conflict' })
})

it.each([
  ['nothing to rotate', []],
  ['two selections', ['--all', '--filter', 'web']],
  ['a wave of none', ['--all', '--wave', '0']],
  ['a wave that is no number', ['--all', '--wave', 'many']],
  ['a limit of more than all', ['--all', '--most-failed', '101%']],
])('does not take %s', async (_case, options) => {
  await expect(signet('start', ...options)).rejects.toThrow(/one of|whole number|takes/)
})

it.each(['show', 'pause', 'resume', 'cancel', 'rollback'])('%s says when there is no such rollout', async (act) => {
  await expect(signet(act, newGuid())).rejects.toMatchObject({ code: 'not_found' })
  await expect(signet(act, 'x')).rejects.toThrow('by its ID')
})
