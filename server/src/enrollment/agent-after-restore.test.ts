import { hourMs, secondMs } from '@signet/shared/vocabulary/time'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type AgentStand, openAgentStand } from '../../test/agent-stand.ts'
import { given, newCsr, rowsOf, tamper } from '../../test/stack.ts'
import { type AgentIdentity, clientCertificateOf, loadAgentIdentity } from '../agent/agent-identity.ts'
import { ServerClient } from '../agent/server-client.ts'
import { newGuid } from '../platform/identifiers.ts'
import { LeapingClock } from '../platform/leaping-clock.ts'

let clock: LeapingClock
let stand: AgentStand

beforeEach(async () => {
  clock = new LeapingClock(60 * hourMs)
  stand = await openAgentStand(clock)
}, 60_000)
afterEach(() => stand.close())

const agentRow = async () => given((await rowsOf(stand, 'agents'))[0])
const onDisk = (): AgentIdentity => loadAgentIdentity(stand.agentDir)

/** Goes on until the agent has renewed its certificate and used it. */
async function renewed(): Promise<void> {
  const { generation } = await agentRow()
  clock.leapTo(clock.now() + 13 * hourMs)
  await expect.poll(async () => (await agentRow()).generation, { timeout: 30 * secondMs }).toBe(generation + 1)
}

/** What a restore makes of an agent: its row and the keys that are known, as they were. */
async function setBackTo(row: Awaited<ReturnType<typeof agentRow>>, knownKeys: readonly { spki_s256: string }[]) {
  const { generation, cert_x5t_s256: x5t, cert_not_after: notAfter, renew_after: after } = row
  const gone = 'new_x5t_s256 = NULL, new_not_after = NULL, new_spki_s256 = NULL, new_cert_der = NULL'
  const then = `generation = ${generation}, cert_x5t_s256 = '${x5t}', cert_not_after = ${notAfter}, renew_after = ${after}`
  await tamper(stand, `UPDATE agents SET ${then}, renew_request_id = NULL, ${gone}`)
  const known = knownKeys.map(({ spki_s256 }) => `'${spki_s256}'`).join()
  await tamper(stand, `DELETE FROM known_keys WHERE owner_kind = 'agent' AND spki_s256 NOT IN (${known})`)
}

describe('an agent whose certificate was renewed in the gap of a restore', () => {
  it.each([1, 3])(
    'is back by itself after %d renewals, and uses no generation with two keys (SEC-42, SEC-43)',
    async (times) => {
      const before = await agentRow()
      const keys = await rowsOf(stand, 'known_keys')
      const first = onDisk()
      const held: AgentIdentity[] = []
      for (let time = 0; time < times; time += 1) {
        await renewed()
        held.push(onDisk())
      }
      await stand.agent().stop()
      await setBackTo(before, keys)
      await stand.startAgent()
      await expect.poll(() => stand.agent().instanceState().connected, { timeout: 30 * secondMs }).toBe(true)
      const after = await agentRow()
      expect([after.state, after.generation]).toEqual(['active', before.generation + 1])
      expect(onDisk().privateKey.reveal()).toBe(given(held[0]).privateKey.reveal())
      expect(onDisk().previous.map(({ generation }) => generation)).toEqual([first.generation])
    },
    120_000,
  )

  it('would not be let back so by a server that was not restored: that knows no earlier certificate', async () => {
    await renewed()
    const row = await agentRow()
    const { serverUrl, caPem, previous } = onDisk()
    const earlier = given(previous[0])
    const client = new ServerClient({ serverUrl, caPem, certificate: clientCertificateOf(earlier) })
    const csr = (await newCsr()).toString('base64')
    const asked = client.renew({ csr, requestId: newGuid(), generation: earlier.generation + 1 })
    await expect(asked).rejects.toMatchObject({ code: 'agent_refused' })
    client.close()
    expect(await agentRow()).toMatchObject({ state: 'active', generation: row.generation })
  }, 60_000)
})
