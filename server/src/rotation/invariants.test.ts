import { join } from 'node:path'
import { RunId } from '@signet/shared/vocabulary/identifiers'
import { dayMs, hourMs } from '@signet/shared/vocabulary/time'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { rotationFaults } from '../../test/rotation-invariants.ts'
import { contextOf, given, identityOn, newCsr, openStack, rowsOf, type Stack } from '../../test/stack.ts'
import { SignetError } from '../platform/signet-error.ts'

type World = Awaited<ReturnType<typeof identityOn>> & { stack: Stack; csrs: Buffer[]; acknowledgeable: string[] }

/** Everything that may happen to one identity, in any order; a refusal is an answer like any other. */
const operations = {
  rotate: ({ stack, instance }: World) =>
    withPrincipal(stack, instance.id, (id) => stack.rotation.rollover.rotateNow(contextOf(), id)),
  request: async (world: World) => {
    const csr = await newCsr()
    world.csrs.push(csr)
    await requestWith(world, csr)
  },
  requestAgain: (world: World) => requestWith(world, world.csrs.at(-1)),
  requestOld: (world: World) => requestWith(world, world.csrs[0]),
  acknowledge: (world: World) => acknowledge(world, world.acknowledgeable.at(-1)),
  acknowledgeOld: (world: World) => acknowledge(world, world.acknowledgeable[0]),
  firstUse: async ({ stack }: World) => {
    const prepared = (await rowsOf(stack, 'credentials')).find((row) => row.state === 'prepared')
    if (prepared) await stack.rotation.rollover.activateUsed((await stack.registry.credentials.require(prepared.id)).id)
  },
  rollBack: async ({ stack }: World) => {
    const run = (await rowsOf(stack, 'rotation_runs')).at(-1)
    if (run) await stack.database.transact((tx) => stack.rotation.rollover.rollBack(tx, contextOf(), run, 'it fails'))
  },
  retireNow: async ({ stack }: World) => {
    const run = (await rowsOf(stack, 'rotation_runs')).at(-1)
    if (run) await stack.rotation.acts.retireNow(contextOf(), RunId.parse(run.id))
  },
  keepLonger: async ({ stack }: World) => {
    const run = (await rowsOf(stack, 'rotation_runs')).at(-1)
    if (run) await stack.rotation.acts.keepLonger(contextOf(), RunId.parse(run.id), stack.clock.now() + keptLongerMs)
  },
  emergency: ({ stack, instance }: World) =>
    withPrincipal(stack, instance.id, (id) => stack.rotation.acts.emergency(contextOf(), id, 'leaked')),
  drill: ({ stack, instance }: World) =>
    withPrincipal(stack, instance.id, (id) => stack.rotation.drills.start(contextOf(), id)),
  rotateAtOnce: ({ stack, instance }: World) =>
    withPrincipal(stack, instance.id, (id) => stack.rotation.rollover.rotateNow(contextOf(), id, 'now', 0)),
  turn: ({ stack }: World) => stack.rotation.scheduler.turn(),
  twoTurns: ({ stack }: World) => Promise.all([stack.rotation.scheduler.turn(), stack.scheduler().turn()]),
  hour: async ({ stack }: World) => stack.clock.advance(hourMs),
  day: async ({ stack }: World) => stack.clock.advance(dayMs),
  off: ({ stack, instance }: World) => stack.identities.turnOff(contextOf(), instance.id),
  on: ({ stack, instance }: World) => stack.identities.turnOn(contextOf(), instance.id),
} satisfies Record<string, (world: World) => Promise<unknown>>

type Operation = keyof typeof operations

const keptLongerMs = 3 * dayMs
/** An overlap that outlives every deadline. */
const keptLonger: Operation[] = ['rotate', 'request', 'acknowledge', 'keepLonger', 'on']

describe('any order of steps', () => {
  it('keeps the invariants I1 to I4 of a rollover (SEC-143)', async () => {
    const steps = fc.array(fc.constantFrom(...(Object.keys(operations) as Operation[])), {
      minLength: 8,
      maxLength: 30,
    })
    await fc.assert(
      fc.asyncProperty(steps, async (walk) => {
        const stack = await openStack()
        try {
          const world: World = { ...(await identityOn(stack)), stack, csrs: [], acknowledgeable: [] }
          for (const step of walk) {
            await refusable(() => operations[step](world))
            expectInvariants(world)
          }
          await expectOpenRunsToFinish(world)
        } finally {
          await stack.close()
        }
      }),
      { numRuns: 20, examples: [[keptLonger]] },
    )
  }, 60_000)
})

async function withPrincipal(
  stack: Stack,
  instanceId: World['instance']['id'],
  act: (principalId: World['principalId']) => Promise<unknown>,
): Promise<void> {
  await act(given((await stack.resources.require(instanceId)).principalId))
}

async function slotOf({ stack, agent }: World) {
  const [slot] = await stack.rotation.slots.ofAgent(agent.id)
  return slot?.desired.id
}

async function requestWith(world: World, csr: Buffer | undefined): Promise<void> {
  const slotId = await slotOf(world)
  if (!slotId || !csr) return
  world.acknowledgeable.push((await world.agent.request(slotId, csr)).x5tS256)
}

async function acknowledge(world: World, x5tS256: string | undefined): Promise<void> {
  const slotId = await slotOf(world)
  const row = (await rowsOf(world.stack, 'credentials')).find((one) => one.x5t_s256 === x5tS256)
  if (!slotId || !row) return
  await world.agent.acknowledge(slotId, (await world.stack.registry.credentials.require(row.id)).x5tS256)
}

async function refusable(act: () => Promise<unknown>): Promise<void> {
  try {
    await act()
  } catch (error) {
    if (!(error instanceof SignetError) || error.code === 'internal') throw error
  }
}

function expectInvariants({ stack }: World): void {
  expect(rotationFaults(join(stack.dataDir, 'signet.db'))).toEqual([])
}

/** I4: whatever is open ends by itself, by completion, by its deadline or with the overlap that it was given. */
async function expectOpenRunsToFinish({ stack }: World): Promise<void> {
  const open = (await rowsOf(stack, 'rotation_runs')).filter((run) => run.finished_at === null)
  const last = stack.clock.now() + keptLongerMs + dayMs
  while (stack.clock.now() < last) {
    stack.clock.advance(6 * hourMs)
    await stack.rotation.scheduler.turn()
  }
  for (const { id } of open) expect((await stack.store.run(id))?.finished_at).not.toBeNull()
}
