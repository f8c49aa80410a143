import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { TokenTestRequest } from '@signet/shared/api/token-tests'
import express from 'express'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { contextOf, enrolledInstance, openStack, type Stack } from '../../test/stack.ts'
import { TraceRecorder } from '../authority/traces.ts'
import { newGuid } from '../platform/identifiers.ts'
import { SignetError } from '../platform/signet-error.ts'
import { tokenTestStream } from './token-test-stream-routes.ts'
import { openTokenTests, type TokenTests } from './token-tests.ts'

let stack: Stack
let tests: TokenTests
let server: Server
let refuse: SignetError | undefined
let answer: (error: SignetError) => void = () => undefined
const asked: string[] = []

beforeEach(async () => {
  stack = await openStack()
  refuse = undefined
  asked.length = 0
  const probe = (_agentId: string, request: { probeId: string }) => {
    asked.push(request.probeId)
    return new Promise<never>((_resolve, reject) => {
      answer = reject
    })
  }
  tests = openTokenTests({
    ...stack,
    streams: { probe },
    traces: new TraceRecorder(),
    verifier: { verify: () => ({ header: {}, claims: {}, checks: [] }) },
    testGrants: { give: () => undefined, withdraw: () => undefined },
    tokenLog: { byCorrelation: () => [], byUti: () => undefined },
    publishedKeys: () => [],
    audiences: () => [],
  })
  const guard = async () => {
    if (refuse) throw refuse
    return contextOf()
  }
  server = createServer(express().use(tokenTestStream(tests.tester, guard)))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
})
afterEach(async () => {
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
  await tests.stop()
  await stack.close()
})

async function started(): Promise<string> {
  const { instance } = await enrolledInstance(stack)
  const wanted = TokenTestRequest.parse({ instanceId: instance.id, resource: 'https://vault.azure.net' })
  const { id } = await tests.tester.start(contextOf(), wanted)
  while (asked.length === 0) await new Promise(setImmediate)
  return id
}

function open(id: string): Promise<Response> {
  const { port } = server.address() as AddressInfo
  return fetch(`http://127.0.0.1:${port}/token-tests/${id}/events`)
}

const names = (text: string) => [...text.matchAll(/^event: (\w+)$/gm)].map(([, name]) => name)

describe('the stream of a test', () => {
  it('tells how it stands, then its result, and ends', async () => {
    const response = await open(await started())
    expect(response.headers.get('content-type')).toMatch(/^text\/event-stream/)
    answer(new SignetError('agent_offline'))
    expect(names(await response.text())).toEqual(['progress', 'result'])
  })

  it('of a test that is over has the result at once, also when only its trace is kept', async () => {
    const id = await started()
    const first = await open(id)
    answer(new SignetError('agent_offline'))
    await first.text()
    expect(names(await (await open(id)).text())).toEqual(['result'])
  })

  it('is not there for an unknown test, nor for who may not test', async () => {
    expect((await open(newGuid())).status).toBe(404)
    expect((await open('..%2f')).status).toBe(404)
    refuse = new SignetError('forbidden')
    expect((await open(newGuid())).status).toBe(403)
  })
})
