import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { SignetError } from '../platform/signet-error.ts'
import { ServerClient } from './server-client.ts'
import { TestAuthorities } from './testing/test-certificates.ts'
import { TestStand } from './testing/test-stand.ts'

let stand: TestStand
beforeEach(async () => {
  stand = await TestStand.open()
})
afterEach(() => stand[Symbol.asyncDispose]())

describe('the agent protocol', () => {
  it('is spoken to no server but one of the pinned CA (SEC-39)', async () => {
    const strangers = await TestAuthorities.create()
    const client = new ServerClient({ serverUrl: stand.server.url, caPem: strangers.rootPem })
    await expect(client.sync()).rejects.toMatchObject({ code: 'unavailable' })
    expect(stand.server.calls).toEqual([])
    client.close()
  })

  it("carries the server's code, its detail and its mend", async () => {
    stand.server.fault = () => ({
      error: new SignetError('agent_refused', 'It was revoked.', { fix: 'Enroll again.', retryAfterSeconds: 9 }),
      late: false,
    })
    const client = new ServerClient({ serverUrl: stand.server.url, caPem: stand.authorities.rootPem })
    const expected = { code: 'agent_refused', detail: 'It was revoked.', fix: 'Enroll again.', retryAfterSeconds: 9 }
    await expect(client.sync()).rejects.toMatchObject(expected)
    client.close()
  })

  it('survives a server that closed the idle connection', async () => {
    const client = new ServerClient({ serverUrl: stand.server.url, caPem: stand.authorities.rootPem })
    const { port } = stand.server
    await client.sync()
    await stand.server.close()
    await expect(client.sync()).rejects.toMatchObject({ code: 'unavailable' })
    await stand.server.open({ port })
    await expect(client.sync()).resolves.toMatchObject({ generation: 1 })
    client.close()
  })
})
