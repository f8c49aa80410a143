import { createPublicKey } from 'node:crypto'
import { rmSync } from 'node:fs'
import type { ErrorCode } from '@signet/shared/errors'
import { AgentId, TenantId } from '@signet/shared/vocabulary/identifiers'
import { dayMs, minuteMs } from '@signet/shared/vocabulary/time'
import type { RenewRequest } from '@signet/shared/wire/agent-protocol'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { given, temporaryFolder } from '../../test/stack.ts'
import { FakeClock } from '../platform/clock.ts'
import { issueAuthority, issueLeaf } from '../platform/crypto/certificate.ts'
import { generatePrivateKey, importPrivateKey } from '../platform/crypto/key-pair.ts'
import { newGuid } from '../platform/identifiers.ts'
import { Secret } from '../platform/secret.ts'
import { SignetError } from '../platform/signet-error.ts'
import { type AgentProof, loadAgentIdentity, storeAgentIdentity } from './agent-identity.ts'
import { AgentRenewal } from './agent-renewal.ts'
import { silentLog } from './testing/test-stand.ts'

let folder: string
let clock: FakeClock
let renewal: AgentRenewal
let sent: RenewRequest[]
/** Of the server, one for each request. */
let answers: (ErrorCode | 'ok')[]

beforeEach(async () => {
  folder = temporaryFolder()
  clock = new FakeClock()
  sent = []
  const [newest, ...previous] = [await proof(5), await proof(4), await proof(3)]
  const ids = { agentId: AgentId.parse(newGuid()), tenantId: TenantId.parse(newGuid()) }
  storeAgentIdentity(folder, { serverUrl: 'https://s', caPem: '', ...ids, ...given(newest), previous })
  renewal = new AgentRenewal({
    ...{ agentDir: folder, identity: loadAgentIdentity(folder), clock, log: silentLog },
    ...{ serverNow: () => clock.now(), onRenewed: () => undefined },
    client: {
      useCertificate: () => undefined,
      renew: async (request) => {
        sent.push(request)
        const answer = answers.shift() ?? 'ok'
        if (answer !== 'ok') throw new SignetError(answer)
        return { certificates: [given((await proof(9)).certificates[0])], generation: request.generation }
      },
    },
  })
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

async function proof(generation: number): Promise<AgentProof> {
  const key = await generatePrivateKey('p256')
  const life = { notBefore: clock.now(), notAfter: clock.now() + dayMs }
  const issuer = { privateKey: key, certificate: await issueAuthority({ commonName: 'ca', privateKey: key, ...life }) }
  const publicKey = createPublicKey(importPrivateKey(key))
  const der = await issueLeaf(issuer, { commonName: 'agent', publicKey, usage: 'clientAuth', ...life })
  return { generation, certificates: [der.toString('base64')], privateKey: new Secret(key.toString('base64')) }
}

describe('an agent whose newest certificate the server refuses', () => {
  it('asks with the ones before, the newest first, each for the generation after it', async () => {
    answers = ['agent_refused', 'ok']
    await renewal.comeBack()
    expect(sent.map(({ generation }) => generation)).toEqual([5, 4])
    expect(loadAgentIdentity(folder)).toMatchObject({ generation: 4, previous: [{ generation: 3 }] })
  })

  it('sends the same again when the answer was lost, and takes no older certificate for that (SEC-43)', async () => {
    answers = ['unavailable', 'ok']
    const before = loadAgentIdentity(folder)
    await renewal.comeBack()
    expect(loadAgentIdentity(folder)).toEqual(before)
    clock.advance(10 * minuteMs)
    await renewal.comeBack()
    expect(sent.map(({ generation, requestId }) => [generation, requestId])).toEqual([
      [5, sent[0]?.requestId],
      [5, sent[0]?.requestId],
    ])
  })

  it('asks once in ten minutes at most, and stays what it is when none is known', async () => {
    answers = ['agent_refused', 'agent_refused']
    const before = loadAgentIdentity(folder)
    await renewal.comeBack()
    await renewal.comeBack()
    expect(sent).toHaveLength(2)
    expect(loadAgentIdentity(folder)).toEqual(before)
  })
})
