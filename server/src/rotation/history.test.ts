import { parseQuery } from '@signet/shared/query/query'
import { rotationFields } from '@signet/shared/query/rotation-fields'
import { dayMs, hourMs } from '@signet/shared/vocabulary/time'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { contextOf, given, identityEnabling, identityOn, openStack, rowsOf, type Stack } from '../../test/stack.ts'
import { thumbprintHex } from '../platform/crypto/thumbprint.ts'

let stack: Stack
let web: Awaited<ReturnType<typeof identityOn>>
let db: Awaited<ReturnType<typeof identityOn>>
let start: number

/** web-01 has rolled twice (the second by hand, a day later), db-01 once, slow-01 waits for its agent. */
beforeAll(async () => {
  stack = await openStack()
  start = stack.clock.now()
  web = await identityOn(stack, 'web-01')
  db = await identityOn(stack, 'db-01')
  stack.clock.advance(1_000)
  await stack.rotation.scheduler.turn()
  stack.clock.advance(dayMs)
  await stack.rotation.rollover.rotateNow(contextOf('operator', 'Grace'), web.principalId, 'drill')
  await web.agent.roll(web.slotId)
  await identityEnabling(stack, 'slow-01')
  stack.clock.advance(hourMs)
})
afterAll(() => stack.close())

async function found(filter: string, range: { from?: number; to?: number } = {}): Promise<string[]> {
  const { terms, faults } = parseQuery(filter, rotationFields)
  expect(faults).toEqual([])
  const { items } = await stack.rotation.history.page({ terms, ...range }, { limit: 50 })
  return items.map((run) => `${run.principalName} ${run.trigger}`).reverse()
}

const all = ['web-01 enable', 'db-01 enable', 'web-01 manual', 'slow-01 enable']

describe('a filter of rotations', () => {
  it.each([
    ['', all],
    ['instance:web-01', ['web-01 enable', 'web-01 manual']],
    ['instance:WEB-*', ['web-01 enable', 'web-01 manual']],
    ['-instance:web-*', ['db-01 enable', 'slow-01 enable']],
    ['trigger:manual', ['web-01 manual']],
    ['state:requested', ['slow-01 enable']],
    ['open:yes', ['web-01 manual', 'slow-01 enable']],
    ['queue:yes', ['web-01 manual', 'slow-01 enable']],
    ['queue:no', ['web-01 enable', 'db-01 enable']],
    ['open:no', ['web-01 enable', 'db-01 enable']],
    ['actor:grace', ['web-01 manual']],
    ['error:agent_offline', []],
    ['attempt:0', ['web-01 manual', 'slow-01 enable']],
    ['attempt:>2', []],
    ['requested:<12h', ['web-01 manual', 'slow-01 enable']],
    ['requested:>12h', ['web-01 enable', 'db-01 enable']],
    ['finished:>12h', ['web-01 enable', 'db-01 enable']],
    ['-finished:>12h', ['web-01 manual', 'slow-01 enable']],
    ['db', ['db-01 enable']],
    ['grace web', ['web-01 manual']],
    ['%', []],
  ])('%j finds %j', async (filter, expected) => {
    expect(await found(filter)).toEqual(expected)
  })

  it('finds the rotations that gave or took a certificate, by any spelling of its thumbprint', async () => {
    const { x5t, x5tS256, certificate } = web.first
    for (const spelling of [x5t, x5tS256, thumbprintHex(certificate), thumbprintHex(certificate).toLowerCase()]) {
      expect(await found(`thumbprint:${spelling}`)).toEqual(['web-01 enable', 'web-01 manual'])
    }
    expect(await found(`thumbprint:${'A'.repeat(40)}`)).toEqual([])
    expect(await found(`identity:${db.principalId}`)).toEqual(['db-01 enable'])
  })

  it('keeps within a range of time', async () => {
    expect(await found('', { from: start, to: start + dayMs })).toEqual(['web-01 enable', 'db-01 enable'])
    expect(await found('', { from: start + dayMs })).toEqual(['web-01 manual', 'slow-01 enable'])
  })
})

describe('the timeline', () => {
  const range = () => ({ from: start - dayMs, to: start + 120 * dayMs })

  it('has a lane for each identity with its certificates, what is under way and what comes; the soonest first', async () => {
    const { items } = await stack.rotation.history.lanes(range(), { limit: 10 })
    expect(items.map((lane) => [lane.principalName, lane.credentials.length, lane.openRun?.state ?? null])).toEqual(
      expect.arrayContaining([
        ['web-01', 2, 'activated'],
        ['db-01', 1, null],
        ['slow-01', 0, 'requested'],
      ]),
    )
    const due = items.map((lane) => lane.nextRotationAt ?? Number.POSITIVE_INFINITY)
    expect(due).toEqual([...due].sort((a, b) => a - b))
    expect(items.at(-1)?.principalName).toBe('slow-01')
    const lane = given(items.find((each) => each.principalName === 'web-01'))
    expect(lane.credentials.map((each) => each.state)).toEqual(['retiring', 'active'])
    expect(lane.instance).toEqual({ id: web.instance.id, name: 'web-01' })
    expect(lane.isOverdue).toBe(false)
  })

  it('leaves out certificates whose validity does not touch the range', async () => {
    const { items } = await stack.rotation.history.lanes(
      { from: start + 300 * dayMs, to: start + 301 * dayMs },
      { limit: 10 },
    )
    expect(items.every((lane) => lane.credentials.length === 0)).toBe(true)
  })

  it('is paged without a skip or a repeat, and narrowed to a name', async () => {
    const names: string[] = []
    let cursor: string | undefined
    do {
      const page = await stack.rotation.history.lanes(range(), { limit: 1, cursor })
      names.push(...page.items.map((lane) => lane.principalName))
      cursor = page.nextCursor ?? undefined
    } while (cursor)
    expect(names.sort()).toEqual(['db-01', 'slow-01', 'web-01'])
    const narrowed = await stack.rotation.history.lanes({ ...range(), instance: 'web-*' }, { limit: 10 })
    expect(narrowed.items.map((lane) => lane.principalName)).toEqual(['web-01'])
    const named = async (instance: string) =>
      (await stack.rotation.history.lanes({ ...range(), instance }, { limit: 10 })).items.map(
        (lane) => lane.principalName,
      )
    expect(await named('WEB-01')).toEqual(['web-01'])
    expect(await named('WEB*')).toEqual(['web-01'])
    expect(await named('web')).toEqual([])
    expect(await named('%*')).toEqual([])
    expect(new Set(await named('*'))).toEqual(new Set(['db-01', 'slow-01', 'web-01']))
  })
})

describe('the load', () => {
  it('counts what took effect and what is planned, by day', async () => {
    const days = await stack.rotation.history.load({ from: start - dayMs, to: start + 120 * dayMs })
    const midnight = (at: number) => Math.floor(at / dayMs) * dayMs
    expect(days).toContainEqual(expect.objectContaining({ day: midnight(start), done: 2 }))
    expect(days).toContainEqual(expect.objectContaining({ day: midnight(start + dayMs), done: 1 }))
    expect(days.reduce((sum, day) => sum + day.planned, 0)).toBe(2)
  })

  it('is what runs and open slots say, whatever happened to them', async () => {
    const dayOf = (at: number | null) => (at === null ? [] : [Math.floor(at / dayMs) * dayMs])
    const done = (await rowsOf(stack, 'rotation_runs')).flatMap((run) => dayOf(run.activated_at))
    const slots = (await rowsOf(stack, 'credential_slots')).filter((slot) => slot.state === 'open')
    const planned = slots.flatMap((slot) => dayOf(slot.rotate_after))
    expect(done.length * planned.length).toBeGreaterThan(0)
    const count = (days: readonly number[], day: number) => days.filter((each) => each === day).length
    const expected = [...new Set([...done, ...planned])].sort((a, b) => a - b)
    expect(await stack.rotation.history.load({ from: 0, to: start + 1_000 * dayMs })).toEqual(
      expected.map((day) => ({ day, done: count(done, day), planned: count(planned, day) })),
    )
  })
})
