import { randomUUID } from 'node:crypto'
import { request as httpRequest, type IncomingMessage } from 'node:http'
import { InstanceId, ObjectId } from '@signet/shared/vocabulary/identifiers'
import { hourMs, secondMs } from '@signet/shared/vocabulary/time'
import { DesiredState, type ProbeResult, type StreamEventName } from '@signet/shared/wire/agent-protocol'
import { afterEach, describe, expect, it } from 'vitest'
import { FakeClock } from '../platform/clock.ts'
import { listen } from '../platform/http/listener.ts'
import { EventStream } from '../platform/http/sse.ts'
import { createLogger } from '../platform/log.ts'
import { type AgentConnection, AgentStreams } from './agent-streams.ts'

const undo: (() => unknown)[] = []
afterEach(async () => {
  for (const one of undo.splice(0).reverse()) await one()
})

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

  count(name: StreamEventName): number {
    return this.events.filter((event) => event.name === name).length
  }
}

function rig(stateOf?: (generation: number) => Promise<DesiredState>) {
  const clock = new FakeClock()
  const presence: boolean[] = []
  let generation = 0
  const streams: AgentStreams = new AgentStreams({
    clock,
    log: createLogger('silent'),
    stateOf: async () => {
      generation += 1
      return stateOf ? stateOf(generation) : stateAt(generation)
    },
    presenceChanged: async (agentId) => {
      presence.push(streams.isConnected(agentId))
    },
  })
  const connect = (agentId = 'a') => {
    const connection = new TestConnection()
    streams.connect(agentId, connection)
    return connection
  }
  return { clock, streams, presence, connect }
}

function stateAt(generation: number, authorityUrl = 'https://localhost'): DesiredState {
  return DesiredState.parse({
    generation,
    serverTime: 0,
    tenantId: randomUUID(),
    authorityUrl,
    assertionAudience: '',
    instances: [],
    principals: [],
    renewAfter: 0,
    serverCas: '',
    terms: { revision: 1, keyEpoch: 0, audiences: [] },
    agentGeneration: 1,
  })
}

/** Lets everything that waits on nothing but promises and sockets happen. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve))
}

describe('a stream', () => {
  it('begins with the whole state, also when it takes the place of another', async () => {
    const { streams, connect } = rig()
    const first = connect()
    await settle()
    const second = connect()
    await settle()
    expect([first.ended, second.ended]).toEqual([true, false])
    expect([first.events[0]?.name, second.events[0]?.name]).toEqual(['state', 'state'])
    expect([streams.isConnected('a'), streams.sentGeneration('a')]).toEqual([true, 2])
  })

  it('says something every 30 s, give or take 5', async () => {
    const { clock, connect } = rig()
    const connection = connect()
    const beats: number[] = []
    for (let second = 1; second <= 300; second += 1) {
      const before = connection.count('hb')
      clock.advance(secondMs)
      if (connection.count('hb') > before) beats.push(second)
    }
    const gaps = beats.map((at, index) => at - (beats[index - 1] ?? 0))
    expect(beats.length).toBeGreaterThanOrEqual(8)
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(24)
    expect(Math.max(...gaps)).toBeLessThanOrEqual(36)
    expect(connection.events.findLast((event) => event.name === 'hb')?.data).toMatchObject({
      serverTime: expect.any(Number),
    })
  })

  it('ends between 3 and 5 hours with a word of when to come back', async () => {
    const { clock, streams, connect } = rig()
    const connections = Array.from({ length: 40 }, (_, index) => connect(`agent-${index}`))
    clock.advance(3 * hourMs - 1)
    expect(connections.some((connection) => connection.ended)).toBe(false)
    clock.advance(hourMs)
    const early = connections.filter((connection) => connection.ended).length
    expect(early).toBeGreaterThan(0)
    expect(early).toBeLessThan(40)
    clock.advance(hourMs + 1)
    expect(connections.every((connection) => connection.ended)).toBe(true)
    expect(connections[0]?.events.at(-1)).toEqual({ name: 'bye', data: { reconnectAfterMs: secondMs } })
    expect(streams.isEmpty).toBe(true)
  })

  it('leaves nothing running once it is closed', async () => {
    const { clock, connect, streams } = rig()
    const connection = connect()
    await settle()
    streams.stateChanged('a')
    connection.end()
    const { length } = connection.events
    clock.advance(6 * hourMs)
    await settle()
    expect(connection.events).toHaveLength(length)
  })

  it('tells when an agent came and went, but not when it only changed streams', async () => {
    const { presence, connect } = rig()
    connect()
    const second = connect()
    second.end()
    await settle()
    expect(presence).toEqual([true, true, false])
  })

  it('is ended when the state of its agent cannot be had', async () => {
    const { connect } = rig(async () => {
      throw new Error('no')
    })
    const connection = connect()
    await settle()
    expect([connection.events, connection.ended]).toEqual([[], true])
  })
})

describe('changes', () => {
  it('that come within 100 ms are one state', async () => {
    const { clock, streams, connect } = rig()
    const connection = connect()
    await settle()
    for (let round = 0; round < 10; round += 1) streams.stateChanged('a')
    clock.advance(99)
    await settle()
    expect(connection.count('state')).toBe(1)
    clock.advance(1)
    await settle()
    expect(connection.count('state')).toBe(2)
  })

  it('that come while a state is computed bring another one', async () => {
    const gate = Promise.withResolvers<void>()
    const { clock, streams, connect } = rig(async (generation) => {
      if (generation === 2) await gate.promise
      return stateAt(generation)
    })
    const connection = connect()
    await settle()
    streams.stateChanged('a')
    clock.advance(100)
    streams.stateChanged('a')
    clock.advance(100)
    gate.resolve()
    await settle()
    expect(connection.count('state')).toBe(3)
  })

  it('of an agent that is not connected, and of no agent, do nothing', async () => {
    const { streams, connect } = rig()
    const connection = connect()
    streams.stateChanged('b')
    streams.drop('b')
    streams.revoke('b', { objectId: ObjectId.parse(randomUUID()), version: 1, reason: 'suspended' })
    await settle()
    expect(connection.events.map((event) => event.name)).toEqual(['state'])
  })

  it('that revoke are sent at once, ahead of the state that waits', async () => {
    const { clock, streams, connect } = rig()
    const connection = connect()
    await settle()
    const revocation = { objectId: ObjectId.parse(randomUUID()), version: 4, reason: 'deleted' }
    streams.stateChanged('a')
    streams.revoke('a', revocation)
    clock.advance(100)
    await settle()
    expect(connection.events.slice(1).map((event) => event.name)).toEqual(['revoke', 'state'])
    expect(connection.events[1]?.data).toEqual(revocation)
  })
})

describe('a reader that does not read', () => {
  it('is cut off once a mebibyte waits for it, and the others go on', async () => {
    const { clock, streams } = rig(async (generation) => stateAt(generation, 'x'.repeat(300_000)))
    const listener = await listen({
      name: 'streams',
      setting: 'none',
      bind: '127.0.0.1',
      port: 0,
      handler: (request, response) => streams.connect(request.url ?? '', new EventStream(request, response)),
    })
    undo.push(() => {
      streams.close()
      return listener.close(0)
    })
    const open = (path: string) =>
      new Promise<IncomingMessage>((resolve) => {
        const call = httpRequest({ host: '127.0.0.1', port: listener.port, path }, resolve)
        call.on('error', () => undefined)
        undo.push(() => call.destroy())
        call.end()
      })
    const [lazy, eager] = [await open('/lazy'), await open('/eager')]
    lazy.on('error', () => undefined)
    lazy.pause()
    eager.resume()
    for (let round = 0; round < 200 && streams.isConnected('/lazy'); round += 1) {
      streams.allStatesChanged()
      clock.advance(15)
      await settle()
    }
    expect([streams.isConnected('/lazy'), streams.isConnected('/eager')]).toEqual([false, true])
  })
})

describe('a probe', () => {
  const asked = {
    probeId: randomUUID(),
    instanceId: InstanceId.parse(randomUUID()),
    dialect: 'imds',
    resource: 'x',
    bypassCache: false,
    selector: null,
    isolated: false,
  } as const
  const result: ProbeResult = { steps: [], status: 200, headers: {}, accessToken: 't', errorBody: null }

  it('goes to the agent and is answered by it alone, once', async () => {
    const { streams, connect } = rig()
    const connection = connect()
    connect('b')
    const answer = streams.probe('a', asked)
    expect(connection.events).toEqual([{ name: 'probe', data: asked }])
    expect(() => streams.answerProbe('b', asked.probeId, result)).toThrow(/not_found/)
    streams.answerProbe('a', asked.probeId, result)
    expect(await answer).toEqual(result)
    expect(() => streams.answerProbe('a', asked.probeId, result)).toThrow(/not_found/)
  })

  it('fails after 20 s without an answer, and at once without a stream', async () => {
    const { clock, streams, connect } = rig()
    connect()
    const answer = streams.probe('a', asked)
    clock.advance(20 * secondMs)
    await expect(answer).rejects.toMatchObject({ code: 'agent_offline' })
    expect(() => streams.answerProbe('a', asked.probeId, result)).toThrow(/not_found/)
    await expect(streams.probe('b', asked)).rejects.toMatchObject({ code: 'agent_offline' })
  })
})
