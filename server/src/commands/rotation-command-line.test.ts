import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { RolloutDetail, rolloutsApi } from '@signet/shared/api/rollouts'
import { RotationSummary, rotationApi } from '@signet/shared/api/rotation'
import { hourMs } from '@signet/shared/vocabulary/time'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { type AgentStand, openAgentStand } from '../../test/agent-stand.ts'
import { rowsOf } from '../../test/stack.ts'
import { newGuid } from '../platform/identifiers.ts'

const program = fileURLToPath(new URL('../main.ts', import.meta.url))
const nobodys = '01931f00-0000-7000-8000-000000000001'

let stand: AgentStand
beforeAll(async () => {
  stand = await openAgentStand()
  await vi.waitFor(async () => expect(await active()).toBeTruthy(), { timeout: 20_000, interval: 50 })
}, 60_000)
afterAll(() => stand.close())

interface Ended {
  readonly code: number
  readonly out: string
  readonly err: string
}

/** The program as people start it, in a process of its own, beside a real server with a real agent. */
function signet(...words: string[]): Promise<Ended> {
  return signetOn(stand.config.dataDir, ...words)
}

function signetOn(dataDir: string, ...words: string[]): Promise<Ended> {
  const env = { ...process.env, SIGNET_DATA_DIR: dataDir }
  return new Promise((resolve) => {
    const child = execFile(process.execPath, [program, ...words], { env }, (_error, out, err) =>
      resolve({ code: child.exitCode ?? -1, out, err }),
    )
  })
}

/** The certificate in use. */
async function active(): Promise<string | undefined> {
  return (await rowsOf(stand, 'credentials')).find(({ state }) => state === 'active')?.id
}

const stateOf = async (id: string | undefined) =>
  (await rowsOf(stand, 'credentials')).find((row) => row.id === id)?.state
/** What was done from the console. */
const actions = async () =>
  (await rowsOf(stand, 'audit_events')).filter((row) => row.actor_kind === 'console').map(({ action }) => action)

/** A rotation whose new certificate is in use. */
async function rotated() {
  const old = await active()
  const { out } = await signet('instance', 'rotate', 'web-01', '--json')
  const { id: runId } = RotationSummary.parse(JSON.parse(out))
  const run = () => stand.client.call(rotationApi.show, { params: { runId } })
  await expect.poll(async () => (await run()).state, { timeout: 20_000 }).toBe('activated')
  return { runId, old, run }
}

describe('signet rotation, as a process', { timeout: 60_000 }, () => {
  it('drill rehearses on the instance, prints every step and how long it took, and again with --last', async () => {
    const drill = await signet('rotation', 'drill', 'web-01')
    expect([drill.code, drill.err]).toEqual([0, ''])
    expect(drill.out).toMatch(/^drill \S+: passed, started .+ by console/)
    expect(drill.out.match(/^ok +\d+ ms/gm)).toHaveLength(7)
    expect((await signet('rotation', 'drill', 'web-01', '--last')).out).toBe(drill.out)
  })

  it('keep, then retire: the old certificate is accepted for longer, until it is refused at once', async () => {
    const { runId, old, run } = await rotated()
    const until = new Date(Date.now() + 30 * hourMs).toISOString()
    const kept = await signet('rotation', 'keep', runId, '--until', until, '--reason', 'a slow client', '--json')
    expect([kept.code, kept.err]).toEqual([0, ''])
    expect((await run()).overlapUntil).toBe(Date.parse(until))
    const retired = await signet('rotation', 'retire', runId)
    expect(retired.code).toBe(0)
    expect([await stateOf(old), (await run()).state]).toEqual(['retired', 'completed'])
    expect(await signet('rotation', 'retire', runId)).toMatchObject({ code: 1, out: '' })
  })

  it('rollback puts the old certificate to use again, once', async () => {
    const { runId, old } = await rotated()
    const bad = await active()
    expect((await signet('rotation', 'rollback', runId, '--reason', 'it fails')).code).toBe(0)
    expect([await stateOf(old), await stateOf(bad)]).toEqual(['active', 'revoked'])
    const again = await signet('rotation', 'rollback', runId)
    expect([again.code, again.out]).toEqual([1, ''])
    expect(again.err).toMatch(/^signet: .+\n$/)
  })

  it('emergency prints what depends on it, then revokes with --yes and a reason, and the agent brings another (SEC-89)', async () => {
    const old = await active()
    const numbers = await signet('rotation', 'emergency', 'web-01')
    expect([numbers.code, numbers.err]).toEqual([0, ''])
    expect(numbers.out).toMatch(/^web-01: 1 instances, [1-9]\d* certificates would be revoked, last used /)
    expect(numbers.out).toContain('tokens are out')
    expect(await signet('rotation', 'emergency', 'web-01', '--yes')).toEqual({
      ...{ code: 1, out: '' },
      err: 'signet: --reason is needed: why every certificate is revoked\n',
    })
    expect(await stateOf(old)).toBe('active')
    expect((await signet('rotation', 'emergency', 'web-01', '--yes', '--reason', 'leaked')).code).toBe(0)
    expect(await stateOf(old)).toBe('revoked')
    await expect.poll(active, { timeout: 20_000 }).toBeTruthy()
  })

  it.each([
    ['a rotation that is none', ['rollback', nobodys], 'No such rotation.'],
    ['a rotation that is none', ['retire', nobodys], 'No such rotation.'],
    ['a rotation that is none', ['keep', nobodys, '--until', '2099-01-01'], 'No such rotation.'],
    ['what names no rotation', ['rollback', 'web-01'], 'a rotation is named by its ID'],
    ['no rotation at all', ['retire'], "missing required argument 'rotation-id'"],
    ['no end', ['keep', nobodys], "required option '--until <time>' not specified"],
    ['an end that is no time', ['keep', nobodys, '--until', 'soon'], '--until is a time such as'],
    ['a principal that is none', ['emergency', '01931f00-0000-4000-8000-00000000aaaa'], 'No such identity.'],
    ['an instance that is none', ['emergency', 'web-99', '--yes', '--reason', 'x'], 'web-99'],
    ['an instance that is none', ['drill', 'web-99'], 'web-99'],
    ['an option that is none', ['drill', 'web-01', '--force'], "unknown option '--force'"],
    ['an act that is none', ['renew', nobodys], "unknown command 'renew'"],
  ])('given %s it prints one line and ends with 1: %j', async (_case, words, why) => {
    const before = await actions()
    const { code, out, err } = await signet('rotation', ...words)
    expect([code, out]).toEqual([1, ''])
    expect(err).toContain(why)
    expect(err).not.toContain('    at ')
    expect(await actions()).toEqual(before)
  })
})

describe('signet rollout, as a process', { timeout: 60_000 }, () => {
  const started = async (...words: string[]) => {
    const { code, out, err } = await signet('rollout', 'start', '--all', '--yes', '--json', ...words)
    expect([code, err]).toEqual([0, ''])
    const { id: rolloutId } = RolloutDetail.parse(JSON.parse(out))
    const show = () => stand.client.call(rolloutsApi.show, { params: { rolloutId } })
    await expect.poll(async () => (await show()).state, { timeout: 20_000 }).toBe('completed')
    return show()
  }

  it('start --drill rehearses all, and changes no certificate', async () => {
    const before = await active()
    const numbers = await signet('rollout', 'start', '--all', '--drill')
    expect(numbers.out).toBe('1 certificates of 1 identities on 1 agents in 1 waves\nRepeat it with --yes to start.\n')
    const { act, counts, id } = await started('--drill')
    expect([act, counts]).toEqual(['drill', { rehearsed: 1 }])
    expect(await active()).toBe(before)
    expect((await signet('rollout', 'show', id)).out).toContain('1 rehearsed')
  })

  it('start --emergency says in numbers what depends on it, then revokes all and brings new ones (SEC-89)', async () => {
    const before = await active()
    const numbers = await signet('rollout', 'start', '--all', '--emergency')
    expect(numbers.out).toMatch(/all of them are revoked, on 1 instances; last used .+\n\d+ tokens are out/)
    expect(await signet('rollout', 'start', '--all', '--emergency', '--yes')).toMatchObject({
      ...{ code: 1, out: '' },
      err: expect.stringContaining('--reason is needed'),
    })
    expect(await active()).toBe(before)
    const { act, counts, id } = await started('--emergency', '--reason', 'CA leaked')
    expect([act, (counts.activated ?? 0) + (counts.retired ?? 0)]).toEqual(['emergency', 1])
    expect(await stateOf(before)).toBe('revoked')
    expect(await signet('rollout', 'rollback', id)).toMatchObject({ code: 1, out: '' })
  })

  it.each([
    [['start', '--all', '--drill', '--emergency'], 'not both'],
    [['start', '--drill'], 'one of --filter, --group and --all'],
    [['start', '--all', '--wave', 'x'], '--wave is a whole number'],
    [['start', '--filter', 'nonsense:1'], 'nonsense'],
    [['start', '--filter', 'name:none', '--yes'], 'Nothing matches'],
    [['show', newGuid()], 'No such rollout.'],
    [['cancel', 'x'], 'a rollout is named by its ID'],
    [['resume'], "missing required argument 'id'"],
  ])('%j prints one line and ends with 1', async (words, why) => {
    const { code, out, err } = await signet('rollout', ...words)
    expect([code, out]).toEqual([1, ''])
    expect(err).toContain(why)
    expect(err).not.toContain('    at ')
  })
})

it.each([
  ['rotation', 'rollback', nobodys],
  ['rotation', 'retire', nobodys],
  ['rotation', 'keep', nobodys, '--until', '2099-01-01'],
  ['rotation', 'emergency', 'web-01', '--yes', '--reason', 'x'],
  ['rotation', 'drill', 'web-01'],
  ['rollout', 'list'],
])('signet %s %s without a server says which folder has none', async (...words) => {
  const { code, out, err } = await signetOn(join(stand.config.dataDir, 'none'), ...words)
  expect([code, out]).toEqual([1, ''])
  expect(err).toMatch(/^signet: no Signet server runs on the data folder .+\n$/)
})
