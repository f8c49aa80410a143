import type { TokenTest } from '@signet/shared/api/token-tests'
import { TokenTestRequest } from '@signet/shared/api/token-tests'
import { dayMs, minuteMs } from '@signet/shared/vocabulary/time'
import type { ProbeRequest, ProbeResult, ProbeStep, ProbeStepsReport } from '@signet/shared/wire/agent-protocol'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  auditTrail,
  contextOf,
  enrolledInstance,
  given,
  identityOn,
  openStack,
  rowsOf,
  type Stack,
} from '../../test/stack.ts'
import { TraceRecorder } from '../authority/traces.ts'
import { newGuid } from '../platform/identifiers.ts'
import type { RequestContext } from '../platform/request-context.ts'
import { SignetError } from '../platform/signet-error.ts'
import type { ServiceInstance } from '../resources/index.ts'
import { openTokenTests, type TokenTests } from './token-tests.ts'

const resource = 'https://vault.azure.net'
const token = `eyJhbGciOiJSUzI1NiJ9.${'a'.repeat(40)}.${'b'.repeat(40)}`
const kid = 'kid-1'

/** An agent at the end of its stream: it answers when the test says so. */
class SilentAgent {
  readonly asked: ProbeRequest[] = []
  report: (report: ProbeStepsReport) => void = () => undefined
  answer: (result: ProbeResult) => void = () => undefined
  give: (error: SignetError) => void = () => undefined

  probe(_agentId: string, request: ProbeRequest, onSteps?: (report: ProbeStepsReport) => void): Promise<ProbeResult> {
    this.asked.push(request)
    this.report = onSteps ?? this.report
    return new Promise((resolve, reject) => {
      this.answer = resolve
      this.give = reject
    })
  }
}

let stack: Stack
let agent: SilentAgent
let tests: TokenTests
let traces: TraceRecorder
let logged: { at: number; principalId: string; audience: string; outcome: string; expiresAt: number; kid: string }[]
const granted = new Map<string, number>()
const operator: RequestContext = { ...contextOf(), actor: { kind: 'operator', id: newGuid(), label: 'Ada' } }

beforeEach(async () => {
  stack = await openStack()
  agent = new SilentAgent()
  traces = new TraceRecorder()
  logged = []
  granted.clear()
  tests = openTokenTests({
    ...stack,
    streams: agent,
    traces,
    verifier: { verify: (given) => ({ header: { kid }, claims: { oid: principalOf, raw: given.length }, checks: [] }) },
    testGrants: { give: (id, seconds) => granted.set(id, seconds), withdraw: (id) => granted.delete(id) },
    tokenLog: { byCorrelation: () => logged, byUti: () => logged[0] },
    publishedKeys: () => [{ kid }],
    audiences: () => [{ uri: resource, name: 'Key vault', enabled: true }],
  })
})
afterEach(async () => {
  await tests.stop()
  await stack.close()
})

let principalOf = ''
const step = (name: ProbeStep['name'], more: Partial<ProbeStep> = {}): ProbeStep => ({
  name,
  title: name,
  status: 'ok',
  startMs: 1,
  durationMs: 1,
  httpStatus: null,
  detail: '',
  code: null,
  exchange: null,
  ...more,
})
const good: ProbeResult = {
  steps: [step('agent'), step('authority')],
  status: 200,
  headers: {},
  accessToken: token,
  errorBody: null,
}
const refusal: ProbeResult = {
  steps: [
    step('agent'),
    step('local-endpoint', { status: 'failed', httpStatus: 400, code: 'identity_not_found' }),
    step('identity', { status: 'failed', code: 'identity_not_found', detail: 'Identity not found' }),
  ],
  status: 400,
  headers: { 'content-type': 'application/json; charset=utf-8' },
  accessToken: null,
  errorBody: '{"error":"invalid_request","error_description":"Identity not found"}',
}

function start(instance: ServiceInstance, more: Record<string, unknown> = {}): Promise<TokenTest> {
  return tests.tester.start(operator, TokenTestRequest.parse({ instanceId: instance.id, resource, ...more }))
}

function ended(testId: string): Promise<TokenTest> {
  const run = given(tests.tester.running(testId))
  if (run.isOver) return Promise.resolve(run.test)
  return new Promise((resolve) => {
    const stop = run.watch(() => {
      if (!run.isOver) return
      stop()
      resolve(run.test)
    })
  })
}

async function untilAsked(count = 1): Promise<void> {
  while (agent.asked.length < count) await new Promise(setImmediate)
}

async function finished(instance: ServiceInstance, result: ProbeResult, more: Record<string, unknown> = {}) {
  const count = agent.asked.length + 1
  const { id } = await start(instance, more)
  await untilAsked(count)
  agent.answer(result)
  return ended(id)
}

describe('a test under way', () => {
  it('is returned before its first step, and can be looked at while it runs', async () => {
    const { instance } = await enrolledInstance(stack)
    const begun = await start(instance)
    expect(begun).toMatchObject({ outcome: 'running', steps: [], token: null, failure: null })
    await untilAsked()
    agent.report({ steps: [{ index: 0, step: step('agent') }] })
    expect((await tests.tester.show(begun.id)).steps.map(({ name }) => name)).toEqual(['agent'])
    agent.answer(refusal)
    await ended(begun.id)
  })

  it('tells whoever watches of each step of agent and authority when it ends', async () => {
    const { instance } = await enrolledInstance(stack)
    const { id } = await start(instance)
    await untilAsked()
    const seen: string[] = []
    const run = given(tests.tester.running(id))
    run.watch(() => seen.push(run.test.steps.map(({ name, status }) => `${name}:${status}`).join(' ')))
    agent.report({ steps: [{ index: 0, step: step('authority', { status: 'running' }) }] })
    await traces.of(id, () => 0).step('audience', 'a', () => 1)
    agent.report({ steps: [{ index: 0, step: step('authority') }] })
    agent.answer({ ...good, steps: [step('authority')] })
    await ended(id)
    expect(seen).toEqual([
      'authority:running',
      'authority:running audience:ok',
      'authority:ok audience:ok',
      'authority:ok audience:ok',
    ])
  })

  it('ends in a failed step when the agent does not answer', async () => {
    const { instance } = await enrolledInstance(stack)
    const { id } = await start(instance)
    await untilAsked()
    agent.report({
      steps: [
        { index: 0, step: step('agent') },
        { index: 1, step: step('authority', { status: 'running' }) },
      ],
    })
    agent.give(new SignetError('agent_offline', 'The agent did not answer within 20 seconds.'))
    const test = await ended(id)
    expect(test.steps.at(-1)).toMatchObject({ name: 'authority', status: 'failed' })
    expect(test.failure).toMatchObject({
      step: 'authority',
      code: 'agent_offline',
      cause: 'The agent did not answer within 20 seconds.',
      answer: null,
      fix: { code: 'start_agent' },
    })
  })

  it('ends after 20 seconds when a connected agent stays silent', async () => {
    const { instance } = await enrolledInstance(stack)
    const sent: string[] = []
    const connection = {
      send: (event: string) => void sent.push(event),
      onClose: () => undefined,
      end: () => undefined,
    }
    stack.plane.streams.connect(given(instance.agentId), connection)
    agent.probe = (...asked) => stack.plane.streams.probe(...asked)
    const { id } = await start(instance)
    while (!sent.includes('probe')) await new Promise(setImmediate)
    stack.clock.advance(19_999)
    expect(given(tests.tester.running(id)).isOver).toBe(false)
    stack.clock.advance(1)
    expect((await ended(id)).failure).toMatchObject({
      step: 'agent',
      code: 'agent_offline',
      fix: { code: 'start_agent' },
    })
  })

  it('ends at once, with the way to enrolment, for an instance without agent', async () => {
    const { id } = await stack.resources.register(operator, { name: 'bare', kind: 'host' })
    const test = await ended((await start(await stack.resources.require(id))).id)
    expect(agent.asked).toEqual([])
    expect(test.failure).toMatchObject({ code: 'agent_offline', fix: { code: 'enroll_agent', target: { id } } })
  })

  it('is one of twenty at most', async () => {
    const { instance } = await enrolledInstance(stack)
    for (let index = 0; index < 20; index += 1) await start(instance)
    await expect(start(instance)).rejects.toMatchObject({ code: 'too_many_requests' })
  })

  it('is not begun for an instance that does not exist', async () => {
    const { instance } = await enrolledInstance(stack)
    const unknown = { ...instance, id: TokenTestRequest.shape.instanceId.parse(newGuid()) }
    await expect(start(unknown)).rejects.toMatchObject({ code: 'not_found' })
  })
})

describe('a failed test', () => {
  it('names the step, the cause, the answer to the byte and the one act that mends it', async () => {
    const { instance } = await enrolledInstance(stack)
    const test = await finished(instance, refusal)
    expect(test).toMatchObject({ outcome: 'failed', token: null, revealableUntil: null })
    expect(test.failure).toEqual({
      step: 'identity',
      code: 'identity_not_found',
      cause: 'The managed identity of web-01 is off.',
      answer: { status: 400, headers: refusal.headers, body: refusal.errorBody },
      fix: {
        code: 'turn_on_identity',
        label: 'Turn on the identity of web-01',
        target: { kind: 'instance', id: instance.id },
      },
    })
  })

  it('of a wrong selector leads back to the identity that the instance has', async () => {
    const { instance } = await identityOn(stack)
    const selector = { name: 'client_id', value: newGuid() }
    const test = await finished(instance, refusal, { selector })
    expect(agent.asked[0]?.selector).toEqual(selector)
    expect(test.failure?.fix.code).toBe('use_assigned_identity')
  })
})

it('a test of a user-assigned identity that is paused leads to that identity, which the targets offer', async () => {
  const { instance } = await enrolledInstance(stack)
  const { principalId, clientId } = await stack.users.create(operator, { name: 'deploy', resourceGroup: 'default' })
  await stack.users.attach(operator, principalId, { instanceIds: [instance.id] })
  const [target] = (await tests.targets.list({ instanceId: instance.id })).instances
  expect(target?.identities).toMatchObject([{ principalId, clientId, name: 'deploy' }])
  await stack.users.act(operator, 'pause', principalId, {})
  const refused = { ...refusal, steps: [step('identity', { status: 'failed', code: 'identity_paused' })] }
  const test = await finished(instance, refused, { selector: { name: 'client_id', value: clientId.toUpperCase() } })
  const meant = { kind: 'user-identity', id: principalId }
  expect(test.failure?.fix).toEqual({ code: 'resume_principal', label: 'Resume deploy', target: meant })
})

describe('a test for a short-lived token', () => {
  it('has a grant while it runs, and asks the agent to keep the token out of its cache', async () => {
    const { instance } = await enrolledInstance(stack)
    const { id } = await start(instance, { shortLived: true })
    await untilAsked()
    expect([granted.get(id), agent.asked[0]?.isolated]).toEqual([300, true])
    agent.answer(refusal)
    await ended(id)
    expect(granted.size).toBe(0)
  })

  it('is the only one with a grant', async () => {
    const { instance } = await enrolledInstance(stack)
    await start(instance)
    await untilAsked()
    expect([granted.size, agent.asked[0]?.isolated]).toEqual([0, false])
  })
})

describe('the token', () => {
  async function passed() {
    const { instance, principalId } = await identityOn(stack)
    principalOf = principalId
    return finished(instance, good)
  }

  it('is checked by the server, and is in no answer and no row but the one reveal (SEC-19)', async () => {
    const test = await passed()
    expect(test.token?.checks).toEqual([{ name: 'principal', ok: true, detail: 'oid is the identity of web-01' }])
    expect(JSON.stringify(test)).not.toContain(token)
    expect(JSON.stringify(await rowsOf(stack, 'token_traces'))).not.toContain(token)
    expect(JSON.stringify(await rowsOf(stack, 'audit_events'))).not.toContain(token)
    expect(await tests.tester.reveal(operator, test.id)).toBe(token)
    await expect(tests.tester.reveal(operator, test.id)).rejects.toMatchObject({ code: 'not_found' })
    expect((await tests.tester.show(test.id)).revealableUntil).toBeNull()
    expect((await auditTrail(stack)).slice(-2)).toEqual(['token.tested', 'token.revealed'])
  })

  it('is revealed to nobody but the one who asked, and to nobody after five minutes (SEC-19)', async () => {
    const test = await passed()
    const other = { ...operator, actor: { ...operator.actor, id: newGuid() } }
    await expect(tests.tester.reveal(other, test.id)).rejects.toMatchObject({ code: 'not_found' })
    stack.clock.advance(5 * minuteMs)
    await expect(tests.tester.reveal(operator, test.id)).rejects.toMatchObject({ code: 'not_found' })
  })
})

describe('traces', () => {
  it('are kept for seven days and forgotten after that', async () => {
    const { instance } = await enrolledInstance(stack)
    const test = await finished(instance, refusal)
    expect(await tests.traces.show(test.id)).toEqual(test)
    stack.clock.advance(7 * dayMs - 1)
    await tests.traces.prune()
    expect((await tests.traces.show(test.id)).id).toBe(test.id)
    stack.clock.advance(2)
    await expect(tests.traces.show(test.id)).rejects.toMatchObject({ code: 'not_found' })
    await tests.traces.prune()
    expect(await rowsOf(stack, 'token_traces')).toEqual([])
  })

  it('are listed page by page, newest first, by instance and outcome', async () => {
    const { instance } = await enrolledInstance(stack)
    const { instance: other } = await enrolledInstance(stack, 'web-02')
    for (let index = 0; index < 3; index += 1) {
      await finished(instance, index === 1 ? good : refusal)
      stack.clock.advance(10)
    }
    await finished(other, refusal)
    const first = await tests.traces.page({ limit: 3 })
    const second = await tests.traces.page({ limit: 3, cursor: given(first.nextCursor) })
    const all = [...first.items, ...second.items]
    expect(all.map(({ instance: { name }, outcome }) => `${name} ${outcome}`)).toEqual([
      'web-02 failed',
      'web-01 failed',
      'web-01 ok',
      'web-01 failed',
    ])
    expect(second.nextCursor).toBeNull()
    expect((await tests.traces.page({ limit: 9, instanceId: instance.id, outcome: 'failed' })).items).toHaveLength(2)
    expect(all[0]?.code).toBe('identity_not_found')
  })
})

describe('the targets', () => {
  it('are names, loopback addresses and audiences, and find an instance by part of its name', async () => {
    const { instance } = await identityOn(stack)
    await enrolledInstance(stack, 'db-01')
    const { instances, resources } = await tests.targets.list({ q: 'web' })
    expect(instances).toMatchObject([{ id: instance.id, name: 'web-01', enabled: true, connected: false }])
    expect(instances[0]?.clientId).not.toBeNull()
    expect(resources).toEqual([{ uri: resource, name: 'Key vault' }])
    const named = await tests.targets.list({ q: 'db', instanceId: instance.id })
    expect(named.instances.map(({ name }) => name)).toEqual(['web-01', 'db-01'])
    expect((await tests.targets.list({ instanceId: newGuid() })).instances).toHaveLength(2)
    for (const q of ['state:on', '-web', '"', '%']) expect((await tests.targets.list({ q })).instances).toEqual([])
  })
})

describe('a look-up', () => {
  it('answers names, times and outcomes of a request, and is recorded because it reads the log', async () => {
    const { principalId, instance } = await identityOn(stack)
    logged = [{ at: 1, principalId, audience: resource, outcome: 'ok', expiresAt: 2, kid }]
    const found = await tests.lookup.find(operator, { kind: 'correlation', value: newGuid() })
    expect(found.requests).toEqual([
      { at: 1, audience: resource, outcome: 'ok', expiresAt: 2, kid, instance: { id: instance.id, name: 'web-01' } },
    ])
    expect((await auditTrail(stack)).at(-1)).toBe('token.looked_up')
  })

  it('finds the trace of a test by its correlation ID', async () => {
    const { instance } = await enrolledInstance(stack)
    const { id } = await finished(instance, refusal)
    expect((await tests.lookup.find(operator, { kind: 'correlation', value: id.toUpperCase() })).traceId).toBe(id)
  })

  it('of a key ID tells whether it is published, reads no log and leaves no record', async () => {
    const before = await auditTrail(stack)
    const ask = (value: string) => tests.lookup.find(operator, { kind: 'kid', value })
    expect([(await ask(kid)).keyPublished, (await ask('other')).keyPublished]).toEqual([true, false])
    expect(await auditTrail(stack)).toEqual(before)
  })

  it('of anything that is not an ID finds nothing', async () => {
    logged = [{ at: 1, principalId: newGuid(), audience: resource, outcome: 'ok', expiresAt: 2, kid }]
    for (const kind of ['correlation', 'uti'] as const) {
      expect((await tests.lookup.find(operator, { kind, value: "' OR 1=1 --" })).requests).toEqual([])
    }
  })
})
