import { AgentId, type ObjectId } from '@signet/shared/vocabulary/identifiers'
import { dayMs, hourMs, minuteMs } from '@signet/shared/vocabulary/time'
import { mostReported, ReportRequest } from '@signet/shared/wire/agent-protocol'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  agentFacts,
  contextOf,
  enrollAgent,
  enrolledInstance,
  given,
  identityOn,
  openStack,
  rowsOf,
  type Stack,
  type TestAgent,
} from '../../test/stack.ts'
import { newGuid } from '../platform/identifiers.ts'
import { TokenRevocations } from '../principals/index.ts'

let stack: Stack
let lastTokenEnds: number | null

beforeEach(async () => {
  lastTokenEnds = null
  stack = await openStack({ lastTokenOf: async () => lastTokenEnds })
})

afterEach(() => stack.close())

type Known = ReportRequest['known']

/** What an agent says that it knows, and holds the keys of. */
async function report(agent: TestAgent, known: Known, principals: readonly ObjectId[] = []): Promise<void> {
  const row = await stack.enrollment.authenticate(agent.certificate)
  const said = { generation: 1, facts: agentFacts, endpoints: null, errors: [], known, principals }
  await stack.plane.directory.report(agent.context, row, ReportRequest.parse(said))
}

/** An agent is on a stream, or is not. */
function connect({ id }: TestAgent): { end: () => void } {
  const closing: (() => void)[] = []
  const end = () => {
    for (const close of closing.splice(0)) close()
  }
  stack.plane.streams.connect(id, { send: () => undefined, onClose: (close) => void closing.push(close), end })
  return { end }
}

const stateOf = (principalId: ObjectId) => stack.plane.withdrawals.state({ principalId })
const countsOf = (principalId: ObjectId) => stack.plane.withdrawals.counts({ principalId })
const versionOf = async (principalId: ObjectId) => (await stack.registry.require(principalId)).version
const pause = (principalId: ObjectId) => stack.identities.actOn(contextOf(), 'pause', principalId, {})
const revoke = (principalId: ObjectId) =>
  stack.database.transact((tx) => new TokenRevocations(stack).revokeAll(tx, contextOf(), principalId))

/** A user-assigned identity on two instances, each with an agent of its own. */
async function onTwo() {
  const [one, two] = [await enrolledInstance(stack, 'web-01'), await enrolledInstance(stack, 'web-02')]
  const { principalId } = await stack.users.create(contextOf(), { name: 'shared', resourceGroup: 'default' })
  const instanceIds = [one.instance.id, two.instance.id]
  await stack.users.attach(contextOf(), principalId, { instanceIds })
  return { one, two, principalId }
}

describe('an act that takes tokens back (SEC-45)', () => {
  it('is complete when every agent has said so, one by one, and tells who has not', async () => {
    const { one, two, principalId } = await onTwo()
    connect(one.agent)
    await stack.users.act(contextOf(), 'pause', principalId, {})
    const since = stack.clock.now()
    expect(await countsOf(principalId)).toEqual({ replicas: 1, agents: 1 })
    const both = given(await stateOf(principalId))
    expect(both).toMatchObject({ act: 'pause', since, identities: 1, completedAt: null })
    expect(both.agents).toMatchObject({ done: 0, total: 2 })
    expect(new Map(both.agents.waiting.map(({ instance, connected }) => [instance?.name, connected]))).toEqual(
      new Map([
        ['web-01', true],
        ['web-02', false],
      ]),
    )
    const version = await versionOf(principalId)
    await report(one.agent, [{ objectId: principalId, version }], [principalId])
    const waiting = given(await stateOf(principalId))
    expect(waiting.agents).toMatchObject({ done: 1, total: 2, waiting: [{ id: two.agent.id, trusted: true }] })
    expect(waiting.agents.waiting[0]?.instance).toEqual({ id: two.instance.id, name: 'web-02' })
    stack.clock.advance(minuteMs)
    await report(two.agent, [{ objectId: principalId, version }], [principalId])
    expect(await stateOf(principalId)).toMatchObject({
      ...{ state: 'complete', completedAt: since + minuteMs, since },
      agents: { done: 2, total: 2, waiting: [] },
    })
  })

  it('is not confirmed by an agent that knows it as it was before', async () => {
    const on = await identityOn(stack)
    await pause(on.principalId)
    const version = await versionOf(on.principalId)
    lastTokenEnds = stack.clock.now() + hourMs
    await report(on.agent, [{ objectId: on.principalId, version: version - 1 }], [on.principalId])
    expect(await stateOf(on.principalId)).toMatchObject({ state: 'running', agents: { done: 0, total: 1 } })
    await report(on.agent, [{ objectId: on.principalId, version }], [on.principalId])
    expect(await stateOf(on.principalId)).toMatchObject({ state: 'complete' })
  })

  it('that is a deletion needs the key gone as well, and is not confirmed by an agent that has more than it names', async () => {
    const on = await identityOn(stack)
    await stack.identities.turnOff(contextOf(), on.instance.id)
    const isComplete = async () => given(await stateOf(on.principalId)).completedAt !== null
    expect(await stateOf(on.principalId)).toMatchObject({ act: 'delete', agents: { done: 0, total: 1 } })
    await report(on.agent, [{ objectId: on.principalId, version: 99 }])
    expect(await isComplete()).toBe(false)
    await report(on.agent, [], [on.principalId])
    expect(await isComplete()).toBe(false)
    const others = Array.from({ length: mostReported }, () => newGuid() as ObjectId)
    await report(on.agent, [], others)
    expect(await isComplete()).toBe(false)
    await report(on.agent, [], others.slice(1))
    expect(await isComplete()).toBe(true)
  })

  it('that revokes tokens asks every holder, and asks anew when it is done again', async () => {
    const on = await identityOn(stack)
    await revoke(on.principalId)
    const first = await versionOf(on.principalId)
    await report(on.agent, [{ objectId: on.principalId, version: first }], [on.principalId])
    expect(await stateOf(on.principalId)).toMatchObject({ act: 'revoke', state: 'complete' })
    await revoke(on.principalId)
    await report(on.agent, [{ objectId: on.principalId, version: first }], [on.principalId])
    expect(await stateOf(on.principalId)).toMatchObject({ agents: { done: 0, total: 1 } })
    stack.clock.advance(dayMs)
    expect(await stateOf(on.principalId)).toBeNull()
  })

  it('that detaches concerns the agents that lose it alone', async () => {
    const { one, two, principalId } = await onTwo()
    const context = contextOf()
    await stack.users.detach(context, principalId, { instanceIds: [one.instance.id] })
    expect(await stateOf(principalId)).toMatchObject({
      act: 'detach',
      agents: { total: 1, waiting: [{ id: one.agent.id }] },
    })
    await report(two.agent, [], [])
    await report(one.agent, [], [])
    expect(await stateOf(principalId)).toMatchObject({ state: 'complete' })
    await stack.users.attach(contextOf(), principalId, { instanceIds: [one.instance.id] })
    expect((await rowsOf(stack, 'withdrawal_agents')).map((row) => row.agent_id)).not.toContain(one.agent.id)
  })

  it('asks also for what an earlier act asked of an agent that has not been there since', async () => {
    const { one, two, principalId } = await onTwo()
    await stack.users.detach(contextOf(), principalId, { instanceIds: [two.instance.id] })
    await stack.users.act(contextOf(), 'pause', principalId, {})
    const state = given(await stateOf(principalId))
    expect(state.agents.waiting.map(({ id }) => id).sort()).toEqual([one.agent.id, two.agent.id].sort())
  })

  it('has expired once no token of before it is good any more, and no agent needs to come back for that', async () => {
    const on = await identityOn(stack)
    await pause(on.principalId)
    lastTokenEnds = stack.clock.now() + hourMs
    expect(await stateOf(on.principalId)).toMatchObject({ state: 'running', lastTokenEnds })
    lastTokenEnds = null
    expect(await stateOf(on.principalId)).toMatchObject({ state: 'expired', completedAt: null, lastTokenEnds: null })
  })

  it('is over with a resume, a restore and the purge', async () => {
    const on = await identityOn(stack)
    await pause(on.principalId)
    await stack.identities.actOn(contextOf(), 'resume', on.principalId, {})
    expect(await stateOf(on.principalId)).toBeNull()
    expect(await countsOf(on.principalId)).toEqual({ replicas: 1, agents: 0 })
    await stack.identities.turnOff(contextOf(), on.instance.id)
    await stack.identities.actOn(contextOf(), 'restore', on.principalId, {})
    expect([await rowsOf(stack, 'withdrawals'), await rowsOf(stack, 'withdrawal_agents')]).toEqual([[], []])
  })

  it('does not ask an agent that is no longer trusted because another took over', async () => {
    const on = await identityOn(stack)
    await enrollAgent(stack, on.instance)
    expect(await rowsOf(stack, 'withdrawals')).toEqual([])
  })

  it('shows an agent that lost its trust before it confirmed as one whose word does not count', async () => {
    const on = await identityOn(stack)
    await pause(on.principalId)
    await enrollAgent(stack, await stack.resources.require(on.instance.id))
    const state = given(await stateOf(on.principalId))
    expect(state.agents.waiting.map(({ id, trusted }) => [id, trusted])).toContainEqual([
      AgentId.parse(on.agent.id),
      false,
    ])
  })

  it('is known after a restart of the server', async () => {
    const { folder } = stack
    const on = await identityOn(stack)
    await pause(on.principalId)
    const before = await stateOf(on.principalId)
    const again = await openStack({ folder, at: stack.clock.now() })
    try {
      expect(await again.plane.withdrawals.state({ principalId: on.principalId })).toEqual(before)
    } finally {
      await again.close()
    }
  })

  it('on many is one by its correlation ID', async () => {
    const [one, two] = [await identityOn(stack, 'web-01'), await identityOn(stack, 'web-02')]
    const context = contextOf()
    for (const { principalId } of [one, two]) await stack.identities.actOn(context, 'pause', principalId, {})
    const ofAct = await stack.plane.withdrawals.state(context)
    expect(ofAct).toMatchObject({ identities: 2, agents: { done: 0, total: 2 }, correlationId: context.correlationId })
    expect(await stack.plane.withdrawals.state({ correlationId: newGuid() })).toBeNull()
  })
})
