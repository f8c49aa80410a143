import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { FakeClock } from '../../platform/clock.ts'
import type { RunningAgent } from '../agent.ts'
import { call, readyAgent, type TestStand } from '../testing/test-stand.ts'
import { ArcChallenges, canHoldChallenges } from './arc-challenges.ts'

let stand: TestStand
let agent: RunningAgent
beforeAll(async () => {
  ;({ stand, agent } = await readyAgent())
})
afterAll(() => stand[Symbol.asyncDispose]())

const metadata = ['Metadata', 'true'] as const
const query = 'api-version=2020-06-01&resource=https%3A%2F%2Fvault.test'
const ask = (more: readonly (readonly [string, string])[] = [], asked = query) =>
  call(`${agent.endpoints.urls.arc}?${asked}`, [metadata, ...more])

/** What the challenge of an answer names. */
function fileOf(headers: Record<string, unknown>): string {
  const [, file = ''] = /^Basic realm=([^="]+)$/.exec(String(headers['www-authenticate'])) ?? []
  return file
}

const withSecretOf = (file: string): readonly [string, string] => [
  'Authorization',
  `Basic ${readFileSync(file, 'utf8')}`,
]

describe('a client', () => {
  it('is never given a token directly, and gets one for what is in the file (vector 7)', async () => {
    const first = await ask()
    expect([first.status, first.json['access_token']]).toEqual([401, undefined])
    const second = await ask([withSecretOf(fileOf(first.headers))])
    expect([second.status, second.json['resource']]).toEqual([200, 'https://vault.test'])
    expect(second.json).toMatchObject({ object_id: stand.server.principals[0]?.objectId })
  })

  it.each([
    ['azidentity for Go', '2019-08-15'],
    ['azure-identity for Python', '2019-11-01'],
    ['msal-node', '2020-06-01'],
  ])('is challenged in the version of %s', async (_client, version) => {
    expect((await ask([], `api-version=${version}&resource=x`)).status).toBe(401)
  })

  it('that names an identity finds the name again in the answer (vector 7)', async () => {
    const { clientId } = stand.server.principals[0] ?? { clientId: '' }
    const file = fileOf((await ask()).headers)
    const { json } = await ask([withSecretOf(file)], `${query}&client_id=${clientId}`)
    expect(json['client_id']).toBe(clientId)
  })

  it.each([
    ['a wrong secret', ['Authorization', `Basic ${'x'.repeat(43)}`]],
    ['another scheme', ['Authorization', `Bearer ${'x'.repeat(43)}`]],
    ['an empty secret', ['Authorization', 'Basic ']],
  ] as const)('gets 401 and a new challenge for %s (vector 7)', async (_title, header) => {
    const { status, headers } = await ask([header])
    expect([status, existsSync(fileOf(headers))]).toEqual([401, true])
  })

  it('uses a secret once (SEC-100)', async () => {
    const file = fileOf((await ask()).headers)
    const header = withSecretOf(file)
    expect([(await ask([header])).status, existsSync(file), (await ask([header])).status]).toEqual([200, false, 401])
  })

  it.each<[string, string, number]>([
    ['no resource', 'api-version=2020-06-01', 400],
    ['an early version', 'api-version=2018-02-01&resource=x', 400],
    ['a foreign identity (SEC-103)', `${query}&client_id=x`, 400],
  ])('gets a refusal in the words of IMDS for %s', async (_title, asked, status) => {
    const answer = await ask([withSecretOf(fileOf((await ask()).headers))], asked)
    expect([answer.status, answer.json['error']]).toEqual([status, 'invalid_request'])
  })

  it('gets 400 and no file without the Metadata header (SEC-95)', async () => {
    const { status, headers } = await call(`${agent.endpoints.urls.arc}?${query}`)
    expect([status, headers['www-authenticate']]).toEqual([400, undefined])
  })
})

describe('a challenge file (SEC-100)', () => {
  const folders: string[] = []
  afterEach(() => {
    for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true })
  })
  function rig() {
    const place = mkdtempSync(join(tmpdir(), 'signet-arc-'))
    folders.push(place)
    const folder = join(place, 'azcmagent', 'tokens')
    const clock = new FakeClock(Date.now())
    return { folder, clock, challenges: new ArcChallenges({ folder, group: undefined, clock }) }
  }

  it('is as clients want it: its name, its size, no line break, and readable by one group', () => {
    const { folder, challenges } = rig()
    const file = challenges.issue()
    const { mode, size } = statSync(file)
    expect([dirname(file), basename(file).endsWith('.key'), mode & 0o777]).toEqual([folder, true, 0o640])
    expect(size).toBeLessThanOrEqual(4_096)
    expect(readFileSync(file, 'utf8')).toMatch(/^[\w-]{43}$/)
    expect(statSync(folder).mode & 0o777).toBe(0o750)
    expect(statSync(dirname(folder)).mode & 0o777).toBe(0o755)
  })

  it('has a name and a content that no other has', () => {
    const { challenges } = rig()
    const files = Array.from({ length: 20 }, () => challenges.issue())
    expect(new Set(files).size).toBe(20)
    expect(new Set(files.map((file) => readFileSync(file, 'utf8'))).size).toBe(20)
  })

  it('is gone after a minute, and what was in it is worth nothing', () => {
    const { challenges, clock } = rig()
    const file = challenges.issue()
    const secret = readFileSync(file, 'utf8')
    clock.advance(59_999)
    expect(existsSync(file)).toBe(true)
    clock.advance(1)
    expect([existsSync(file), challenges.redeem(secret)]).toEqual([false, false])
  })

  it('is one of 32 at most; the next caller is told when to come back', () => {
    const { challenges, folder } = rig()
    for (let count = 0; count < 32; count += 1) challenges.issue()
    expect(() => challenges.issue()).toThrow(
      expect.objectContaining({ code: 'too_many_requests', retryAfterSeconds: 1 }),
    )
    expect(readdirSync(folder)).toHaveLength(32)
    challenges.close()
    expect(readdirSync(folder)).toEqual([])
  })

  it('of an agent that died is removed by the next one, and nothing else in the folder', () => {
    const { challenges, folder, clock } = rig()
    const left = challenges.issue()
    const foreign = join(folder, 'other.key')
    writeFileSync(foreign, 'x')
    for (const file of [left, foreign]) utimesSync(file, 1, 1)
    const fresh = challenges.issue()
    new ArcChallenges({ folder, group: undefined, clock })
    expect([left, foreign, fresh].map((file) => existsSync(file))).toEqual([false, true, true])
  })

  it('is put in no folder that everybody can write', () => {
    const { folder, challenges } = rig()
    expect(canHoldChallenges(folder)).toBe(true)
    challenges.issue()
    expect(canHoldChallenges(folder)).toBe(true)
    expect(canHoldChallenges(tmpdir())).toBe(false)
    expect(canHoldChallenges('/etc/hosts/tokens')).toBe(false)
  })
})
