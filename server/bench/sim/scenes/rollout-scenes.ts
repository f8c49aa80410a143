import { RolloutPlan } from '@signet/shared/api/rollouts'
import { InstanceId, RolloutId } from '@signet/shared/vocabulary/identifiers'
import { minuteMs } from '@signet/shared/vocabulary/time'
import type { Stack } from '../../../test/stack.ts'
import { ada, agentOf, from, inUse, type Memo, type Scene } from './scene.ts'

/** Two identities, one to a wave. */
async function fleet(stack: Stack): Promise<Memo> {
  const [first, second] = [await inUse(stack, 'web-01'), await inUse(stack, 'web-02')]
  return { ...first, secondAgent: second['agentId'] ?? '', secondSlot: second['slotId'] ?? '' }
}

const start = (stack: Stack) =>
  stack.rotation.rollouts.start(ada, {
    act: 'rotate',
    selection: { list: 'instances', q: '' },
    plan: RolloutPlan.parse({ waveSize: 1, mostFailed: 0 }),
    reason: undefined,
  })

/** What a start that was cut short had in hand is free again by then. */
async function startOnceFree(stack: Stack): Promise<void> {
  stack.clock.advance(11 * minuteMs)
  await turn(stack)
  await start(stack)
}

const turn = (stack: Stack) => stack.rotation.rolloutRunner.turn()
const idOf = (memo: Memo): RolloutId => RolloutId.parse(from(memo).text('rolloutId'))
const second = (memo: Memo): Memo => ({ ...memo, agentId: memo['secondAgent'] ?? '', slotId: memo['secondSlot'] ?? '' })
const roll = (stack: Stack, memo: Memo) => agentOf(stack, memo).roll(from(memo).slotId())

async function started(stack: Stack): Promise<Memo> {
  const memo = await fleet(stack)
  return { ...memo, rolloutId: (await start(stack)).id }
}

/** The first wave was asked. */
async function underWay(stack: Stack): Promise<Memo> {
  const memo = await started(stack)
  await turn(stack)
  return memo
}

/** Its agent has done as it was asked. */
async function rolled(stack: Stack): Promise<Memo> {
  const memo = await underWay(stack)
  await roll(stack, memo)
  return memo
}

async function late(stack: Stack): Promise<Memo> {
  const memo = await underWay(stack)
  stack.clock.advance(6 * minuteMs)
  return memo
}

async function paused(stack: Stack): Promise<Memo> {
  const memo = await underWay(stack)
  await stack.rotation.rollouts.pause(ada, idOf(memo), undefined)
  return memo
}

async function allRolled(stack: Stack): Promise<Memo> {
  const memo = await rolled(stack)
  await turn(stack)
  await roll(stack, second(memo))
  return memo
}

async function returning(stack: Stack): Promise<Memo> {
  const memo = await rolled(stack)
  await turn(stack)
  await stack.rotation.rollouts.rollBack(ada, idOf(memo), { reason: 'it fails' })
  return memo
}

const runs = (arrange: Scene['arrange'], more: Partial<Scene> = {}): Scene => ({
  ...{ arrange, act: turn, actsAgain: true },
  ...more,
})

/** Of rotations of many in waves: their own steps, and those of each item. */
export const rolloutScenes = {
  'rollout.started': { arrange: fleet, act: startOnceFree, actsAgain: true },
  'rollout.leased': runs(started),
  'rollout.wave_started': runs(started),
  'rollout.item_open': runs(started),
  'rollout.item_activated': runs(rolled),
  'rollout.item_failed': runs(late),
  'rollout.item_skipped': runs(async (stack) => {
    const memo = await started(stack)
    await stack.identities.turnOff(ada, InstanceId.parse(from(memo).text('instanceId')))
    return memo
  }),
  'rollout.halted': runs(late),
  'rollout.item_rolled_back': runs(returning),
  'rollout.completed': runs(allRolled),
  'rollout.paused': runs(underWay, {
    act: (stack, memo) => stack.rotation.rollouts.pause(ada, idOf(memo), undefined),
  }),
  'rollout.resumed': runs(paused, {
    act: (stack, memo) => stack.rotation.rollouts.resume(ada, idOf(memo), { retry: false }),
  }),
  'rollout.cancelled': runs(paused, {
    act: (stack, memo) => stack.rotation.rollouts.cancel(ada, idOf(memo), undefined),
  }),
  'rollout.rollback_started': runs(
    async (stack) => {
      const memo = await rolled(stack)
      await turn(stack)
      return memo
    },
    { act: (stack, memo) => stack.rotation.rollouts.rollBack(ada, idOf(memo), {}) },
  ),
} satisfies Record<string, Scene>
