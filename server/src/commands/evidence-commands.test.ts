import { join } from 'node:path'
import { Command } from 'commander'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type DashboardStand, openDashboard } from '../../test/dashboard-stand.ts'
import { readConfig } from '../platform/config.ts'
import { listenOnSocket } from '../platform/http/socket-listener.ts'
import { ConsoleClient, consoleSocket } from './console-client.ts'
import { consoleHandler } from './console-handler.ts'
import { addEvidenceCommands } from './evidence-commands.ts'

let stand: DashboardStand
let close: () => Promise<void>
let client: ConsoleClient
const uti = 'A'.repeat(22)

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

async function signet(...words: string[]): Promise<string> {
  const printed: string[] = []
  const program = new Command('signet').exitOverride().configureOutput({ writeErr: () => undefined })
  addEvidenceCommands(program.command('evidence').exitOverride(), {
    connect: async () => client,
    print: (value, options, inWords) => printed.push(options.json ? JSON.stringify(value) : inWords(value)),
  })
  await program.parseAsync(['node', 'signet', 'evidence', ...words])
  return printed.join('\n')
}

const jwt = (claims: object) => `e30.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.c2ln`

it('says that nobody held a certificate, where there is none', async () => {
  const time = new Date(stand.clock.now()).toISOString()
  expect(await signet('held', '--at', time)).toBe('No certificate was accepted then.')
  expect(JSON.parse(await signet('held', '--at', time, '--instance', 'web-01', '--json'))).toMatchObject({ items: [] })
})

it('takes a token, its number or the ID of its request, and says when none is on record', async () => {
  for (const given of [uti, jwt({ uti }), '01234567-89ab-7def-8123-456789abcdef']) {
    await expect(signet('token', given)).rejects.toMatchObject({ code: 'not_found' })
  }
})

it.each([
  [['token', 'nonsense'], 'neither a token'],
  [['token', jwt({})], 'no uti claim'],
  [['token', 'a.b.c'], 'no uti claim'],
  [['held', '--at', 'yesterday'], '--at takes a time'],
])('%j is refused', async (words, why) => {
  await expect(signet(...words)).rejects.toThrow(why)
})

it('certificates are listed, filtered and exported over the API, and a faulty filter is refused', async () => {
  const ask = async (path: string) => stand.send({ method: 'GET', path: `/api${path}`, headers: stand.headers })
  const list = await ask('/certificates?filter=state%3Aactive%20expires%3A%3C30d&sort=expires')
  expect([list.status, JSON.parse(list.text)]).toMatchObject([200, { items: [], count: { all: 0 } }])
  expect((await ask('/certificates?filter=state%3Anonsense')).status).toBe(400)
  const file = await ask('/certificates/export?filter=cause%3Amanual&format=csv')
  expect(file.text.split('\n')[0]).toContain('id,principal_id,principal,instance_id,instance,state,serial,thumbprint')
  const [event] = (await stand.server.audit.page({ terms: [] }, { limit: 1 })).items
  expect(event).toMatchObject({ action: 'credentials.exported', after: { filter: 'cause:manual', format: 'csv' } })
})
