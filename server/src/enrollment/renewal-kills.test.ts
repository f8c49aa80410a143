import { copyFileSync, existsSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { TenantId } from '@signet/shared/vocabulary/identifiers'
import { hourMs } from '@signet/shared/vocabulary/time'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { agentFacts, auditTrail, contextOf, openStack, type Stack, temporaryFolder } from '../../test/stack.ts'
import { agentFiles } from '../agent/agent-folder.ts'
import { loadAgentIdentity, storeAgentIdentity } from '../agent/agent-identity.ts'
import { AgentRenewal, type AgentRenewalParts } from '../agent/agent-renewal.ts'
import { createCertificationRequest } from '../platform/crypto/certificate.ts'
import { generatePrivateKey } from '../platform/crypto/key-pair.ts'
import { Secret } from '../platform/secret.ts'
import { SignetError } from '../platform/signet-error.ts'

let stack: Stack
let agentDir: string
const requestIds: string[] = []
beforeEach(async () => {
  stack = await openStack()
  agentDir = temporaryFolder()
  requestIds.length = 0
  await enroll()
})
afterEach(async () => {
  rmSync(agentDir, { recursive: true, force: true })
  await stack.close()
})

/** An agent in a folder, as `signet enroll` leaves it. */
async function enroll(): Promise<void> {
  const instance = await stack.resources.register(contextOf(), { name: 'web-01', kind: 'host' })
  const { token } = await stack.enrollment.issueJoinToken(contextOf(), instance.id, 600)
  const key = await generatePrivateKey('p256')
  const csr = await createCertificationRequest(key, 'agent')
  const answer = await stack.enrollment.enroll(contextOf('anonymous'), {
    ...{ attestor: 'join_token', evidence: { token }, csr: csr.toString('base64'), facts: agentFacts },
  })
  const privateKey = new Secret(key.toString('base64'))
  storeAgentIdentity(agentDir, {
    serverUrl: 'https://s',
    caPem: '',
    privateKey,
    previous: [],
    ...answer,
    tenantId: TenantId.parse(stack.tenantId),
  })
}

const certificateOnDisk = () => Buffer.from(loadAgentIdentity(agentDir).certificates[0] ?? '', 'base64')

/** The server as an agent with what is on its disk reaches it. */
const toServer: AgentRenewalParts['client'] = {
  renew: async (request) => {
    requestIds.push(request.requestId)
    const agent = await stack.enrollment.authenticate(certificateOnDisk(), true)
    return stack.enrollment.renew(contextOf('agent'), loadAgentIdentity(agentDir).agentId, request).then((answer) => {
      expect(agent.state).toBe('active')
      return answer
    })
  },
  useCertificate: () => undefined,
}

/** One life of the agent: it renews what is due, until it is done or is killed. */
async function live(client: AgentRenewalParts['client']): Promise<void> {
  const { clock, log } = stack
  const identity = loadAgentIdentity(agentDir)
  await new Promise<void>((resolve) => {
    const die = (error: unknown): never => {
      renewal.stop()
      resolve()
      throw error
    }
    const renewal: AgentRenewal = new AgentRenewal({
      ...{ agentDir, identity, clock, log, serverNow: () => clock.now() },
      client: {
        renew: (request) => client.renew(request).catch(die),
        useCertificate: (certificate) => {
          try {
            client.useCertificate(certificate)
          } catch (error) {
            die(error)
          }
        },
      },
      onRenewed: () => {
        renewal.stop()
        resolve()
      },
    })
    renewal.schedule(clock.now())
    clock.advance(1)
  })
}

const killed = new SignetError('unavailable', 'killed')
const spare = () => join(agentDir, '..', `renewing-${process.pid}.json`)

/** Where a kill cuts a renewal short: named for the last step that was taken (SEC-43). */
const cuts: Record<string, () => Promise<void>> = {
  'key and request ID were stored': () =>
    live({
      ...toServer,
      renew: async ({ requestId }) => {
        requestIds.push(requestId)
        throw killed
      },
    }),
  'the server had answered': () =>
    live({
      ...toServer,
      renew: async (request) => {
        await toServer.renew(request)
        throw killed
      },
    }),
  'the certificate was stored': async () => {
    await live({
      ...toServer,
      renew: async (request) => {
        const answer = await toServer.renew(request)
        copyFileSync(agentFiles.renewal(agentDir), spare())
        return answer
      },
    })
    copyFileSync(spare(), agentFiles.renewal(agentDir))
    rmSync(spare())
  },
  'the request was forgotten': () =>
    live({
      ...toServer,
      useCertificate: () => {
        throw killed
      },
    }),
}

describe.each(Object.entries(cuts))('a renewal that was killed after %s', (_step, cut) => {
  it('goes on with the same request, yields one certificate, and leaves the agent with one that is good (SEC-43)', async () => {
    stack.clock.advance(12 * hourMs)
    await cut()
    await expect(stack.enrollment.authenticate(certificateOnDisk())).resolves.toMatchObject({ state: 'active' })
    if (loadAgentIdentity(agentDir).generation === 1) await live(toServer)
    expect(await stack.enrollment.authenticate(certificateOnDisk())).toMatchObject({ generation: 2 })
    expect(new Set(requestIds).size).toBe(1)
    expect((await auditTrail(stack)).filter((action) => action === 'agent.renewed')).toHaveLength(1)
    stack.clock.advance(12 * hourMs)
    await live(toServer)
    expect(await stack.enrollment.authenticate(certificateOnDisk())).toMatchObject({ generation: 3, state: 'active' })
    expect(existsSync(agentFiles.renewal(agentDir))).toBe(false)
  })
})
