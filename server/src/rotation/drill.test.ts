import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { rotationApi } from '@signet/shared/api/rotation'
import { type Drill, rotationActsApi } from '@signet/shared/api/rotation-acts'
import { minuteMs } from '@signet/shared/vocabulary/time'
import { DrillStep } from '@signet/shared/wire/agent-protocol'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type AgentStand, openAgentStand } from '../../test/agent-stand.ts'
import { auditTrail, contextOf, given, identityOn, newCsr, openStack, rowsOf } from '../../test/stack.ts'
import { clientCertificateOf, loadAgentIdentity } from '../agent/agent-identity.ts'
import { AuthorityClient } from '../agent/authority-client.ts'
import { signAssertion } from '../agent/client-assertion.ts'
import { type SigningCredential, signingCredentialOf } from '../agent/credential-file.ts'
import { ServerClient } from '../agent/server-client.ts'
import { call } from '../agent/testing/test-stand.ts'
import { createCertificationRequest } from '../platform/crypto/certificate.ts'
import { generatePrivateKey } from '../platform/crypto/key-pair.ts'

const wholePath = DrillStep.shape.name.options

describe('a drill of a real agent', () => {
  let stand: AgentStand
  beforeAll(async () => {
    stand = await openAgentStand()
  }, 60_000)
  afterAll(() => stand.close())

  const params = () => ({ principalId: stand.principalId })
  const latest = async () => given((await stand.client.call(rotationActsApi.drills, { params: params() })).items[0])
  const start = async (): Promise<Drill> => {
    const { items } = await stand.client.call(rotationActsApi.startDrill, { params: params(), body: {} })
    return given(items[0])
  }
  const ended = async (): Promise<Drill> => {
    await expect.poll(async () => (await latest()).state).not.toBe('running')
    return latest()
  }
  /** What the drill must leave as it was. Uses are counted a moment later, whatever else happens. */
  const standing = async () => ({
    slots: await rowsOf(stand, 'credential_slots'),
    credentials: (await rowsOf(stand, 'credentials')).map(({ id, state, usable_until }) => ({
      id,
      state,
      usable_until,
    })),
    runs: (await rowsOf(stand, 'rotation_runs')).length,
  })
  let resources = 0
  const localToken = () => {
    resources += 1
    const path = `/metadata/identity/oauth2/token?api-version=2018-02-01&resource=${encodeURIComponent('https://management.azure.com')}&bypass_cache=${resources}`
    return call(`${stand.agent().endpoints.urls.imds}${path}`, [['Metadata', 'true']])
  }

  /** A token request with a credential, at the real endpoint. @returns the code of the refusal, or `issued` */
  async function tokenWith(credential: SigningCredential): Promise<string> {
    const { clientId, assertionAudience, tokenUrl } = stand
    const authority = new AuthorityClient(stand.caPem)
    try {
      const form = async () =>
        new URLSearchParams({
          grant_type: 'client_credentials',
          client_id: clientId,
          scope: 'https://management.azure.com/.default',
          client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
          client_assertion: await signAssertion({ credential, clientId, audience: assertionAudience, now: Date.now() }),
        }).toString()
      const answer = await authority.post(tokenUrl, form, '5f0c7a1e-0000-4000-8000-000000000001')
      answer.token()
      return 'issued'
    } catch (error) {
      return String(error)
    } finally {
      authority.close()
    }
  }

  it('walks the whole path, is refused a token, and reports each step with how long it took', async () => {
    const drill = await start()
    expect(drill.state).toBe('running')
    const report = await ended()
    expect(report.steps.map(({ name, outcome }) => [name, outcome])).toEqual(wholePath.map((name) => [name, 'ok']))
    expect(report).toMatchObject({ id: drill.id, state: 'passed', x5tS256: expect.any(String) })
    const refused = given(report.steps.find(({ name }) => name === 'refused'))
    expect(refused.detail).toMatch(/not trusted for tokens.*AADSTS700027/s)
    expect(report.steps.every(({ durationMs }) => durationMs >= 0)).toBe(true)
  })

  it('changes nothing of the slot, leaves nothing on the disk, and tokens are given out all the while', async () => {
    await expect.poll(async () => (await rowsOf(stand, 'rotation_runs')).every((run) => run.finished_at)).toBe(true)
    const before = await standing()
    await start()
    const during = await Promise.all([localToken(), localToken(), localToken()])
    await ended()
    expect(await standing()).toEqual(before)
    expect(readdirSync(join(stand.agentDir, 'drills'))).toEqual([])
    expect(during.map(({ status }) => status)).toEqual([200, 200, 200])
    expect((await localToken()).status).toBe(200)
  })

  it('does not hold a rotation up, nor the other way round', async () => {
    await start()
    const run = await stand.client.call(rotationApi.rotate, { params: params(), body: {} })
    const states = ['activated', 'completed']
    await expect
      .poll(async () => (await stand.client.call(rotationApi.show, { params: { runId: run.id } })).state)
      .toSatisfy((state: string) => states.includes(state))
    expect((await ended()).state).toBe('passed')
  })

  it('has a shadow certificate that never gets a token: not before, during or after the drill', async () => {
    // The agent is stopped while this test takes its part, and comes back to a drill that has ended.
    await stand.agent().stop()
    const drill = await start()
    const identity = loadAgentIdentity(stand.agentDir)
    const client = new ServerClient({ ...identity, certificate: clientCertificateOf(identity) })
    try {
      const key = await generatePrivateKey('rsa2048')
      const csr = (await createCertificationRequest(key, stand.principalId)).toString('base64')
      const issued = await client.requestDrillCertificate(drill.id, { csr })
      const stored = { privateKey: key.toString('base64'), runId: null, ...issued }
      const shadow = signingCredentialOf(stored)
      const refusal = /AADSTS700027/
      expect(await tokenWith(shadow)).toMatch(refusal)
      await client.acknowledgeDrill(drill.id, { x5tS256: issued.x5tS256 })
      expect(await tokenWith(shadow)).toMatch(refusal)
      const step = { startedAt: Date.now(), durationMs: 1, outcome: 'ok', errorCode: null, detail: '' } as const
      await client.reportDrill(drill.id, { steps: wholePath.map((name) => ({ ...step, name })) })
      expect(await tokenWith(shadow)).toMatch(refusal)
      // Nor does its key ever become that of a real certificate.
      await expect(client.requestCertificate(drill.slotId, { csr })).rejects.toMatchObject({ code: 'key_reused' })
      expect(await tokenWith(shadow)).toMatch(refusal)
      expect((await rowsOf(stand, 'credentials')).some((row) => row.x5t_s256 === issued.x5tS256)).toBe(false)
    } finally {
      client.close()
      await stand.startAgent()
    }
  })
})

describe('a drill', () => {
  it('is the same one when two ask for it, and fails when the agent does not come within ten minutes', async () => {
    const stack = await openStack()
    try {
      const { principalId, agent } = await identityOn(stack)
      const [one] = await stack.rotation.drills.start(contextOf(), principalId)
      const [two] = await stack.rotation.drills.start(contextOf('operator', 'Ben'), principalId)
      expect(two?.id).toBe(one?.id)
      expect((await stack.rotation.slots.ofAgent(agent.id))[0]?.desired.drill).toEqual({ id: one?.id })
      stack.clock.advance(10 * minuteMs)
      expect((await stack.rotation.slots.ofAgent(agent.id))[0]?.desired.drill).toBeNull()
      await stack.rotation.drills.giveUp(contextOf('system', 'drills'))
      expect(await stack.rotation.drills.ofPrincipal(principalId)).toMatchObject([{ state: 'failed', steps: [] }])
      expect((await auditTrail(stack)).slice(-2)).toEqual(['rotation.drill_started', 'rotation.drill_failed'])
    } finally {
      await stack.close()
    }
  })

  it('is of its own agent alone, and has not passed when a step is missing or was not acknowledged', async () => {
    const stack = await openStack()
    try {
      const { principalId, agent } = await identityOn(stack)
      const other = await identityOn(stack, 'web-02')
      const { drills } = stack.rotation
      const { id } = given((await drills.start(contextOf(), principalId))[0])
      const csr = await newCsr()
      await expect(drills.certify(other.agent.context, other.agent.id, id, csr)).rejects.toMatchObject({
        code: 'not_found',
      })
      await drills.certify(agent.context, agent.id, id, csr)
      const step = { startedAt: 0, durationMs: 1, outcome: 'ok', errorCode: null, detail: '' } as const
      await drills.report(agent.context, agent.id, id, { steps: wholePath.map((name) => ({ ...step, name })) })
      expect((await drills.ofPrincipal(principalId))[0]?.state).toBe('failed')
    } finally {
      await stack.close()
    }
  })
})
