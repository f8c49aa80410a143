import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { rotationApi } from '@signet/shared/api/rotation'
import { rotationActsApi } from '@signet/shared/api/rotation-acts'
import type { RunId } from '@signet/shared/vocabulary/identifiers'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type AgentStand, openAgentStand } from '../../test/agent-stand.ts'
import { given, rowsOf } from '../../test/stack.ts'
import { CredentialRecord } from '../agent/credential-file.ts'
import { call } from '../agent/testing/test-stand.ts'

let stand: AgentStand
beforeAll(async () => {
  stand = await openAgentStand()
}, 60_000)
afterAll(() => stand.close())

const bases = ['https://management.azure.com', 'https://vault.azure.net', 'https://graph.microsoft.com']

/** A token from the agent; every spelling of a resource has a place of its own in the agent's cache. */
function localToken(spelling: number) {
  const resource = `${bases[spelling % 3]}${'/'.repeat(Math.floor(spelling / 3))}`
  const query = `api-version=2018-02-01&resource=${encodeURIComponent(resource)}`
  return call(`${stand.agent().endpoints.urls.imds}/metadata/identity/oauth2/token?${query}`, [['Metadata', 'true']])
}

const params = () => ({ principalId: stand.principalId })
const stateOf = async (runId: RunId) => (await stand.client.call(rotationApi.show, { params: { runId } })).state

async function rotated() {
  const run = await stand.client.call(rotationApi.rotate, { params: params(), body: { overlap: 'hour' } })
  await expect.poll(() => stateOf(run.id)).toBe('activated')
  const shown = await stand.client.call(rotationApi.show, { params: { runId: run.id } })
  await expect.poll(onDisk).toMatchObject({ active: { x5tS256: shown.to?.x5tS256 } })
  return shown
}

async function onDisk() {
  const [slot] = await rowsOf(stand, 'credential_slots')
  const file = join(stand.agentDir, 'credentials', `${slot?.id}.json`)
  return CredentialRecord.parse(JSON.parse(readFileSync(file, 'utf8')))
}

describe('a roll back, with a real agent and the real authority', () => {
  it('fails no token request before, while or after it happens, and those after are made with the old key', async () => {
    const { id, from, to } = await rotated()
    const statuses: number[] = []
    let asking = true
    const workload = (async () => {
      for (let count = 0; asking; count += 1) statuses.push((await localToken(count % 6)).status)
    })()
    const before = statuses.length
    await stand.client.call(rotationActsApi.rollBack, { params: { runId: id }, body: { reason: 'it fails' } })
    await expect.poll(onDisk).toMatchObject({ active: { x5tS256: from?.x5tS256 }, previous: null })
    await expect.poll(() => statuses.length).toBeGreaterThan(before + 20)
    asking = false
    await workload
    expect(new Set(statuses)).toEqual(new Set([200]))
    const credentials = await rowsOf(stand, 'credentials')
    const stateBy = (x5t: string | undefined) => credentials.find((one) => one.x5t_s256 === x5t)?.state
    expect([stateBy(from?.x5tS256), stateBy(to?.x5tS256)]).toEqual(['active', 'revoked'])
    expect(await stateOf(id)).toBe('rolled_back')
    // The key of the revoked certificate is gone, so that whatever is signed now is signed with the old one.
    expect(JSON.stringify(await onDisk())).not.toContain(given(to).x5tS256)
  })
})

describe('a rotation in an emergency, with a real agent and the real authority (SEC-89)', () => {
  it('is over within seconds: every old certificate is revoked, and tokens are had with a new one', async () => {
    const { to } = await rotated()
    await localToken(0)
    const body = { reason: 'the disk was copied' }
    const { items } = await stand.client.call(rotationActsApi.emergency, { params: params(), body })
    const run = given(items[0])
    expect(run).toMatchObject({ trigger: 'emergency', from: { x5tS256: to?.x5tS256, state: 'revoked' } })
    await expect.poll(async () => ['activated', 'completed'].includes(await stateOf(run.id))).toBe(true)
    await expect.poll(async () => (await localToken(0)).status).toBe(200)
    const usable = (await rowsOf(stand, 'credentials')).filter(
      ({ state }) => state !== 'revoked' && state !== 'retired',
    )
    expect(usable.map(({ run_id, state }) => ({ run_id, state }))).toEqual([{ run_id: run.id, state: 'active' }])
    await expect.poll(onDisk).toMatchObject({ previous: null, prepared: null, pendingKey: null })
  })
})
