import { rotationApi } from '@signet/shared/api/rotation'
import { rotationPoliciesApi } from '@signet/shared/api/rotation-policies'
import { dayMs, minuteMs, secondMs } from '@signet/shared/vocabulary/time'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type AgentStand, openAgentStand } from '../../test/agent-stand.ts'
import { given, rowsOf } from '../../test/stack.ts'
import { call } from '../agent/testing/test-stand.ts'
import { LeapingClock } from '../platform/leaping-clock.ts'
import { certificateMs } from './enrollment.ts'

// It ends in the present: certificates of listeners are judged by TLS, which has a clock of its own.
const asleepMs = 2 * certificateMs + minuteMs
let clock: LeapingClock
let stand: AgentStand

beforeEach(async () => {
  clock = new LeapingClock(asleepMs)
  stand = await openAgentStand(clock)
}, 60_000)
afterEach(() => stand.close())

function localToken() {
  const query = `api-version=2018-02-01&resource=${encodeURIComponent('https://vault.azure.net')}`
  return call(`${stand.agent().endpoints.urls.imds}/metadata/identity/oauth2/token?${query}`, [['Metadata', 'true']])
}

const agentRow = async () => given((await rowsOf(stand, 'agents'))[0])
const inForce = async () => (await rowsOf(stand, 'credentials')).find(({ state }) => state === 'active')

/** How long until a workload has a token and the server has its agent back. */
async function msUntilBack(since: number): Promise<number> {
  await expect.poll(async () => (await localToken()).status, { timeout: 60 * secondMs, interval: 100 }).toBe(200)
  await expect.poll(() => stand.agent().instanceState().connected, { timeout: 60 * secondMs }).toBe(true)
  return clock.now() - since
}

describe('an agent that was away for twice the life of its certificate (SEC-44)', () => {
  it('is back with a token within 60 s of its start, on a certificate of the next generation, and nobody does anything', async () => {
    expect((await localToken()).status).toBe(200)
    await stand.agent().stop()
    const before = await agentRow()
    clock.leapTo(clock.now() + asleepMs)
    expect(clock.now()).toBeGreaterThan(before.cert_not_after + certificateMs)
    const since = clock.now()
    await stand.startAgent()
    expect(await msUntilBack(since)).toBeLessThan(60 * secondMs)
    const after = await agentRow()
    expect([after.state, after.generation]).toEqual(['active', before.generation + 1])
    expect(after.cert_not_after).toBeGreaterThan(clock.now())
  }, 90_000)

  it('is back as fast where the certificate of its identity ended meanwhile too', async () => {
    const policy = { lifetimeSeconds: dayMs / secondMs, rotateAt: 0.5, overlapSeconds: 0, jitter: 0.2 }
    await stand.client.call(rotationPoliciesApi.create, {
      body: {
        scope: { kind: 'identity', of: stand.principalId },
        policy: { ...policy, keyAlgorithm: 'p256', windows: [], blackouts: [] },
        reason: 'short lives',
      },
    })
    await expect.poll(async () => (await inForce())?.state).toBe('active')
    const first = given(await inForce())
    const params = { principalId: stand.principalId }
    await stand.client.call(rotationApi.rotate, { params, body: { overlap: 'hour' } })
    await expect.poll(async () => (await inForce())?.id).not.toBe(first.id)
    const second = given(await inForce())
    await stand.agent().stop()
    clock.leapTo(clock.now() + asleepMs)
    expect(second.not_after).toBeLessThan(clock.now() - dayMs + minuteMs)
    const since = clock.now()
    await stand.startAgent()
    expect(await msUntilBack(since)).toBeLessThan(60 * secondMs)
    expect(given(await inForce()).id).not.toBe(second.id)
  }, 90_000)

  it('is back as fast when it was asleep itself, and woke to find everything late', async () => {
    expect((await localToken()).status).toBe(200)
    const before = await agentRow()
    const since = clock.now() + asleepMs
    clock.leapTo(since)
    await expect
      .poll(async () => (await agentRow()).generation, { timeout: 60 * secondMs })
      .toBeGreaterThan(before.generation)
    expect(await msUntilBack(since)).toBeLessThan(60 * secondMs)
    expect((await agentRow()).state).toBe('active')
  }, 90_000)
})
