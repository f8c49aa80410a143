import { RolloutPlan } from '@signet/shared/api/rollouts'
import { secondMs } from '@signet/shared/vocabulary/time'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { auditTrail, contextOf, given, identityOn, openStack, type Stack } from '../../test/stack.ts'
import type { RequestContext } from '../platform/request-context.ts'
import { SignetError } from '../platform/signet-error.ts'
import { RolloutRunner, type RolloutRunnerParts } from './rollout-runner.ts'
import { RolloutStore } from './rollout-store.ts'

let stack: Stack
let fleet: Awaited<ReturnType<typeof identityOn>>[]
/** What was put back: which rotation, for whom and why. */
let putBack: { runId: string; by: RequestContext; reason: string }[]
let refuses: string | undefined
let runner: RolloutRunner

beforeEach(async () => {
  stack = await openStack()
  fleet = []
  putBack = []
  refuses = undefined
  const rollBack: RolloutRunnerParts['rollBack'] = async (_tx, by, run, reason) => {
    if (run.principal_id === refuses) throw new SignetError('conflict', 'The overlap is over.')
    putBack.push({ runId: run.id, by, reason })
  }
  runner = new RolloutRunner({
    ...stack,
    rollouts: new RolloutStore(stack.database, stack.cursors),
    rollover: stack.rotation.rollover,
    rollBack,
    neighbours: { agents: (ids) => stack.plane.directory.describe(ids) },
  })
})

afterEach(() => stack.close())

const ada = contextOf()
const grace = contextOf('operator', 'Grace')

/** A rollout of four in waves of two, whose first wave is in use and whose second was asked. */
async function halfway() {
  for (let index = 0; index < 4; index += 1) fleet.push(await identityOn(stack, `web-${index}`))
  await stack.rotation.scheduler.turn()
  const plan = RolloutPlan.parse({ waveSize: 2 })
  const { id } = await stack.rotation.rollouts.start(ada, { selection: { list: 'instances', q: '' }, plan })
  await runner.turn()
  await roll(0, 1)
  await runner.turn()
  return id
}

async function roll(...members: number[]) {
  for (const member of members) {
    const { agent, slotId } = given(fleet[member])
    await agent.roll(slotId)
  }
}

describe('rolling back', () => {
  it('puts back every credential in use, in the name of who wished it, and pauses what runs', async () => {
    const id = await halfway()
    const { rollouts } = stack.rotation
    const asked = await rollouts.rollBack(grace, id, { reason: 'they fail' })
    expect(asked).toMatchObject({ state: 'paused', counts: { returning: 2, asked: 2 } })
    await runner.turn()
    expect(await rollouts.show(id)).toMatchObject({ state: 'paused', counts: { 'rolled-back': 2, asked: 2 } })
    expect(putBack.map(({ by, reason }) => [by.actor.label, reason])).toEqual([
      ['Grace', 'they fail'],
      ['Grace', 'they fail'],
    ])
    expect((await auditTrail(stack)).filter((action) => action.startsWith('rollout.'))).toEqual([
      'rollout.started',
      'rollout.wave_started',
      'rollout.wave_started',
      'rollout.rollback_started',
    ])
  })

  it('is of one wave where that is wished', async () => {
    const id = await halfway()
    await roll(2, 3)
    await runner.turn()
    await stack.rotation.rollouts.rollBack(grace, id, { wave: 2 })
    await runner.turn()
    const { byWave, state } = await stack.rotation.rollouts.show(id)
    expect(byWave.map(({ counts }) => counts)).toEqual([{ activated: 2 }, { 'rolled-back': 2 }])
    expect(state).toBe('completed')
  })

  it('leaves in use what cannot be put back, and says why', async () => {
    const id = await halfway()
    refuses = given(fleet[1]).principalId
    await stack.rotation.rollouts.rollBack(grace, id, {})
    await runner.turn()
    const { items } = await stack.rotation.rollouts.items(id, { limit: 2 })
    expect(items.map(({ stage, detail }) => [stage, detail])).toEqual([
      ['rolled-back', null],
      ['activated', 'The overlap is over.'],
    ])
  })

  it('is refused where nothing is within its overlap, and when it was done', async () => {
    const id = await halfway()
    const { rollouts } = stack.rotation
    await expect(rollouts.rollBack(grace, id, { wave: 2 })).rejects.toMatchObject({ code: 'conflict' })
    await rollouts.rollBack(grace, id, {})
    await expect(rollouts.rollBack(grace, id, {})).rejects.toMatchObject({ code: 'conflict' })
    await runner.turn()
    stack.clock.advance(2 * 86_400 * secondMs)
    await stack.rotation.scheduler.turn()
    await expect(rollouts.rollBack(grace, id, {})).rejects.toMatchObject({ code: 'conflict' })
    expect(putBack).toHaveLength(2)
  })

  it('is followed by a resume that rotates them again in their waves, one wave at a time', async () => {
    const id = await halfway()
    const { rollouts } = stack.rotation
    await rollouts.rollBack(grace, id, {})
    await runner.turn()
    await rollouts.resume(ada, id, { retry: true })
    await runner.turn()
    // The second wave is still under way.
    expect((await rollouts.show(id)).counts).toEqual({ waiting: 2, asked: 2 })
    await roll(2, 3)
    await runner.turn()
    expect((await rollouts.show(id)).byWave.map(({ counts }) => counts)).toEqual([{ asked: 2 }, { activated: 2 }])
    await roll(0, 1)
    await runner.turn()
    expect(await rollouts.show(id)).toMatchObject({ state: 'completed', counts: { activated: 4 } })
  })
})
