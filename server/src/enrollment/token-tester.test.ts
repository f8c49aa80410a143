import { minuteMs } from '@signet/shared/vocabulary/time'
import type { ProbeRequest, ProbeResult, ProbeStep, StreamEventName } from '@signet/shared/wire/agent-protocol'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { auditTrail, contextOf, identityOn, openStack, rowsOf, type Stack } from '../../test/stack.ts'
import { newGuid } from '../platform/identifiers.ts'
import { TokenTester } from './token-tester.ts'

let stack: Stack
let tester: TokenTester
let on: Awaited<ReturnType<typeof identityOn>>
const began: string[] = []
const context = { ...contextOf(), actor: { kind: 'operator' as const, id: newGuid(), label: 'Ada' } }
const token = 'head.claims.signature'

beforeEach(async () => {
  stack = await openStack()
  on = await identityOn(stack)
  began.length = 0
  tester = new TokenTester({
    ...stack,
    streams: stack.plane.streams,
    verifier: { verify: () => ({ header: {}, claims: { oid: on.principalId }, checks: [] }) },
    traces: { begin: (id) => began.push(id), take: () => [step('signature', 1)] },
    audiences: async () => [{ uri: 'https://vault.azure.net', name: 'Vault' }],
  })
})

afterEach(() => stack.close())

function step(name: ProbeStep['name'], startMs: number): ProbeStep {
  return { name, title: name, status: 'ok', startMs, durationMs: 1, httpStatus: null, detail: '' }
}

/** The agent is connected and answers every probe like this. */
function agentAnswers(result: Partial<ProbeResult>): ProbeRequest[] {
  const asked: ProbeRequest[] = []
  stack.plane.streams.connect(on.agent.id, {
    send: (event: StreamEventName, data: unknown) => {
      if (event !== 'probe') return
      const request = data as ProbeRequest
      asked.push(request)
      const answer = { steps: [], status: 200, accessToken: null, errorBody: null, ...result }
      queueMicrotask(() => stack.plane.streams.answerProbe(on.agent.id, request.probeId, answer))
    },
    onClose: () => undefined,
    end: () => undefined,
  })
  return asked
}

const run = (instanceId: string = on.instance.id) =>
  tester.run(context, { instanceId, resource: 'https://vault.azure.net', dialect: 'imds', bypassCache: true })

describe('a test', () => {
  it('asks the agent of the instance, and shows the steps of the authority inside its call', async () => {
    const steps = [step('agent', 0), step('authority', 10), step('cache', 20)]
    const asked = agentAnswers({ accessToken: token, steps })
    const test = await run()
    expect(asked).toEqual([
      {
        probeId: test.id,
        instanceId: on.instance.id,
        dialect: 'imds',
        resource: 'https://vault.azure.net',
        bypassCache: true,
      },
    ])
    expect(began).toEqual([test.id])
    expect(test.steps.map((one) => [one.name, one.startMs])).toEqual([
      ['agent', 0],
      ['authority', 10],
      ['signature', 11],
      ['cache', 20],
    ])
    expect(test).toMatchObject({ outcome: 'ok', error: null, instance: { id: on.instance.id, name: 'web-01' } })
    expect(test.token?.checks).toEqual([expect.objectContaining({ name: 'principal', ok: true })])
    expect(test.revealableUntil).toBe(stack.clock.now() + 5 * minuteMs)
  })

  it('answers and records no raw token (SEC-19, SEC-172)', async () => {
    agentAnswers({ accessToken: token })
    const test = await run()
    expect((await auditTrail(stack)).at(-1)).toBe('token.tested')
    expect(JSON.stringify([test, await rowsOf(stack, 'audit_events')])).not.toContain(token)
  })

  it.each([
    ['Identity not found', 400, 'Turn the managed identity'],
    ['AADSTS500011: no such thing', 400, 'Check the audience'],
    ['AADSTS700027: unknown key', 500, 'Rotate the certificate'],
    ['down', 503, 'reaches the authority'],
    ['odd', 418, 'Read the answer'],
  ])('that failed with %s says what to do', async (errorBody, status, fix) => {
    agentAnswers({ errorBody, status })
    const test = await run()
    expect(test).toMatchObject({
      outcome: 'failed',
      token: null,
      revealableUntil: null,
      error: { status, body: errorBody },
    })
    expect(test.error?.fix).toContain(fix)
  })

  it('that got no answer of the local endpoint says where to look', async () => {
    agentAnswers({ status: null })
    expect((await run()).error).toEqual({
      status: null,
      body: 'The local endpoint gave no answer.',
      fix: 'Check that the agent is running on the instance.',
    })
  })

  it('needs an instance that exists, with an agent that is connected', async () => {
    await expect(run(newGuid())).rejects.toMatchObject({ code: 'not_found' })
    await expect(run()).rejects.toMatchObject({ code: 'agent_offline' })
    const bare = await stack.resources.register(contextOf(), { name: 'web-02', kind: 'host' })
    await expect(run(bare.id)).rejects.toMatchObject({ code: 'agent_offline' })
  })
})

describe('the targets', () => {
  it('are the instances, with what keeps them from being tested, and the audiences', async () => {
    await stack.resources.register(contextOf(), { name: 'web-02', kind: 'host' })
    agentAnswers({})
    expect(await tester.targets()).toEqual({
      instances: [
        { id: on.instance.id, name: 'web-01', enabled: true, connected: true },
        { id: expect.any(String), name: 'web-02', enabled: false, connected: false },
      ],
      resources: [{ uri: 'https://vault.azure.net', name: 'Vault' }],
    })
  })
})

describe('a reveal (SEC-19)', () => {
  beforeEach(() => void agentAnswers({ accessToken: token }))

  it('gives the token once, and is recorded before it leaves', async () => {
    const { id } = await run()
    expect(await tester.reveal(context, id)).toBe(token)
    expect((await auditTrail(stack)).at(-1)).toBe('token.revealed')
    await expect(tester.reveal(context, id)).rejects.toMatchObject({ code: 'not_found' })
  })

  it('is refused to anybody but the one who ran the test', async () => {
    const { id } = await run()
    const other = { ...context, actor: { ...context.actor, id: newGuid() } }
    await expect(tester.reveal(other, id)).rejects.toMatchObject({ code: 'not_found' })
    expect(await tester.reveal(context, id)).toBe(token)
  })

  it('is refused after five minutes', async () => {
    const { id } = await run()
    stack.clock.advance(5 * minuteMs)
    await expect(tester.reveal(context, id)).rejects.toMatchObject({ code: 'not_found' })
  })

  it('remembers a hundred tokens at most', async () => {
    const first = await run()
    for (let round = 0; round < 100; round += 1) await run()
    await expect(tester.reveal(context, first.id)).rejects.toMatchObject({ code: 'not_found' })
  })
})
