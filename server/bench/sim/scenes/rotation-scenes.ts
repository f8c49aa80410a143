import { DrillId, InstanceId, ThumbprintS256 } from '@signet/shared/vocabulary/identifiers'
import { dayMs, hourMs, minuteMs } from '@signet/shared/vocabulary/time'
import { DrillStep } from '@signet/shared/wire/agent-protocol'
import { newCsr, type Stack } from '../../../test/stack.ts'
import { ada, agentOf, asked, from, inUse, type Memo, overlapping, type Scene } from './scene.ts'

const turn = (stack: Stack) => stack.rotation.scheduler.turn()

async function after(ms: number, before: (stack: Stack) => Promise<Memo>, stack: Stack): Promise<Memo> {
  const memo = await before(stack)
  stack.clock.advance(ms)
  return memo
}

const bySchedule: Scene = { arrange: (stack) => after(60 * dayMs, inUse, stack), act: turn, actsAgain: true }

const prepared: Scene = {
  arrange: async (stack) => ({ ...(await asked(stack)), csr: (await newCsr()).toString('base64') }),
  act: (stack, memo) =>
    agentOf(stack, memo).request(from(memo).slotId(), Buffer.from(from(memo).text('csr'), 'base64')),
  actsAgain: true,
}

const activated: Scene = {
  arrange: async (stack) => {
    const memo = await asked(stack)
    return { ...memo, x5tS256: (await agentOf(stack, memo).request(from(memo).slotId())).x5tS256 }
  },
  act: (stack, memo) =>
    agentOf(stack, memo).acknowledge(from(memo).slotId(), ThumbprintS256.parse(from(memo).text('x5tS256'))),
  actsAgain: true,
}

const retired: Scene = { arrange: (stack) => after(25 * hourMs, overlapping, stack), act: turn, actsAgain: true }

const failed: Scene = { arrange: (stack) => after(25 * hourMs, asked, stack), act: turn, actsAgain: true }

const turnedOff: Scene = {
  arrange: asked,
  act: (stack, memo) => stack.identities.turnOff(ada, InstanceId.parse(from(memo).text('instanceId'))),
  actsAgain: true,
}

const emergency: Scene = {
  arrange: inUse,
  act: (stack, memo) => stack.rotation.acts.emergency(ada, from(memo).principalId(), 'it leaked'),
  actsAgain: false,
}

const rolledBack: Scene = {
  arrange: overlapping,
  act: (stack, memo) => stack.rotation.acts.rollBack(ada, from(memo).runId(), 'it fails'),
  actsAgain: true,
}

const keptLonger: Scene = {
  arrange: overlapping,
  act: (stack, memo) =>
    stack.rotation.acts.keepLonger(ada, from(memo).runId(), Date.UTC(2026, 10, 28, 9), 'it is needed'),
  actsAgain: true,
}

const leased: Scene = { arrange: asked, act: turn, actsAgain: true }

const drilled = async (stack: Stack): Promise<Memo> => {
  const memo = await inUse(stack)
  const [drill] = await stack.rotation.drills.start(ada, from(memo).principalId())
  return { ...memo, drillId: drill?.id ?? '' }
}

const drillStarted: Scene = {
  arrange: inUse,
  act: (stack, memo) => stack.rotation.drills.start(ada, from(memo).principalId()),
  actsAgain: true,
}

const drillPassed: Scene = {
  arrange: async (stack) => {
    const memo = await drilled(stack)
    const { context, id } = agentOf(stack, memo)
    const drillId = DrillId.parse(memo['drillId'])
    const { x5tS256 } = await stack.rotation.drills.certify(context, id, drillId, await newCsr())
    await stack.rotation.drills.acknowledge(id, drillId, x5tS256)
    return memo
  },
  act: (stack, memo) => {
    const { context, id } = agentOf(stack, memo)
    const steps = DrillStep.shape.name.options.map((name) =>
      DrillStep.parse({
        name,
        startedAt: stack.clock.now(),
        durationMs: 1,
        outcome: 'ok',
        errorCode: null,
        detail: '',
      }),
    )
    return stack.rotation.drills.report(context, id, DrillId.parse(from(memo).text('drillId')), { steps })
  },
  actsAgain: true,
}

const drillFailed: Scene = {
  arrange: (stack) => after(11 * minuteMs, drilled, stack),
  act: (stack) => stack.rotation.drills.giveUp(ada),
  actsAgain: true,
}

/** Of the rollover of one credential, what operators do to it, and its rehearsal. */
export const rotationScenes = {
  'rotation.requested': bySchedule,
  'run.leased': leased,
  'credential.prepared': prepared,
  'credential.activated': activated,
  'credential.retired': retired,
  'rotation.completed': retired,
  'rotation.failed': failed,
  'rotation.cancelled': turnedOff,
  'credential.revoked': emergency,
  'rotation.rolled_back': rolledBack,
  'credential.reinstated': rolledBack,
  'rotation.overlap_changed': keptLonger,
  'rotation.drill_started': drillStarted,
  'rotation.drill_passed': drillPassed,
  'rotation.drill_failed': drillFailed,
} satisfies Record<string, Scene>
