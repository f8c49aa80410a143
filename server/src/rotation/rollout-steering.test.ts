import { RolloutPlan, type RolloutWish } from '@signet/shared/api/rollouts'
import type { RolloutId } from '@signet/shared/vocabulary/identifiers'
import { secondMs } from '@signet/shared/vocabulary/time'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  auditTrail,
  contextOf,
  given,
  identityOn,
  newestRun,
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

describe('steering', () => {
  it('resumes once when two operators do at once, and tells the other', async () => {
    await fleetOf(1)
    const { id } = await start()
    await stack.rotation.rollouts.pause(context, id, undefined)
    const both = await Promise.allSettled(
      [1, 2].map(() => stack.rotation.rollouts.resume(context, id, { retry: false })),
    )
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
    expect(await trail('rollout.resumed')).toHaveLength(1)
  })

  it('pauses between waves and follows the one under way', async () => {
    await fleetOf(3)
    const { id } = await start()
    await turn()
    await stack.rotation.rollouts.pause(context, id, 'lunch')
    await roll(0, 1)
    await turn()
    await turn()
    expect(await show(id)).toMatchObject({ state: 'paused', wave: 1, counts: { activated: 2, waiting: 1 } })
    await stack.rotation.rollouts.resume(context, id, { retry: false })
    await turn()
    expect(await show(id)).toMatchObject({ state: 'running', wave: 2, counts: { activated: 2, asked: 1 } })
  })

  it('tries the failed ones again in their wave after a halt, when that is wished', async () => {
    await fleetOf(3)
    const { id } = await start()
    await turn()
    await roll(0)
    await tooLate(id)
    await stack.rotation.rollouts.resume(context, id, { retry: true })
    await turn()
    expect(await stages(id)).toEqual(['activated', 'asked', 'waiting'])
    await roll(1)
    await turn()
    await roll(2)
    await turn()
    expect(await show(id)).toMatchObject({ state: 'completed', counts: { activated: 3 } })
  })

  it('leaves the failed ones after a halt otherwise, and halts again only for new ones', async () => {
    await fleetOf(3)
    const { id } = await start({ waveSize: 1 })
    await turn()
    await tooLate(id)
    await stack.rotation.rollouts.resume(context, id, { retry: false })
    await turn()
    await roll(1)
    await turn()
    expect(await show(id)).toMatchObject({ state: 'running', wave: 3, counts: { failed: 1, activated: 1, asked: 1 } })
    expect((await tooLate(id)).state).toBe('halted')
  })

  it('cancels what waits while a wave runs, and follows that wave to its end', async () => {
    await fleetOf(3)
    const { id } = await start()
    await turn()
    await stack.rotation.rollouts.cancel(context, id, 'wrong ones')
    expect(await show(id)).toMatchObject({ state: 'cancelled', counts: { asked: 2, cancelled: 1 } })
    await roll(0, 1)
    await turn()
    expect((await show(id)).counts).toEqual({ activated: 2, cancelled: 1 })
    expect((await rowsOf(stack, 'rollouts'))[0]?.finished_at).toBe(stack.clock.now())
    await expect(stack.rotation.rollouts.resume(context, id, { retry: false })).rejects.toMatchObject({
      code: 'conflict',
    })
    const { principalId } = given(fleet[2])
    expect((await newestRun(stack, principalId)).trigger).toBe('enable')
  })

  it('is refused for what has ended or never was', async () => {
    await fleetOf(1)
    const { id } = await start()
    await turn()
    await roll(0)
    await turn()
    const { rollouts } = stack.rotation
    await expect(rollouts.pause(context, id, undefined)).rejects.toMatchObject({ code: 'conflict' })
    await expect(rollouts.cancel(context, id, undefined)).rejects.toMatchObject({ code: 'conflict' })
    await expect(rollouts.pause(context, newGuid(), undefined)).rejects.toMatchObject({ code: 'not_found' })
  })
})

describe('processes', () => {
  it('ask every agent once however many work at once (SEC-144)', async () => {
    await fleetOf(4)
    const { id } = await start({ waveSize: 4 })
    await Promise.all(Array.from({ length: 5 }, () => stack.rolloutsAgain().then((one) => one.rolloutRunner.turn())))
    expect(await stages(id)).toEqual(['asked', 'asked', 'asked', 'asked'])
    expect((await trail('rotation.requested')).length).toBe(8)
  })

  it('go on in the middle of a wave where another died, and ask none twice (SEC-143)', async () => {
    await fleetOf(4)
    const { id } = await start({ waveSize: 4 })
    await tamper(
      stack,
      "CREATE TRIGGER dies BEFORE UPDATE ON rollout_items WHEN (SELECT count(*) FROM rollout_items WHERE state = 'open') = 2 BEGIN SELECT RAISE(ABORT, 'killed'); END",
    )
    await expect(turn()).rejects.toThrow('killed')
    await tamper(stack, 'DROP TRIGGER dies')
    expect(await stages(id)).toEqual(['asked', 'asked', 'waiting', 'waiting'])
    const next = (await stack.rolloutsAgain()).rolloutRunner
    await next.turn()
    expect(await stages(id)).toEqual(['asked', 'asked', 'waiting', 'waiting'])
    stack.clock.advance(30 * secondMs)
    await next.turn()
    expect(await stages(id)).toEqual(['asked', 'asked', 'asked', 'asked'])
    expect(await trail('rollout.wave_started')).toHaveLength(1)
    expect((await trail('rotation.requested')).length).toBe(8)
  })

  it('count what the agents did while none ran', async () => {
    await fleetOf(3)
    const { id } = await start()
    await turn()
    await roll(0, 1)
    stack.clock.advance(3_600 * secondMs)
    await (await stack.rolloutsAgain()).rolloutRunner.turn()
    expect(await show(id)).toMatchObject({ state: 'running', wave: 2, counts: { activated: 2, asked: 1 } })
  })
})
