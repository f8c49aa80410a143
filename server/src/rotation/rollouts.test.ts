import { RolloutPlan, RolloutWish } from '@signet/shared/api/rollouts'
import { type RolloutId, SlotId } from '@signet/shared/vocabulary/identifiers'
import { secondMs } from '@signet/shared/vocabulary/time'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  auditTrail,
  contextOf,
  given,
  identityEnabling,
  identityOn,
  newestRun,
  openSlotOf,
  openStack,
  rowsOf,
  type Stack,
  tamper,
} from '../../test/stack.ts'
import { newGuid } from '../platform/identifiers.ts'

let stack: Stack
let fleet: Awaited<ReturnType<typeof identityOn>>[]

beforeEach(async () => {
  stack = await openStack()
  fleet = []
})

afterEach(() => stack.close())

const context = contextOf()

async function fleetOf(count: number) {
  for (let index = 0; index < count; index += 1) {
    fleet.push(await identityOn(stack, `web-${String(index).padStart(2, '0')}`))
  }
  await stack.rotation.scheduler.turn()
}

const planOf = (more: Partial<RolloutPlan> = {}) => RolloutPlan.parse({ waveSize: 2, ...more })
const all = { list: 'instances' as const, q: '' }
const start = (more: Partial<RolloutPlan> = {}, selection: RolloutWish['selection'] = all) =>
  stack.rotation.rollouts.start(context, { act: 'rotate', selection, plan: planOf(more), reason: 'CA renewal' })
const show = (id: RolloutId) => stack.rotation.rollouts.show(id)
const turn = () => stack.rotation.rolloutRunner.turn()
const items = async (id: RolloutId) => (await stack.rotation.rollouts.items(id, { limit: 200 })).items
const stages = async (id: RolloutId) => (await items(id)).map(({ stage }) => stage)
const trail = async (prefix: string) => (await auditTrail(stack)).filter((action) => action.startsWith(prefix))

/** The agents of these members of the fleet do as they were asked. */
async function roll(...members: number[]) {
  for (const member of members) {
    const { agent, slotId } = given(fleet[member])
    await agent.roll(slotId)
  }
}

/** The agents of a wave do not come in time. */
async function tooLate(id: RolloutId, seconds = 300) {
  stack.clock.advance(seconds * secondMs)
  await turn()
  return show(id)
}

describe('a wish', () => {
  it.each([
    ['no selection', { selection: { list: 'instances' } }],
    ['two selections', { selection: { list: 'instances', ids: [newGuid()], q: 'web' } }],
    ['a wave of none', { plan: { waveSize: 0 } }],
    ['a pause of more than a day', { plan: { waveSize: 1, pauseSeconds: 86_401 } }],
    ['a share of more than all', { plan: { waveSize: 1, mostFailedShare: 1.1 } }],
    ['a list without credentials', { selection: { list: 'audiences', q: '' } }],
    ['something unknown', { force: true }],
  ])('with %s is malformed (SEC-151)', (_name, more) => {
    expect(RolloutWish.safeParse({ selection: all, plan: { waveSize: 1 }, ...more }).success).toBe(false)
  })
})

describe('a dry run', () => {
  it('says in numbers what would rotate and what would not and why, and changes nothing', async () => {
    await fleetOf(5)
    await stack.resources.register(context, { name: 'bare', kind: 'host' })
    await identityEnabling(stack, 'new')
    await stack.identities.turnOff(context, given(fleet[4]).instance.id)
    const before = await auditTrail(stack)
    const plan = planOf({ pauseSeconds: 60, mostFailedShare: 0.5 })
    expect(await stack.rotation.rollouts.preview({ act: 'rotate', selection: all, plan })).toEqual({
      credentials: 4,
      identities: 4,
      agents: 4,
      waves: 2,
      offline: 4,
      haltsAfter: 2,
      pausesSeconds: 60,
      blast: null,
      skipped: [
        { reason: 'No agent is enrolled.', count: 1, examples: ['bare'] },
        { reason: 'It has no certificate yet.', count: 1, examples: ['new'] },
        { reason: 'Its identity is off.', count: 1, examples: ['web-04'] },
      ],
    })
    expect(await auditTrail(stack)).toEqual(before)
    expect(await rowsOf(stack, 'rollouts')).toEqual([])
  })

  it('names what another rollout has in hand', async () => {
    await fleetOf(1)
    await start()
    const { credentials, skipped } = await stack.rotation.rollouts.preview({
      act: 'rotate',
      selection: all,
      plan: planOf(),
    })
    expect([credentials, skipped.map(({ reason }) => reason)]).toEqual([0, ['Another rollout has it in hand.']])
  })
})

describe('a rollout', () => {
  it('opens a wave only when the one before is in use and its pause is over', async () => {
    await fleetOf(5)
    const { id } = await start({ pauseSeconds: 60 })
    await turn()
    expect(await stages(id)).toEqual(['asked', 'asked', 'waiting', 'waiting', 'waiting'])
    await roll(0)
    await turn()
    expect(await stages(id)).toEqual(['activated', 'asked', 'waiting', 'waiting', 'waiting'])
    await roll(1)
    await turn()
    expect(await show(id)).toMatchObject({ wave: 1, nextWaveAt: stack.clock.now() + 60 * secondMs })
    stack.clock.advance(60 * secondMs - 1)
    await turn()
    expect((await show(id)).wave).toBe(1)
    stack.clock.advance(1)
    await turn()
    expect(await show(id)).toMatchObject({ wave: 2, waves: 3, nextWaveAt: null })
    expect(await stages(id)).toEqual(['activated', 'activated', 'asked', 'asked', 'waiting'])
  })

  it('ends when every wave is through, each step on record under one correlation ID (SEC-124)', async () => {
    await fleetOf(3)
    const { id, correlationId } = await start()
    await turn()
    await roll(0, 1)
    await turn()
    await roll(2)
    await turn()
    expect(await show(id)).toMatchObject({
      state: 'completed',
      counts: { activated: 3 },
      byWave: [
        { wave: 1, counts: { activated: 2 } },
        { wave: 2, counts: { activated: 1 } },
      ],
      reversible: 3,
      endedAt: stack.clock.now(),
    })
    expect(await trail('rollout.')).toEqual([
      'rollout.started',
      'rollout.wave_started',
      'rollout.wave_started',
      'rollout.completed',
    ])
    const requested = (await rowsOf(stack, 'audit_events')).filter(({ action }) => action === 'rotation.requested')
    expect(requested.slice(-3).map((row) => [row.actor_label, row.reason, row.correlation_id])).toEqual(
      Array.from({ length: 3 }, () => ['Ada', 'CA renewal', correlationId]),
    )
  })

  it('tells the agents’ acknowledgements apart: asked, certificate there, in use, old one retired', async () => {
    await fleetOf(1)
    const { id } = await start()
    await turn()
    expect(await stages(id)).toEqual(['asked'])
    const { agent, slotId } = given(fleet[0])
    const prepared = await agent.request(slotId)
    expect(await stages(id)).toEqual(['prepared'])
    await agent.acknowledge(slotId, prepared.x5tS256)
    await turn()
    expect(await stages(id)).toEqual(['activated'])
    stack.clock.advance(86_400 * secondMs)
    await stack.rotation.scheduler.turn()
    expect(await stages(id)).toEqual(['retired'])
    expect(await show(id)).toMatchObject({ state: 'completed', reversible: 0 })
  })

  it('follows a rotation that is under way already', async () => {
    await fleetOf(1)
    const { principalId } = given(fleet[0])
    await stack.rotation.rollover.rotateNow(context, principalId)
    const run = await newestRun(stack, principalId)
    const { id } = await start()
    await turn()
    expect((await items(id))[0]).toMatchObject({ stage: 'asked', runId: run.id })
    await roll(0)
    await turn()
    expect((await show(id)).state).toBe('completed')
  })

  it('of nothing is refused, whether nothing matches or nothing can rotate', async () => {
    await expect(start()).rejects.toMatchObject({
      code: 'conflict',
      detail: expect.stringContaining('Nothing matches'),
    })
    await stack.resources.register(context, { name: 'bare', kind: 'host' })
    await expect(start()).rejects.toMatchObject({ code: 'conflict', detail: expect.stringContaining('No agent') })
    expect(await rowsOf(stack, 'rollouts')).toEqual([])
  })

  it('rotates a slot that two want at once in one of them only', async () => {
    await fleetOf(2)
    const one = { list: 'instances' as const, ids: [given(fleet[0]).instance.id] }
    const [first, second] = [await start({}, one), await start()]
    expect(second.counts).toEqual({ waiting: 1, skipped: 1 })
    await expect(start({}, one)).rejects.toMatchObject({ code: 'conflict' })
    await turn()
    expect([await stages(first.id), await stages(second.id)]).toEqual([['asked'], ['asked', 'skipped']])
  })

  it('takes identities by their principal IDs as well', async () => {
    await fleetOf(2)
    const { id, total } = await start({}, { list: 'identities', ids: [given(fleet[1]).principalId, newGuid()] })
    expect(total).toBe(1)
    expect((await items(id))[0]).toMatchObject({ name: 'web-01', instance: { name: 'web-01' } })
  })

  it('leaves out an identity that was turned off before its turn, or during it', async () => {
    await fleetOf(3)
    const { id } = await start()
    await stack.identities.turnOff(context, given(fleet[0]).instance.id)
    await turn()
    await stack.identities.turnOff(context, given(fleet[1]).instance.id)
    await turn()
    expect(await stages(id)).toEqual(['skipped', 'skipped', 'asked'])
    expect((await show(id)).state).toBe('running')
  })
})

describe('a failure', () => {
  it('is an agent that does not come in time: its rotation fails and the old certificate stays in use', async () => {
    await fleetOf(1)
    const { first, principalId } = given(fleet[0])
    const { id } = await start({ mostFailed: 1 })
    await turn()
    expect(await tooLate(id)).toMatchObject({ state: 'completed', counts: { failed: 1 } })
    expect((await items(id))[0]).toMatchObject({
      errorCode: 'agent_offline',
      detail: expect.stringContaining('not connected'),
      agent: { connected: false },
    })
    expect((await newestRun(stack, principalId)).state).toBe('failed')
    expect((await stack.registry.credentials.require(first.id)).state).toBe('active')
    expect((await openSlotOf(stack, principalId)).rotate_after).toBeGreaterThan(stack.clock.now())
  })

  it('is counted at once when the agent reports one for the slot', async () => {
    await fleetOf(1)
    const { agent, slotId } = given(fleet[0])
    const { id } = await start()
    await turn()
    stack.clock.advance(secondMs)
    const errors = JSON.stringify([{ slotId, code: 'disk_full', detail: 'no room', at: stack.clock.now() }])
    await tamper(stack, `UPDATE agents SET errors = '${errors}' WHERE id = '${agent.id}'`)
    await turn()
    expect((await show(id)).state).toBe('halted')
    const [item] = await items(id)
    expect(item).toMatchObject({ errorCode: 'disk_full', detail: 'The agent reports: no room' })
    const run = await stack.rotation.history.show(given(item?.runId))
    expect(run).toMatchObject({ state: 'failed', errorCode: 'disk_full', errorDetail: 'The agent reports: no room' })
  })

  it('halts it as soon as the limit is passed: no wave opens, what was asked is followed', async () => {
    await fleetOf(5)
    const { id } = await start({ waveSize: 3, mostFailed: 1 })
    await turn()
    await roll(2)
    const halted = await tooLate(id)
    expect(halted).toMatchObject({
      state: 'halted',
      wave: 1,
      haltReason: '2 of 5 have failed; more than 1 halt it.',
      counts: { failed: 2, activated: 1, waiting: 2 },
    })
    expect(await trail('rollout.halted')).toHaveLength(1)
    stack.clock.advance(3_600 * secondMs)
    await turn()
    expect((await show(id)).counts).toEqual(halted.counts)
  })

  it('of the first halts it where no limit is given', async () => {
    await fleetOf(3)
    const { id, haltsAfter } = await start({ waveSize: 1 })
    expect(haltsAfter).toBe(0)
    await turn()
    expect((await tooLate(id)).state).toBe('halted')
  })

  it('below the limit does not hold up the next wave', async () => {
    await fleetOf(3)
    const { id } = await start({ mostFailedShare: 0.4 })
    await turn()
    await roll(1)
    expect(await tooLate(id)).toMatchObject({
      state: 'running',
      wave: 2,
      counts: { failed: 1, activated: 1, asked: 1 },
    })
  })
})

it('is announced with every step, so that a page that shows it follows', async () => {
  await fleetOf(1)
  const seen: string[] = []
  stack.database.subscribe((changes) =>
    seen.push(...changes.flatMap(({ kind, id }) => (kind === 'rollout' ? [id] : []))),
  )
  const { id } = await start()
  await turn()
  const asked = seen.length
  await roll(0)
  await turn()
  expect(asked).toBeGreaterThan(1)
  expect(seen.length).toBeGreaterThan(asked)
  expect(new Set(seen)).toEqual(new Set([id]))
})

it('keeps items apart by wave and by stage', async () => {
  await fleetOf(5)
  const { id } = await start()
  await turn()
  const { rollouts } = stack.rotation
  const names = async (filter: object) =>
    (await rollouts.items(id, { limit: 1, ...filter })).items.map(({ name }) => name)
  expect(await names({ wave: 2 })).toEqual(['web-02'])
  expect(await names({ wave: 1, stage: 'waiting' })).toEqual([])
  const first = await rollouts.items(id, { limit: 2, stage: 'waiting' })
  const rest = await rollouts.items(id, { limit: 2, stage: 'waiting', cursor: given(first.nextCursor) })
  expect([...first.items, ...rest.items].map(({ name }) => name)).toEqual(['web-02', 'web-03', 'web-04'])
  expect(SlotId.safeParse(first.items[0]?.slotId).success).toBe(true)
})
