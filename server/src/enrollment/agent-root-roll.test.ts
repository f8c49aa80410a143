import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { certificateAuthoritiesApi } from '@signet/shared/api/certificate-authorities'
import { hourMs, secondMs } from '@signet/shared/vocabulary/time'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type AgentStand, openAgentStand } from '../../test/agent-stand.ts'
import { given, tamper } from '../../test/stack.ts'
import { loadAgentIdentity } from '../agent/agent-identity.ts'
import { call } from '../agent/testing/test-stand.ts'
import { LeapingClock } from '../platform/leaping-clock.ts'

// TLS has a clock of its own: a root cannot come to its end here, so it is taken away instead.
const clock = new LeapingClock(6 * hourMs)
let stand: AgentStand
let asked = 0

beforeAll(async () => {
  stand = await openAgentStand(clock)
}, 60_000)
afterAll(() => stand.close())

const caPem = () => readFileSync(join(stand.config.dataDir, 'ca.pem'), 'utf8')
const rootsIn = (pem: string) => pem.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----\n/g) ?? []
const onDisk = () => readFileSync(join(stand.agentDir, 'state.json'), 'utf8').replaceAll('\\n', '\n')

async function tokenStatus(): Promise<number> {
  // Another resource is another place in the agent's cache, so that the authority is asked.
  asked += 1
  const resource = `https://${['vault.azure.net', 'graph.microsoft.com', 'management.azure.com'][asked % 3]}`
  const query = `api-version=2018-02-01&resource=${encodeURIComponent(resource)}`
  const url = `${stand.agent().endpoints.urls.imds}/metadata/identity/oauth2/token?${query}`
  return (await call(url, [['Metadata', 'true']])).status
}

async function rotate(scope: 'root' | 'tls'): Promise<void> {
  const { items } = await stand.client.call(certificateAuthoritiesApi.list, {})
  const { id } = given(items.find((one) => one.scope === scope && one.state === 'active'))
  await stand.client.call(certificateAuthoritiesApi.rotate, { params: { id }, body: {} })
}

async function restarted(): Promise<void> {
  await stand.startAgent()
  await expect.poll(() => stand.agent().instanceState().connected, { timeout: 30 * secondMs }).toBe(true)
  await expect.poll(tokenStatus).toBe(200)
}

describe('a real agent while one root hands over to the next (SEC-51)', () => {
  it('that slept through the hand-over is served on the old root, and learns the new one', async () => {
    const [old] = rootsIn(caPem())
    await stand.agent().stop()
    await rotate('root')
    await rotate('tls')
    const [, fresh] = rootsIn(caPem())
    expect(onDisk()).not.toContain(given(fresh))
    await restarted()
    await expect.poll(onDisk).toContain(given(fresh))
    expect(onDisk()).toContain(given(old))
  }, 60_000)

  it('follows the new root when the old one is gone, though it pinned that when it enrolled, after a restart too', async () => {
    const [old, fresh] = rootsIn(caPem())
    await tamper(
      stand,
      "UPDATE certificate_authorities SET state = 'retired' WHERE scope = 'root' AND state = 'retiring'",
    )
    clock.leapTo(clock.now() + hourMs)
    await expect.poll(() => rootsIn(caPem())).toEqual([fresh])
    await expect.poll(onDisk).not.toContain(given(old))
    await expect.poll(tokenStatus).toBe(200)
    await stand.agent().stop()
    await restarted()
    expect(loadAgentIdentity(stand.agentDir).caPem.trim()).toBe(given(old).trim())
  }, 60_000)
})
