import { minuteMs } from '@signet/shared/vocabulary/time'
import {
  type DesiredState,
  ReportRequest,
  type Revocation,
  type StreamEventName,
} from '@signet/shared/wire/agent-protocol'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  agentFacts,
  contextOf,
  enrollAgent,
  enrolledInstance,
  given,
  identityOn,
  newCsr,
  newestRun,
  openStack,
  type Stack,
  tamper,
} from '../../test/stack.ts'
import { newGuid } from '../platform/identifiers.ts'
import type { Change } from '../platform/transaction.ts'
import type { AgentConnection } from './agent-streams.ts'

let stack: Stack

beforeEach(async () => {
  stack = await openStack()
  stack.database.subscribe((changes) => stack.plane.changed(changes))
})

afterEach(() => stack.close())

/** The server's end of a stream, with what was sent on it. */
class TestConnection implements AgentConnection {
  readonly events: { name: StreamEventName; data: unknown }[] = []
  ended = false
  readonly #onClose: (() => void)[] = []

  send(name: StreamEventName, data: unknown): void {
    this.events.push({ name, data })
  }

  onClose(callback: () => void): void {
    this.#onClose.push(callback)
  }

  end(): void {
    if (this.ended) return
    this.ended = true
    for (const callback of this.#onClose) callback()
  }

  get names(): string[] {
    return this.events.map((event) => event.name)
  }

  get lastState(): DesiredState {
    return given(this.events.findLast((event) => event.name === 'state')).data as DesiredState
  }
}

/** Lets what is under way finish, and the pushes that are gathered go. */
async function settle(): Promise<void> {
  for (let round = 0; round < 3; round += 1) {
    for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve))
    stack.clock.advance(100)
  }
}

async function connected(agentId: string): Promise<TestConnection> {
  const connection = new TestConnection()
  stack.plane.streams.connect(agentId, connection)
  await settle()
  connection.events.length = 0
  return connection
}

/** Two instances with an identity in force, both agents on a stream. */
async function twoAgents() {
  const [one, other] = [await identityOn(stack, 'web-01'), await identityOn(stack, 'web-02')]
  return { one, other, near: await connected(one.agent.id), far: await connected(other.agent.id) }
}

describe('a principal that is turned off', () => {
  it('is revoked at its agent ahead of the state, and at no other (SEC-45)', async () => {
    const { one, near, far } = await twoAgents()
    await stack.identities.turnOff(contextOf(), one.instance.id)
    await settle()
    expect(near.names).toEqual(['revoke', 'state'])
    const { version } = await stack.registry.require(one.principalId)
    expect(near.events[0]?.data).toEqual({ objectId: one.principalId, version, reason: 'deleted' } satisfies Revocation)
    expect(near.lastState.principals).toEqual([])
    expect(far.names).toEqual([])
  })

  it('is revoked before the pushes of the same commit are even computed', async () => {
    const { one, near } = await twoAgents()
    await stack.identities.turnOff(contextOf(), one.instance.id)
    for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve))
    expect(near.names).toEqual(['revoke'])
  })

  it('is revoked for every other reason it is not enabled for', async () => {
    const { one, near } = await twoAgents()
    await tamper(stack, `UPDATE principals SET state = 'suspended', version = 9 WHERE object_id = '${one.principalId}'`)
    await stack.database.transact((tx) => stack.database.changed(tx, { kind: 'principal', id: one.principalId }))
    await settle()
    expect(near.events[0]).toEqual({
      name: 'revoke',
      data: { objectId: one.principalId, version: 9, reason: 'suspended' },
    })
  })

  it('that is enabled again by the time the change is looked at is not revoked', async () => {
    const { one, near } = await twoAgents()
    await stack.database.transact((tx) => stack.database.changed(tx, { kind: 'principal', id: one.principalId }))
    await settle()
    expect(near.names).toEqual(['state'])
  })
})

describe('a change', () => {
  const changesOf = (one: Awaited<ReturnType<typeof identityOn>>, runId: string): Change[] => [
    { kind: 'instance', id: one.instance.id },
    { kind: 'principal', id: one.principalId },
    { kind: 'slot', id: one.principalId },
    { kind: 'slot', id: one.slotId },
    { kind: 'run', id: runId },
  ]

  it('of an instance, principal, slot or run is pushed to its agent alone', async () => {
    const { one, near, far } = await twoAgents()
    const run = await newestRun(stack, one.principalId)
    for (const change of changesOf(one, run.id)) {
      stack.plane.changed([change])
      await settle()
    }
    expect(near.names).toEqual(['state', 'state', 'state', 'state', 'state'])
    expect(far.names).toEqual([])
  })

  it('of a policy is pushed to everybody', async () => {
    const { near, far } = await twoAgents()
    const policy = await stack.rotation.policies.current()
    await stack.rotation.policies.change(contextOf(), policy.id, { policy: { ...policy, keyAlgorithm: 'rsa2048' } })
    await settle()
    expect([near.names, far.names]).toEqual([['state'], ['state']])
    expect(far.lastState.principals[0]?.slot.keyAlgorithm).toBe('rsa2048')
  })

  it.each(['instance', 'principal', 'slot', 'run'] as const)(
    'of a %s that cannot be traced is pushed to everybody',
    async (kind) => {
      const { near, far } = await twoAgents()
      stack.plane.changed([{ kind, id: newGuid() }])
      await settle()
      expect([near.names, far.names]).toEqual([['state'], ['state']])
    },
  )

  it.each(['audit', 'resource', 'key'] as const)('of kind %s is pushed to nobody', async (kind) => {
    const { near, far } = await twoAgents()
    stack.plane.changed([{ kind, id: newGuid() }])
    await settle()
    expect([near.names, far.names]).toEqual([[], []])
  })

  it('whose agents cannot be looked up is pushed to everybody', async () => {
    const { one, near, far } = await twoAgents()
    await tamper(stack, 'ALTER TABLE credential_slots RENAME TO elsewhere')
    stack.plane.changed([{ kind: 'slot', id: one.principalId }])
    for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve))
    await tamper(stack, 'ALTER TABLE elsewhere RENAME TO credential_slots')
    await settle()
    expect([near.names, far.names]).toEqual([['state'], ['state']])
  })

  it('of an instance without an agent concerns nobody', async () => {
    const { near, far } = await twoAgents()
    const instance = await stack.resources.register(contextOf(), { name: 'web-03', kind: 'host' })
    await stack.identities.turnOn(contextOf(), instance.id)
    await settle()
    expect([near.names, far.names]).toEqual([[], []])
  })

  it('that is one of many in a commit is one push', async () => {
    const { one, near } = await twoAgents()
    await stack.rotation.rollover.rotateNow(contextOf(), one.principalId)
    await settle()
    expect(near.names).toEqual(['state'])
    expect(near.lastState.principals[0]?.slot.run?.state).toBe('requested')
  })
})

describe('an agent', () => {
  it('begins each connection with the whole state', async () => {
    const { agent, principalId } = await identityOn(stack, 'web-01')
    for (let round = 0; round < 2; round += 1) {
      const connection = new TestConnection()
      stack.plane.streams.connect(agent.id, connection)
      await settle()
      expect(connection.names).toEqual(['state'])
      expect(connection.lastState.principals.map((one) => one.objectId)).toEqual([principalId])
      connection.end()
    }
  })

  it('whose place another one takes gives up what it held and loses its stream', async () => {
    const { one, near, far } = await twoAgents()
    const next = await enrollAgent(stack, one.instance)
    await settle()
    const revoked = { objectId: one.principalId, reason: 'agent revoked' }
    expect(near.events).toMatchObject([{ name: 'revoke', data: revoked }])
    expect([near.ended, far.ended, far.names]).toEqual([true, false, []])
    expect((await connected(next.id)).ended).toBe(false)
  })

  it('that is quarantined gives up what it held before its stream ends (SEC-42)', async () => {
    const { one, near, far } = await twoAgents()
    const renewal = { csr: (await newCsr()).toString('base64'), generation: 9, requestId: newGuid() }
    await expect(stack.enrollment.renew(one.agent.context, one.agent.id, renewal)).rejects.toThrow()
    await settle()
    const revoked = { objectId: one.principalId, reason: 'agent quarantined' }
    expect(near.events).toMatchObject([{ name: 'revoke', data: revoked }])
    expect([near.ended, far.ended, far.names]).toEqual([true, false, []])
  })

  it('that is no longer trusted gets no state even on a new stream', async () => {
    const { instance, agent } = await enrolledInstance(stack)
    await enrollAgent(stack, instance)
    const connection = new TestConnection()
    stack.plane.streams.connect(agent.id, connection)
    await settle()
    expect([connection.names, connection.ended]).toEqual([[], true])
  })

  it('is shown as connected, with the generation it was sent and the one it has taken in', async () => {
    const { agent } = await identityOn(stack, 'web-01')
    const describe = async () => given((await stack.plane.directory.describe([agent.id])).get(agent.id))
    expect(await describe()).toMatchObject({ connected: false, sentGeneration: null, ackedGeneration: null })
    const connection = new TestConnection()
    stack.plane.streams.connect(agent.id, connection)
    await settle()
    const { generation } = connection.lastState
    expect(await describe()).toMatchObject({ connected: true, sentGeneration: generation, ackedGeneration: null })
    await report(agent, generation)
    expect(await describe()).toMatchObject({ ackedGeneration: generation })
    connection.end()
    expect(await describe()).toMatchObject({ connected: false, sentGeneration: null, ackedGeneration: generation })
  })
})

type Reported = { slotId: string; code: string; detail: string }

async function report(
  agent: Awaited<ReturnType<typeof identityOn>>['agent'],
  generation: number,
  errors: Reported[] = [],
): Promise<void> {
  const row = await stack.enrollment.authenticate(agent.certificate)
  await stack.plane.directory.report(
    agent.context,
    row,
    ReportRequest.parse({
      generation,
      principals: [],
      known: [],
      facts: agentFacts,
      endpoints: null,
      errors: errors.map((error) => ({ ...error, durationMs: 40 })),
    }),
  )
}

describe('what an agent reports as going wrong', () => {
  it('is kept with the time it was first said, and gone once it is not said any more (SEC-46)', async () => {
    const { agent, slotId, principalId } = await identityOn(stack, 'web-01')
    const errorsOf = async () => given((await stack.plane.directory.describe([agent.id])).get(agent.id)).errors
    const first = { slotId, code: 'unavailable', detail: 'The server cannot be reached.' }
    const at = stack.clock.now()
    await report(agent, 1, [first])
    expect(await errorsOf()).toEqual([{ ...first, at }])
    await report(agent, 1, [first])
    const { steps } = await stack.rotation.history.show((await newestRun(stack, principalId)).id)
    expect(steps.filter(({ outcome }) => outcome === 'error')).toMatchObject([
      { errorCode: first.code, detail: first.detail, startedAt: at - 40, endedAt: at },
    ])
    stack.clock.advance(minuteMs)
    const second = { slotId, code: 'csr_refused', detail: 'No.' }
    await report(agent, 1, [second, first])
    expect(await errorsOf()).toEqual([
      { ...second, at: at + minuteMs },
      { ...first, at },
    ])
    await report(agent, 1)
    expect(await errorsOf()).toEqual([])
  })

  it('is bounded, and cannot forge a line of a screen (SEC-46)', async () => {
    const { agent, slotId } = await identityOn(stack, 'web-01')
    const hostile = { slotId, code: 'x\u202ey', detail: `a\nb\u0000${'c'.repeat(496)}` }
    await report(
      agent,
      1,
      Array.from({ length: 100 }, () => hostile),
    )
    const { errors } = given((await stack.plane.directory.describe([agent.id])).get(agent.id))
    expect(errors).toHaveLength(20)
    expect(errors[0]?.code).toBe('x y')
    expect(errors[0]?.detail).toMatch(/^a b c{296}$/)
  })
})
