import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import dns from 'node:dns'
import { createServer, type Server } from 'node:net'
import { EnrollRequest } from '@signet/shared/wire/agent-protocol'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { contextOf, enrollRequest, given, newCsr, openStack, type Stack } from '../../test/stack.ts'

let stack: Stack
/** Where a caller would lead the server to. */
let trap: Server
let caught: number
let opened: number
const noteSocket = () => {
  opened += 1
}

beforeEach(async () => {
  stack = await openStack()
  caught = 0
  trap = createServer((socket) => {
    caught += 1
    socket.destroy()
  })
  await new Promise<void>((resolve) => trap.listen(0, '127.0.0.1', resolve))
  opened = 0
  subscribe('net.client.socket', noteSocket)
})
afterEach(async () => {
  unsubscribe('net.client.socket', noteSocket)
  vi.restoreAllMocks()
  await new Promise((resolve) => trap.close(resolve))
  await stack.close()
})

const trapUrl = () => {
  const address = trap.address()
  return `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}/`
}

describe('the attestation of an agent', () => {
  it('has the server connect to nobody and ask for no name, whatever addresses it is given (SEC-48)', async () => {
    const lookUp = vi.spyOn(dns, 'lookup')
    const instance = await stack.resources.register(contextOf(), { name: 'web-01', kind: 'host' })
    const { token } = await stack.enrollment.issueJoinToken(contextOf(), instance.id, 600)
    const facts = { hostName: trapUrl(), platform: trapUrl(), agentVersion: '0.1.0' }
    const enroll = (secret: string, csr: Buffer) =>
      stack.enrollment.enroll(contextOf('anonymous'), { ...enrollRequest(secret, csr), facts })
    await expect(enroll(trapUrl(), await newCsr())).rejects.toMatchObject({ code: 'join_token_refused' })
    const { certificates } = await enroll(token, await newCsr())
    const agent = await stack.enrollment.authenticate(Buffer.from(given(certificates[0]), 'base64'))
    const nothing = { generation: 0, principals: [], known: [], endpoints: null, errors: [] }
    await stack.plane.directory.report(contextOf('agent'), agent, { ...nothing, facts })
    expect([opened, caught, lookUp.mock.calls.length]).toEqual([0, 0, 0])
    // That it would have been seen.
    await fetch(trapUrl()).catch(() => undefined)
    expect([opened, caught]).toEqual([1, 1])
  })

  it.each([
    ['another kind of evidence', { attestor: 'instance_document' }],
    ['an address to ask at', { callback: 'http://169.254.169.254/' }],
  ])('does not so much as read %s (SEC-48)', async (_what, more) => {
    const request = enrollRequest('x'.repeat(32), await newCsr())
    expect(EnrollRequest.safeParse(request).success).toBe(true)
    expect(EnrollRequest.safeParse({ ...request, ...more }).success).toBe(false)
    const evidence = { ...request.evidence, url: 'http://169.254.169.254/' }
    expect(EnrollRequest.safeParse({ ...request, evidence }).success).toBe(false)
  })
})
