import 'reflect-metadata'
import { createPublicKey, webcrypto, X509Certificate } from 'node:crypto'
import * as x509 from '@peculiar/x509'
import { SlotId } from '@signet/shared/vocabulary/identifiers'
import { dayMs, hourMs, secondMs } from '@signet/shared/vocabulary/time'
import { EnrollRequest } from '@signet/shared/wire/agent-protocol'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  auditTrail,
  contextOf,
  enrollAgent,
  enrolledInstance,
  enrollRequest,
  given,
  identityEnabling,
  identityOn,
  newCsr,
  openSlotOf,
  openStack,
  rowsOf,
  type Stack,
  type TestAgent,
} from '../../test/stack.ts'
import { createCertificationRequest } from '../platform/crypto/certificate.ts'
import { generatePrivateKey, importPrivateKey } from '../platform/crypto/key-pair.ts'
import { newGuid } from '../platform/identifiers.ts'
import type { ServiceInstance } from '../resources/index.ts'

let stack: Stack
let instance: ServiceInstance

beforeEach(async () => {
  stack = await openStack()
  instance = await stack.resources.register(contextOf(), { name: 'web-01', kind: 'host' })
})

afterEach(() => stack.close())

const anonymous = contextOf('anonymous', 'agent before enrolment')
const tokenFor = async (seconds = 600) =>
  (await stack.enrollment.issueJoinToken(contextOf(), instance.id, seconds)).token
const enroll = (token: string, csr: Buffer) => stack.enrollment.enroll(anonymous, enrollRequest(token, csr))
const derOf = (certificate: string | undefined) => Buffer.from(given(certificate), 'base64')
const agentRow = async (id: string) => given((await rowsOf(stack, 'agents')).find((row) => row.id === id))

describe('a join token', () => {
  it('admits one agent of twenty that use it at once (SEC-33)', async () => {
    const token = await tokenFor()
    const csrs = await Promise.all(Array.from({ length: 20 }, () => newCsr()))
    const outcomes = await Promise.allSettled(csrs.map((csr) => enroll(token, csr)))
    expect(outcomes.filter((one) => one.status === 'fulfilled')).toHaveLength(1)
    for (const one of outcomes) {
      if (one.status === 'rejected') expect(one.reason).toMatchObject({ code: 'join_token_refused' })
    }
    expect(await rowsOf(stack, 'agents')).toHaveLength(1)
    expect(await rowsOf(stack, 'join_token_uses')).toHaveLength(1)
    expect((await auditTrail(stack)).filter((action) => action === 'agent.enrolled')).toHaveLength(1)
  })

  it('gives the same key the same answer again (SEC-150)', async () => {
    const token = await tokenFor()
    const csr = await newCsr()
    expect(await enroll(token, csr)).toEqual(await enroll(token, csr))
    expect(await rowsOf(stack, 'agents')).toHaveLength(1)
  })

  it('gives the same answer even after it has expired', async () => {
    const token = await tokenFor(60)
    const csr = await newCsr()
    const answer = await enroll(token, csr)
    stack.clock.advance(hourMs)
    expect(await enroll(token, csr)).toEqual(answer)
  })

  it('is refused once spent, and the refusal is audited', async () => {
    const token = await tokenFor()
    await enroll(token, await newCsr())
    await expect(enroll(token, await newCsr())).rejects.toMatchObject({ code: 'join_token_refused' })
    expect((await auditTrail(stack)).at(-1)).toBe('agent.refused')
  })

  it('is good until its last millisecond and not at its end (SEC-32)', async () => {
    const [early, late] = [await tokenFor(60), await tokenFor(60)]
    stack.clock.advance(60 * secondMs - 1)
    await expect(enroll(early, await newCsr())).resolves.toMatchObject({ generation: 1 })
    stack.clock.advance(1)
    await expect(enroll(late, await newCsr())).rejects.toMatchObject({ code: 'join_token_refused' })
  })

  it('that nobody issued is refused with the same answer', async () => {
    const unknown = await enroll(`sjt_${'A'.repeat(43)}`, await newCsr()).catch((error: unknown) => error)
    const token = await tokenFor()
    await enroll(token, await newCsr())
    const spent = await enroll(token, await newCsr()).catch((error: unknown) => error)
    expect(String(unknown)).toBe(String(spent))
  })

  it('is in the database as a hash only (SEC-32)', async () => {
    const token = await tokenFor()
    const dump = JSON.stringify([await rowsOf(stack, 'join_tokens'), await rowsOf(stack, 'audit_events')])
    expect(dump).not.toContain(token)
    expect(dump).not.toContain(token.slice(4))
  })

  it('stays unspent when the request is refused', async () => {
    const token = await tokenFor()
    await expect(enroll(token, Buffer.from('nonsense'))).rejects.toMatchObject({ code: 'csr_refused' })
    await expect(enroll(token, await newCsr())).resolves.toMatchObject({ generation: 1 })
  })

  it('carries the pin of the root and the address of the agents in one command (SEC-35)', async () => {
    const { caPin, command, token } = await stack.enrollment.issueJoinToken(contextOf(), instance.id, 600)
    const fingerprint = new X509Certificate(stack.authorities.anchor.der).fingerprint256
      .replaceAll(':', '')
      .toLowerCase()
    expect(caPin).toBe(fingerprint)
    expect(command).toContain(`--ca-pin ${caPin}`)
    expect(command).toContain(token)
  })
})

describe('refused join tokens', () => {
  const wrong = async () => enroll('sjt_wrong', await newCsr()).catch((error: unknown) => error)

  it('cost time from the sixth on, through a restart, and other addresses none (SEC-165, SEC-166)', async () => {
    for (let index = 0; index < 5; index += 1) expect(await wrong()).toMatchObject({ code: 'join_token_refused' })
    expect(await wrong()).toMatchObject({ code: 'too_many_requests', status: 429 })
    expect((await auditTrail(stack)).filter((action) => action === 'limit.reached')).toHaveLength(1)
    expect(await rowsOf(stack, 'failure_counters')).toMatchObject([{ scope: 'enroll', failures: 5 }])
    const elsewhere = { ...contextOf('anonymous', 'agent'), ip: '198.51.100.9' }
    const other = stack.enrollment.enroll(elsewhere, enrollRequest('sjt_wrong', await newCsr()))
    await expect(other).rejects.toMatchObject({ code: 'join_token_refused' })
    stack.clock.advance(2_000)
    expect(await wrong()).toMatchObject({ code: 'join_token_refused' })
    expect(await wrong()).toMatchObject({ code: 'too_many_requests' })
  })
})

describe('a public key', () => {
  it('of another agent is refused, and its token stays good (SEC-38)', async () => {
    const csr = await newCsr()
    await enroll(await tokenFor(), csr)
    const other = await stack.resources.register(contextOf(), { name: 'web-02', kind: 'host' })
    const { token } = await stack.enrollment.issueJoinToken(contextOf(), other.id, 600)
    await expect(enroll(token, csr)).rejects.toMatchObject({ code: 'key_reused' })
    await expect(enroll(token, await newCsr())).resolves.toMatchObject({ generation: 1 })
  })

  it('of a certificate of an identity is refused for an agent (SEC-38)', async () => {
    const { agent, slotId } = await identityOn(stack, 'web-02')
    const csr = await newCsr()
    await agent.request(slotId, csr)
    await expect(enroll(await tokenFor(), csr)).rejects.toMatchObject({ code: 'key_reused' })
  })

  it('of a revoked agent is refused for ever (SEC-38)', async () => {
    const csr = await newCsr()
    await enroll(await tokenFor(), csr)
    await enrollAgent(stack, instance)
    await expect(enroll(await tokenFor(), csr)).rejects.toMatchObject({ code: 'key_reused' })
  })

  it('that is reused leaves a record of the refusal (SEC-38)', async () => {
    const csr = await newCsr()
    await enroll(await tokenFor(), csr)
    await expect(enroll(await tokenFor(), csr)).rejects.toMatchObject({ code: 'key_reused' })
    const { items } = await stack.audit.page({ terms: [] }, { limit: 1 })
    expect(items[0]).toMatchObject({ outcome: 'refused', reason: 'key_reused' })
  })
})

describe('a certification request', () => {
  const damages: [string, (csr: Buffer) => Buffer][] = [
    ['has trailing bytes', (csr) => Buffer.concat([csr, Buffer.of(0)])],
    ['has a signature that was changed', (csr) => flipped(csr, csr.length - 3)],
    ['is a certificate', () => Buffer.from(stack.authorities.anchor.der)],
  ]

  it.each(damages)('that %s is refused before anything is made for it (SEC-36)', async (_reason, damage) => {
    const csr = damage(await newCsr())
    await expect(enroll(await tokenFor(), csr)).rejects.toMatchObject({ code: 'csr_refused' })
    expect(await rowsOf(stack, 'agents')).toHaveLength(0)
  })

  it.each(['P-384', 'Ed25519'])(
    'of a %s key is good for an agent, whose key serves TLS alone (SEC-36)',
    async (kind) => {
      const { certificates } = await enroll(await tokenFor(), await csrOf(kind))
      const agent = await stack.enrollment.authenticate(derOf(certificates[0]))
      expect(agent.state).toBe('active')
      const { publicKey } = new X509Certificate(derOf(certificates[0]))
      expect(publicKey.asymmetricKeyType).toBe(kind === 'P-384' ? 'ec' : 'ed25519')
    },
  )

  it.each(['P-384', 'Ed25519'])(
    'of a %s key is refused for an identity, since no assertion is signed with one (SEC-72)',
    async (kind) => {
      const { agent, slotId } = await identityEnabling(stack, 'web-02')
      await expect(agent.request(slotId, await csrOf(kind))).rejects.toMatchObject({ code: 'csr_refused' })
    },
  )

  it('that carries a private key beside it is refused by the shape of the protocol (SEC-34)', async () => {
    const request = enrollRequest(await tokenFor(), await newCsr())
    expect(EnrollRequest.safeParse(request).success).toBe(true)
    expect(EnrollRequest.safeParse({ ...request, privateKey: 'x' }).success).toBe(false)
  })

  it('lends the certificate its key and nothing else (SEC-37)', async () => {
    const key = await generatePrivateKey('p256')
    const csr = await createCertificationRequest(key, 'CN=admin,O=root')
    const answer = await enroll(await tokenFor(), csr)
    const certificate = new X509Certificate(derOf(answer.certificates[0]))
    expect(certificate.subject).toBe(`CN=${answer.agentId}`)
    expect(certificate.ca).toBe(false)
    expect(certificate.publicKey.equals(createPublicKey(importPrivateKey(key)))).toBe(true)
    expect(certificate.validToDate.getTime()).toBe(stack.clock.now() + dayMs)
  })
})

describe('the certificate of an agent', () => {
  it('is looked up on every call and is the only proof (SEC-39)', async () => {
    const { agent } = await enrolledInstance(stack, 'web-02')
    expect((await stack.enrollment.authenticate(agent.certificate)).id).toBe(agent.id)
    await expect(stack.enrollment.authenticate(undefined)).rejects.toMatchObject({ code: 'agent_refused' })
    await expect(stack.enrollment.authenticate(Buffer.alloc(0))).rejects.toMatchObject({ code: 'agent_refused' })
    await expect(stack.enrollment.authenticate(Buffer.from(stack.authorities.anchor.der))).rejects.toMatchObject({
      code: 'agent_refused',
    })
  })

  it('of an identity is refused where an agent is wanted', async () => {
    const { first } = await identityOn(stack, 'web-02')
    await expect(stack.enrollment.authenticate(first.certificate)).rejects.toMatchObject({ code: 'agent_refused' })
  })

  it('that has expired renews and does nothing else, for 30 days (SEC-44)', async () => {
    const { agent } = await enrolledInstance(stack, 'web-02')
    const authenticate = (certificate: Buffer, forRenewal = false) =>
      stack.enrollment.authenticate(certificate, forRenewal)
    stack.clock.advance(dayMs)
    await expect(authenticate(agent.certificate)).rejects.toMatchObject({ code: 'agent_refused' })
    await expect(authenticate(agent.certificate, true)).resolves.toMatchObject({ id: agent.id })
    stack.clock.advance(30 * dayMs - 1)
    await expect(authenticate(agent.certificate, true)).resolves.toMatchObject({ id: agent.id })
    stack.clock.advance(1)
    await expect(authenticate(agent.certificate, true)).rejects.toMatchObject({ code: 'agent_refused' })
  })
})

describe('renewal', () => {
  let agent: TestAgent
  const renew = async (csr: Buffer, generation = 2, requestId = newGuid()) =>
    stack.enrollment.renew(agent.context, agent.id, { csr: csr.toString('base64'), generation, requestId })

  beforeEach(async () => {
    agent = (await enrolledInstance(stack, 'web-02')).agent
  })

  it('keeps the old certificate good until the new one is used (SEC-43)', async () => {
    const next = derOf((await renew(await newCsr())).certificates[0])
    expect((await stack.enrollment.authenticate(agent.certificate)).generation).toBe(1)
    expect((await stack.enrollment.authenticate(next)).generation).toBe(2)
    await expect(stack.enrollment.authenticate(agent.certificate)).rejects.toMatchObject({ code: 'agent_refused' })
    expect((await stack.enrollment.authenticate(next)).generation).toBe(2)
  })

  it('gives the same certificate for the same request ID (SEC-43)', async () => {
    const csr = await newCsr()
    const requestId = newGuid()
    const once = await renew(csr, 2, requestId)
    expect(await renew(csr, 2, requestId)).toEqual(once)
    expect((await auditTrail(stack)).filter((action) => action === 'agent.renewed')).toHaveLength(1)
  })

  it('plans the next one at half life less a share of up to 20 percent (SEC-41)', async () => {
    const row = await agentRow(agent.id)
    const share = (row.renew_after - stack.clock.now()) / (row.cert_not_after - stack.clock.now())
    expect(share).toBeGreaterThanOrEqual(0.4)
    expect(share).toBeLessThanOrEqual(0.5)
  })

  it('of one generation with two keys quarantines both copies (SEC-42)', async () => {
    const next = derOf((await renew(await newCsr())).certificates[0])
    await expect(renew(await newCsr())).rejects.toMatchObject({ code: 'agent_refused' })
    expect((await agentRow(agent.id)).state).toBe('quarantined')
    expect((await auditTrail(stack)).at(-1)).toBe('agent.quarantined')
    for (const certificate of [agent.certificate, next]) {
      await expect(stack.enrollment.authenticate(certificate)).rejects.toMatchObject({ code: 'agent_refused' })
    }
  })

  it('of one generation with two keys stops the tokens of its identities until an agent is enrolled anew (SEC-42)', async () => {
    const { agent: copied, instance, principalId, slotId } = await identityOn(stack, 'web-03')
    await copied.request(slotId)
    const asCopied = async () =>
      stack.enrollment.renew(copied.context, copied.id, {
        csr: (await newCsr()).toString('base64'),
        generation: 2,
        requestId: newGuid(),
      })
    await asCopied()
    await expect(asCopied()).rejects.toMatchObject({ code: 'agent_refused' })

    const states = async () => (await stack.registry.credentials.of(principalId)).map(({ state }) => state)
    expect(new Set(await states())).toEqual(new Set(['revoked']))
    expect(await stack.store.openSlots({ principalIds: [principalId] })).toEqual([])
    expect(await stack.resources.require(instance.id)).toMatchObject({ identityState: 'enabling', principalId })

    const fresh = await enrollAgent(stack, await stack.resources.require(instance.id))
    await fresh.roll(SlotId.parse((await openSlotOf(stack, principalId)).id))
    expect(await stack.resources.require(instance.id)).toMatchObject({ identityState: 'on', principalId })
    expect((await states())[0]).toBe('active')
  })

  it.each([1, 3, 9])('that asks for generation %i after 1 quarantines the agent (SEC-42)', async (generation) => {
    await expect(renew(await newCsr(), generation)).rejects.toMatchObject({ code: 'agent_refused' })
    expect((await agentRow(agent.id)).state).toBe('quarantined')
  })

  it('with a key of another agent is refused (SEC-38)', async () => {
    const csr = await newCsr()
    await enroll(await tokenFor(), csr)
    await expect(renew(csr)).rejects.toMatchObject({ code: 'key_reused' })
    expect((await auditTrail(stack)).at(-1)).toBe('credential.key_refused')
    expect((await agentRow(agent.id)).state).toBe('active')
  })

  it('of an expired certificate is granted and brings the agent back (SEC-44)', async () => {
    stack.clock.advance(10 * dayMs)
    await stack.enrollment.authenticate(agent.certificate, true)
    const next = derOf((await renew(await newCsr())).certificates[0])
    expect((await stack.enrollment.authenticate(next)).id).toBe(agent.id)
  })

  it('rises by one generation each time', async () => {
    for (const generation of [2, 3, 4]) {
      const next = derOf((await renew(await newCsr(), generation)).certificates[0])
      expect((await stack.enrollment.authenticate(next)).generation).toBe(generation)
    }
  })
})

describe('a new agent for an instance', () => {
  it('takes over: the old one is refused, the identity starts anew on it', async () => {
    const on = await identityOn(stack, 'web-02')
    const next = await enrollAgent(stack, on.instance)
    await expect(stack.enrollment.authenticate(on.agent.certificate)).rejects.toMatchObject({ code: 'agent_refused' })
    await expect(on.agent.request(on.slotId)).rejects.toMatchObject({ code: 'not_found' })
    expect((await stack.registry.credentials.require(on.first.id)).state).toBe('revoked')
    const [standing] = await stack.rotation.slots.ofAgent(next.id)
    expect(standing?.principalId).toBe(on.principalId)
    await next.roll(given(standing).desired.id)
    expect((await stack.resources.require(on.instance.id)).identityState).toBe('on')
  })

  it('leaves one agent trusted when several enrol at once', async () => {
    const tokens = await Promise.all(Array.from({ length: 8 }, () => tokenFor()))
    const requests = await Promise.all(tokens.map(async (token) => enrollRequest(token, await newCsr())))
    await Promise.all(requests.map((request) => stack.enrollment.enroll(anonymous, request)))
    const trusted = (await rowsOf(stack, 'agents')).filter((row) => row.state === 'active')
    expect(trusted.map((row) => row.id)).toEqual([(await stack.resources.require(instance.id)).agentId])
  })

  it('finishes an identity that the old agent was to remove', async () => {
    const on = await identityOn(stack, 'web-02')
    await stack.identities.turnOff(contextOf(), on.instance.id)
    await enrollAgent(stack, on.instance)
    expect((await stack.resources.require(on.instance.id)).identityState).toBe('off')
  })
})

function flipped(bytes: Buffer, at: number): Buffer {
  const copy = Buffer.from(bytes)
  copy.writeUInt8(copy.readUInt8(at) ^ 0x01, at)
  return copy
}

async function csrOf(kind: string): Promise<Buffer> {
  const algorithm = kind === 'P-384' ? { name: 'ECDSA', namedCurve: kind, hash: 'SHA-384' } : { name: kind }
  const keys = (await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])) as webcrypto.CryptoKeyPair
  const request = await x509.Pkcs10CertificateRequestGenerator.create({
    name: 'CN=agent',
    keys,
    signingAlgorithm: algorithm,
  })
  return Buffer.from(request.rawData)
}
