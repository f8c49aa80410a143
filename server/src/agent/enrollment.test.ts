import { chmodSync, existsSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { FakeClock } from '../platform/clock.ts'
import { SignetError } from '../platform/signet-error.ts'
import { fetchServerCa } from './server-trust.ts'
import { TestAuthorities } from './testing/test-certificates.ts'
import { TestServer } from './testing/test-server.ts'
import { TestStand } from './testing/test-stand.ts'

let stand: TestStand
beforeEach(async () => {
  stand = await TestStand.open()
})
afterEach(() => stand[Symbol.asyncDispose]())

describe('a server that is not the pinned one is told nothing (SEC-35)', () => {
  it.each(['0'.repeat(64), '', 'not-a-pin'])('stops at the pin %s', async (caPin) => {
    await expect(stand.enroll({ caPin })).rejects.toThrow(/not trusted.*nothing was sent/)
    expect(stand.server.calls).toEqual([])
    expect(existsSync(join(stand.agentDir, 'agent.json'))).toBe(false)
  })

  it('takes the pin in any case', async () => {
    await expect(stand.enroll({ caPin: stand.authorities.pin.toUpperCase() })).resolves.toMatchObject({
      tenantId: expect.any(String),
    })
  })

  it('stops at a pin that names the certificate of the server itself', async () => {
    const leafPin = await import('node:tls').then(
      ({ connect }) =>
        new Promise<string>((resolve) => {
          const socket = connect({ port: stand.server.port, rejectUnauthorized: false }, () => {
            resolve(socket.getPeerCertificate().fingerprint256.replaceAll(':', ''))
            socket.destroy()
          })
        }),
    )
    await expect(stand.enroll({ caPin: leafPin })).rejects.toThrow(/not signed by a certificate authority/)
    expect(stand.server.calls).toEqual([])
  })

  it('stops at a name or a time that does not fit', async () => {
    const server = new TestServer(stand.authorities, stand.authority)
    await server.open({ names: ['elsewhere.test'] })
    const later = new FakeClock(Date.now() + 48 * 3_600_000)
    const now = new FakeClock(Date.now())
    await expect(fetchServerCa(server.url, stand.authorities.pin, now)).rejects.toThrow(/not for localhost/)
    await expect(fetchServerCa(stand.server.url, stand.authorities.pin, later)).rejects.toThrow(
      /not valid at this time/,
    )
    await server.close()
  })

  it('stops at a chain that only carries the pinned certificate along', async () => {
    const imposters = await TestAuthorities.create()
    const server = new TestServer(imposters, stand.authority)
    await server.open()
    await expect(fetchServerCa(server.url, stand.authorities.pin, new FakeClock(Date.now()))).rejects.toThrow(
      /not trusted/,
    )
    await server.close()
  })

  it('returns the pinned root of the chain', async () => {
    const pem = await fetchServerCa(stand.server.url, stand.authorities.pin, new FakeClock(Date.now()))
    expect(pem.replaceAll('\n', '')).toBe(stand.authorities.rootPem.replaceAll('\n', ''))
  })

  it('says so when nobody answers, and refuses an address that is not https', async () => {
    const clock = new FakeClock(Date.now())
    await expect(fetchServerCa('https://localhost:1', 'x', clock)).rejects.toThrow(/cannot be reached \(ECONNREFUSED\)/)
    await expect(fetchServerCa('http://localhost:1', 'x', clock)).rejects.toThrow(/https:\/\/host:port/)
  })
})

describe('enrolment', () => {
  it('stores identity and key for the owner only', async () => {
    const { agentId } = await stand.enroll()
    const file = join(stand.agentDir, 'agent.json')
    expect(statSync(file).mode & 0o777).toBe(0o600)
    expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject({
      agentId,
      generation: 1,
      serverUrl: stand.server.url,
    })
    expect(existsSync(join(stand.agentDir, 'enrolling.json'))).toBe(false)
  })

  it('sends the same key again after a lost answer, and another for another token', async () => {
    stand.server.fault = (path) =>
      path.endsWith('/enroll') ? { error: new SignetError('unavailable'), late: true } : undefined
    await expect(stand.enroll()).rejects.toMatchObject({ code: 'unavailable' })
    const key = () => JSON.parse(readFileSync(join(stand.agentDir, 'enrolling.json'), 'utf8')).privateKey
    const before = key()
    await expect(stand.enroll()).rejects.toMatchObject({ code: 'unavailable' })
    expect(key()).toBe(before)
    expect(readFileSync(join(stand.agentDir, 'enrolling.json'), 'utf8')).not.toContain('jt_0123456789')
    await expect(stand.enroll({ joinToken: 'jt_another_token_0123456789' })).rejects.toMatchObject({
      code: 'unavailable',
    })
    expect(key()).not.toBe(before)
  })

  it("passes on the server's own refusal", async () => {
    stand.server.fault = () => ({ error: new SignetError('join_token_refused'), late: false })
    await expect(stand.enroll()).rejects.toMatchObject({ code: 'join_token_refused' })
  })

  it('refuses a folder that others can write (SEC-47)', async () => {
    chmodSync(stand.agentDir, 0o770)
    await expect(stand.enroll()).rejects.toThrow(/can be written by others/)
    expect(stand.server.calls).toEqual([])
    await expect(stand.start()).rejects.toThrow(/can be written by others/)
  })
})
