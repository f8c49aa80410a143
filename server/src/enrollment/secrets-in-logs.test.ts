import { request as httpRequest } from 'node:http'
import { inspect } from 'node:util'
import { TokenTestRequest } from '@signet/shared/api/token-tests'
import { agentPaths } from '@signet/shared/wire/agent-protocol'
import { afterEach, expect, it } from 'vitest'
import { contextOf, enrollRequest, identityOn, newCsr, openStack, rowsOf, type Stack } from '../../test/stack.ts'
import { TraceRecorder } from '../authority/traces.ts'
import { listen } from '../platform/http/listener.ts'
import { newGuid } from '../platform/identifiers.ts'
import { createLogger } from '../platform/log.ts'
import { SampledLog } from '../platform/sampled-log.ts'
import { Secret } from '../platform/secret.ts'
import { agentEndpoint } from './agent-endpoint.ts'
import { openTokenTests } from './token-tests.ts'

const undo: (() => unknown)[] = []
afterEach(async () => {
  for (const one of undo.splice(0).reverse()) await one()
})

/** Sends a body to the agents' endpoint, without TLS: who is let in is not the matter here. */
async function send(stack: Stack, path: string, body: unknown): Promise<void> {
  const handler = agentEndpoint({
    ...stack.plane,
    rollover: stack.rotation.rollover,
    drills: stack.rotation.drills,
    log: new SampledLog(stack.log, stack.clock),
  })
  const listener = await listen({ name: 'agents', setting: 'none', bind: '127.0.0.1', port: 0, handler })
  undo.push(() => listener.close(0))
  await new Promise<void>((resolve, reject) => {
    const headers = { 'content-type': 'application/json' }
    const options = { host: '127.0.0.1', port: listener.port, path, method: 'POST', headers, agent: false as const }
    const call = httpRequest(options, (response) => response.resume().on('end', () => resolve()))
    call.on('error', reject)
    call.end(JSON.stringify(body))
  })
}

async function signIn(stack: Stack): Promise<Secret[]> {
  const { code } = await stack.operators.issueCode(contextOf('console', 'console'))
  const session = await stack.operators.signIn(contextOf('anonymous', 'nobody'), { code: code.reveal() })
  const signedIn = await stack.operators.sessions.require(session)
  stack.log.debug({ signedIn, code }, `session ${session}`)
  stack.log.error({ err: new Error(`code ${code}`, { cause: signedIn }) }, 'failed')
  return [code, session]
}

it('no join token, code, session or tested token is in the log of a server at debug level (SEC-171)', async () => {
  const lines: string[] = []
  const log = createLogger('debug', { write: (line: string) => void lines.push(line) })
  const stack = await openStack({ log })
  undo.push(() => stack.close())
  const on = await identityOn(stack)
  const { token: joinToken } = await stack.enrollment.issueJoinToken(contextOf(), on.instance.id, 600)
  await send(stack, agentPaths.enroll, enrollRequest(joinToken, await newCsr()))
  await send(stack, agentPaths.enroll, enrollRequest(joinToken, await newCsr()))
  await send(stack, agentPaths.enroll, { ...enrollRequest(joinToken, await newCsr()), more: joinToken })
  const accessToken = 'sentinel.access.token'
  const tests = openTokenTests({
    ...stack,
    streams: stack.plane.streams,
    traces: new TraceRecorder(),
    verifier: { verify: () => ({ header: {}, claims: {}, checks: [] }) },
    testGrants: { give: () => undefined, withdraw: () => undefined },
    tokenLog: { byCorrelation: () => [], byUti: () => undefined },
    publishedKeys: () => [],
    audiences: () => [],
  })
  undo.push(() => tests.stop())
  const { agentId } = await stack.resources.require(on.instance.id)
  stack.plane.streams.connect(agentId ?? '', {
    send: (_event, data) => {
      const { probeId = '' } = data as { probeId?: string }
      const result = { steps: [], status: 200, headers: {}, accessToken, errorBody: null }
      if (probeId) queueMicrotask(() => stack.plane.streams.answerProbe(agentId ?? '', probeId, result))
    },
    onClose: () => undefined,
    end: () => undefined,
  })
  const context = { ...contextOf(), actor: { kind: 'operator' as const, id: newGuid(), label: 'Ada' } }
  const { tester } = tests
  const { id } = await tester.start(context, TokenTestRequest.parse({ instanceId: on.instance.id, resource: 'x' }))
  while (tester.running(id)?.isOver === false) await new Promise(setImmediate)
  const test = await tester.show(id)
  log.debug({ test, tester }, 'tested')
  await tester.reveal(context, test.id)
  const secrets = [new Secret(joinToken), new Secret(accessToken), ...(await signIn(stack))]
  const printed = [...lines, inspect(stack, { depth: 12 }), JSON.stringify(await rowsOf(stack, 'audit_events'))].join(
    '\n',
  )
  expect(lines.length).toBeGreaterThan(2)
  for (const secret of secrets) expect(printed.includes(secret.reveal())).toBe(false)
})
