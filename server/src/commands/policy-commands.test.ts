import { join } from 'node:path'
import type { PolicyPreview, RotationFreeze, StoredRotationPolicy } from '@signet/shared/api/rotation-policies'
import { Command } from 'commander'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type DashboardStand, openDashboard } from '../../test/dashboard-stand.ts'
import { readConfig } from '../platform/config.ts'
import { listenOnSocket } from '../platform/http/socket-listener.ts'
import { ConsoleClient, consoleSocket } from './console-client.ts'
import { consoleHandler } from './console-handler.ts'
import { addFreezeCommands, addPolicyCommands } from './policy-commands.ts'

let stand: DashboardStand
let close: () => Promise<void>
let client: ConsoleClient

beforeAll(async () => {
  stand = await openDashboard()
  const config = readConfig({ SIGNET_DATA_DIR: join(stand.folder, 'data') })
  close = await listenOnSocket('server', consoleSocket(config.dataDir), consoleHandler(stand.server, config))
  client = new ConsoleClient(config.dataDir)
})

afterAll(async () => {
  await close()
  await stand.close()
})

/** What the command line prints; the program is the one that people run, but for its output. */
async function signet(...words: string[]): Promise<string> {
  const printed: string[] = []
  const program = new Command('signet').exitOverride().configureOutput({ writeErr: () => undefined })
  const parts = {
    connect: async () => client,
    print: <T>(value: T, options: { json?: true }, inWords: (value: T) => string) => {
      printed.push(options.json ? JSON.stringify(value) : inWords(value))
    },
  }
  addPolicyCommands(program.command('policy').exitOverride(), parts)
  addFreezeCommands(program, parts)
  await program.parseAsync(['node', 'signet', ...words])
  return printed.join('\n')
}

const json = async <T>(...words: string[]): Promise<T> => JSON.parse(await signet(...words, '--json')) as T

it('a policy is created from the default, shown, changed and removed by what it rules', async () => {
  const night = '0 2 * * * for 2h in Europe/Berlin'
  expect(await signet('policy', 'list')).toContain('Default')
  const made = await json<StoredRotationPolicy>('policy', 'set', 'kind:vm', '--lifetime', '30d', '--window', night)
  expect(made).toMatchObject({
    scope: { kind: 'instances', of: 'vm' },
    lifetimeSeconds: 30 * 86_400,
    rotateAt: 0.5,
    windows: [{ cron: '0 2 * * *', minutes: 120, zone: 'Europe/Berlin' }],
  })
  const changed = await json<StoredRotationPolicy>('policy', 'set', 'kind:vm', '--rotate-at', '60', '--always')
  expect(changed).toMatchObject({ id: made.id, lifetimeSeconds: 30 * 86_400, rotateAt: 0.6, windows: [] })
  expect(await signet('policy', 'show', 'kind:vm')).toContain('60 %, up to 20 % earlier')
  expect(await signet('policy', 'remove', 'kind:vm')).toBe('Removed: vm.')
  await expect(signet('policy', 'show', 'kind:vm')).rejects.toMatchObject({ code: 'not_found' })
})

it('a preview changes nothing', async () => {
  const preview = await json<PolicyPreview>('policy', 'preview', 'default', '--lifetime', '1d')
  expect(preview).toMatchObject({ certificates: 0, changed: 0, atOnce: 0 })
  expect(await json<StoredRotationPolicy>('policy', 'show', 'default')).toMatchObject({ lifetimeSeconds: 90 * 86_400 })
  expect(await signet('policy', 'preview', 'default', '--lifetime', '1d')).toContain('busiest day')
})

it('a freeze of everything is made, shown and ended', async () => {
  await expect(signet('freeze', '2h')).rejects.toThrow(/needs a --reason/)
  const frozen = await json<RotationFreeze[]>('freeze', '2099-01-01T00:00:00Z', '--reason', 'year end')
  expect(frozen).toMatchObject([{ policyId: 'all', until: Date.UTC(2099, 0, 1), reason: 'year end' }])
  expect(await signet('freeze')).toContain('year end')
  expect(await signet('unfreeze')).toBe('Nothing is frozen.')
})

it.each([
  ['policy', 'show', 'everything'],
  ['policy', 'set', 'default', '--lifetime', 'long'],
  ['policy', 'set', 'default', '--rotate-at', 'half'],
  ['policy', 'set', 'default', '--window', 'at night'],
  ['freeze', 'tomorrow', '--reason', 'x'],
])('what cannot be read is refused: %s %s %s %s', async (...words) => {
  await expect(signet(...words.filter((word) => word !== undefined))).rejects.toThrow(/is n/)
})
