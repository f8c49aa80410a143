import { RolloutPlan } from '@signet/shared/api/rollouts'
import { secondMs } from '@signet/shared/vocabulary/time'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { auditTrail, contextOf, given, identityOn, openStack, rowsOf, type Stack } from '../../test/stack.ts'

let stack: Stack
let fleet: Awaited<ReturnType<typeof identityOn>>[]

beforeEach(async () => {
  stack = await openStack()
  fleet = []
})

afterEach(() => stack.close())

const turn = () => stack.rotation.rolloutRunner.turn()
const ada = contextOf()
const grace = contextOf('operator', 'Grace')

/** Who put a credential back, and why. */
const putBack = async () =>
  (await rowsOf(stack, 'audit_events'))
    .filter(({ action }) => action === 'rotation.rolled_back')
    .map(({ actor_label, reason }) => [actor_label, reason])

/** A rollout of four in waves of two, whose first wave is in use and whose second was asked. */
async function halfway() {
  for (let index = 0; index < 4; index += 1) fleet.push(await identityOn(stack, `web-${index}`))
  await stack.rotation.scheduler.turn()
  const plan = RolloutPlan.parse({ waveSize: 2 })
  const { id } = await stack.rotation.rollouts.start(ada, {
    act: 'rotate',
    selection: { list: 'instances', q: '' },
    plan,
  })
  await turn()
  await roll(0, 1)
  await turn()
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
    await turn()
    expect(await rollouts.show(id)).toMatchObject({ state: 'paused', counts: { 'rolled-back': 2, asked: 2 } })
    for (const { first } of fleet.slice(0, 2)) {
      expect(await stack.registry.credentials.require(first.id)).toMatchObject({ state: 'active', usableUntil: null })
    }
    expect(await putBack()).toEqual([
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
    await turn()
    await stack.rotation.rollouts.rollBack(grace, id, { wave: 2 })
    await turn()
    const { byWave, state } = await stack.rotation.rollouts.show(id)
    expect(byWave.map(({ counts }) => counts)).toEqual([{ activated: 2 }, { 'rolled-back': 2 }])
    expect(state).toBe('completed')
  })

  it('leaves in use what cannot be put back, and says why', async () => {
    const id = await halfway()
    await stack.rotation.rollouts.rollBack(grace, id, {})
    const [run] = await stack.rotation.rollover.rotateNow(ada, given(fleet[1]).principalId)
    expect(run).toMatchObject({ state: 'requested' })
    await turn()
    const { items } = await stack.rotation.rollouts.items(id, { limit: 2 })
    expect(items.map(({ stage, detail }) => [stage, detail])).toEqual([
      ['rolled-back', null],
      // A rotation since then has ended its overlap.
      ['retired', 'The overlap is over: the old certificate is not accepted any more.'],
    ])
  })

  it('is refused where nothing is within its overlap, and when it was done', async () => {
    const id = await halfway()
    const { rollouts } = stack.rotation
    await expect(rollouts.rollBack(grace, id, { wave: 2 })).rejects.toMatchObject({ code: 'conflict' })
    await rollouts.rollBack(grace, id, {})
    await expect(rollouts.rollBack(grace, id, {})).rejects.toMatchObject({ code: 'conflict' })
    await turn()
    stack.clock.advance(2 * 86_400 * secondMs)
    await stack.rotation.scheduler.turn()
    await expect(rollouts.rollBack(grace, id, {})).rejects.toMatchObject({ code: 'conflict' })
    expect(await putBack()).toHaveLength(2)
  })

  it('comes to its end before it can be resumed: nothing that comes back later is left out', async () => {
    const id = await halfway()
    const { rollouts } = stack.rotation
    await rollouts.rollBack(grace, id, {})
    for (const retry of [true, false]) {
      await expect(rollouts.resume(ada, id, { retry })).rejects.toMatchObject({ code: 'conflict' })
    }
    expect((await rollouts.show(id)).state).toBe('paused')
    await turn()
    expect((await rollouts.resume(ada, id, { retry: true })).counts).toEqual({ waiting: 2, asked: 2 })
  })

  it('is followed by a resume that rotates them again in their waves, one wave at a time', async () => {
    const id = await halfway()
    const { rollouts } = stack.rotation
    await rollouts.rollBack(grace, id, {})
    await turn()
    await rollouts.resume(ada, id, { retry: true })
    await turn()
    // The second wave is still under way.
    expect((await rollouts.show(id)).counts).toEqual({ waiting: 2, asked: 2 })
    await roll(2, 3)
    await turn()
    expect((await rollouts.show(id)).byWave.map(({ counts }) => counts)).toEqual([{ asked: 2 }, { activated: 2 }])
    await roll(0, 1)
    await turn()
    expect(await rollouts.show(id)).toMatchObject({ state: 'completed', counts: { activated: 4 } })
  })
})
