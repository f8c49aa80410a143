import { createPublicKey } from 'node:crypto'
import { Agent, request as httpsRequest } from 'node:https'
import { dayMs } from '@signet/shared/vocabulary/time'
import { agentPaths, DesiredState, EnrollResponse } from '@signet/shared/wire/agent-protocol'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  agentFacts,
  contextOf,
  enrollAgent,
  enrollRequest,
  given,
  identityEnabling,
  newCsr,
  openSlotOf,
  openStack,
  type Stack,
} from '../../test/stack.ts'
import { createCertificationRequest, toPem } from '../platform/crypto/certificate.ts'
import { generatePrivateKey, importPrivateKey } from '../platform/crypto/key-pair.ts'
import { type Listener, listen } from '../platform/http/listener.ts'
import { newGuid } from '../platform/identifiers.ts'
import { SampledLog } from '../platform/sampled-log.ts'
import type { ServiceInstance } from '../resources/index.ts'
import { agentEndpoint } from './agent-endpoint.ts'

let stack: Stack
let listener: Listener
let instance: ServiceInstance
const clients: Agent[] = []

beforeEach(async () => {
  stack = await openStack()
  stack.database.subscribe((changes) => stack.plane.changed(changes))
  instance = await stack.resources.register(contextOf(), { name: 'web-01', kind: 'host' })
  listener = await listen({
    name: 'agents',
    setting: 'none',
    bind: '127.0.0.1',
    port: 0,
    handler: agentEndpoint({
      ...stack.plane,
      rollover: stack.rotation.rollover,
      drills: stack.rotation.drills,
      log: new SampledLog(stack.log, stack.clock),
    }),
    tls: { ...(await serverMaterial()), minVersion: 'TLSv1.3', requestCert: true },
  })
})

afterEach(async () => {
  for (const client of clients.splice(0)) client.destroy()
  stack.plane.streams.close()
  await listener.close(0)
  await stack.close()
})

async function serverMaterial() {
  const key = await generatePrivateKey('p256')
  const publicKey = createPublicKey(importPrivateKey(key))
  const about = { commonName: 'localhost', usage: 'serverAuth', lifetimeMs: dayMs, names: ['localhost'] } as const
  const leaf = await stack.authorities.issue('tls', { ...about, publicKey })
  return { cert: toPem(leaf.der), key: pemOf(key) }
}

function pemOf(pkcs8: Buffer): string {
  return String(importPrivateKey(pkcs8).export({ format: 'pem', type: 'pkcs8' }))
}

interface Answer {
  readonly status: number
  readonly headers: Record<string, unknown>
  readonly body: Record<string, unknown>
}

/** One caller with connections of its own, kept open. */
class Caller {
  readonly #agent: Agent

  constructor(certificate?: { cert: string; key: string }) {
    // The clock of the test is not that of the TLS library.
    this.#agent = new Agent({ keepAlive: true, maxSockets: 1, rejectUnauthorized: false, ...certificate })
    clients.push(this.#agent)
  }

  get(path: string, headers: Record<string, string> = {}): Promise<Answer> {
    return this.send('GET', path, undefined, headers)
  }

  post(path: string, body: unknown, headers: Record<string, string> = {}): Promise<Answer> {
    return this.send('POST', path, typeof body === 'string' ? body : JSON.stringify(body), headers)
  }

  send(method: string, path: string, body?: string, headers: Record<string, string> = {}): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const type: Record<string, string> = body === undefined ? {} : { 'content-type': 'application/json' }
      const options = { agent: this.#agent, host: '127.0.0.1', port: listener.port, method, path }
      const call = httpsRequest({ ...options, headers: { ...type, ...headers } }, (response) => {
        let text = ''
        response.on('data', (chunk: Buffer) => {
          text += chunk.toString('utf8')
        })
        response.on('error', reject)
        response.on('end', () =>
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            body: text ? JSON.parse(text) : {},
          }),
        )
      })
      call.on('error', reject)
      call.end(body)
    })
  }

  /** Opens a stream. @returns its text up to and including the first event, and the means to close it */
  stream(headers: Record<string, string> = {}): Promise<{ status: number; text: string; close(): void }> {
    return new Promise((resolve, reject) => {
      const options = { agent: this.#agent, host: '127.0.0.1', port: listener.port, path: agentPaths.stream, headers }
      const call = httpsRequest(options, (response) => {
        let text = ''
        response.on('data', (chunk: Buffer) => {
          text += chunk.toString('utf8')
          if (text.endsWith('\n\n')) resolve({ status: response.statusCode ?? 0, text, close: () => call.destroy() })
        })
      })
      call.on('error', reject)
      call.end()
    })
  }
}

async function joinToken(id = instance.id): Promise<string> {
  return (await stack.enrollment.issueJoinToken(contextOf(), id, 600)).token
}

/** An agent that was enrolled over the wire, with the key it made. */
async function enrolled(id = instance.id) {
  const key = await generatePrivateKey('p256')
  const csr = await createCertificationRequest(key, 'agent')
  const answer = await new Caller().post(agentPaths.enroll, enrollRequest(await joinToken(id), csr))
  const { agentId, certificates } = EnrollResponse.parse(answer.body)
  const certificate = Buffer.from(given(certificates[0]), 'base64')
  return { agentId, csr, certificate, caller: new Caller({ cert: toPem(certificate), key: pemOf(key) }) }
}

/** As `enrolled`, and the identity of its instance waits for its first certificate. */
async function waiting() {
  const agent = await enrolled()
  await stack.identities.turnOn(contextOf(), instance.id)
  const { principalId } = await stack.resources.require(instance.id)
  return { ...agent, slotId: (await openSlotOf(stack, given(principalId))).id }
}

const report = { generation: 1, principals: [], known: [], facts: agentFacts, endpoints: null, errors: [] }
const base64 = async () => (await newCsr()).toString('base64')

describe('success', () => {
  it('200 for enrolment, with the same answer for the same key (SEC-33)', async () => {
    const request = enrollRequest(await joinToken(), await newCsr())
    const first = await new Caller().post(agentPaths.enroll, request)
    expect(first.status).toBe(200)
    expect(first.headers).toMatchObject({ 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' })
    expect((await new Caller().post(agentPaths.enroll, request)).body).toEqual(first.body)
  })

  it('200 for the state, a certificate, its acknowledgement and a renewal', async () => {
    const { caller, slotId } = await waiting()
    const state = await caller.get(agentPaths.sync)
    expect([state.status, DesiredState.parse(state.body).principals[0]?.slot.id]).toEqual([200, slotId])
    const made = await caller.post(agentPaths.certificate(slotId), { csr: await base64() })
    expect(made.status).toBe(200)
    const { x5tS256 } = made.body
    expect((await caller.post(agentPaths.acknowledge(slotId), { x5tS256 })).status).toBe(204)
    expect((await caller.post(agentPaths.acknowledge(slotId), { x5tS256 })).status).toBe(204)
    expect((await stack.resources.require(instance.id)).identityState).toBe('on')
    const renewal = { csr: await base64(), generation: 2, requestId: newGuid() }
    expect(await caller.post(agentPaths.renew, renewal)).toMatchObject({ status: 200, body: { generation: 2 } })
  })

  it('204 for a report, which is kept', async () => {
    const { caller, agentId } = await enrolled()
    expect((await caller.post(agentPaths.report, { ...report, generation: 4 })).status).toBe(204)
    expect((await stack.plane.directory.describe([agentId])).get(agentId)).toMatchObject({ ackedGeneration: 4 })
  })

  it('a stream begins with the whole state, on every connection', async () => {
    const { caller, slotId } = await waiting()
    for (let round = 0; round < 2; round += 1) {
      const { status, text, close } = await caller.stream()
      const [, data = ''] = /^event: state\ndata: (.*)\n\n$/.exec(text) ?? []
      expect([status, DesiredState.parse(JSON.parse(data)).principals[0]?.slot.id]).toEqual([200, slotId])
      close()
    }
  })

  it('an expired certificate renews, and does nothing else (SEC-44)', async () => {
    const { caller } = await enrolled()
    stack.clock.advance(dayMs)
    expect((await caller.get(agentPaths.sync)).status).toBe(401)
    const renewal = { csr: await base64(), generation: 2, requestId: newGuid() }
    expect((await caller.post(agentPaths.renew, renewal)).status).toBe(200)
  })
})

describe('invalid request', () => {
  it.each<[string, (token: string, csr: string) => unknown]>([
    ['no JSON', () => '{'],
    ['no object', () => '[]'],
    [
      'a field nobody knows',
      (token, csr) => ({ ...enrollRequest(token, Buffer.from(csr, 'base64')), privateKey: 'x' }),
    ],
    [
      'an attestor nobody knows',
      (token, csr) => ({ ...enrollRequest(token, Buffer.from(csr, 'base64')), attestor: 'x' }),
    ],
    ['a request that is no base64', (token) => ({ ...enrollRequest(token, Buffer.of(0)), csr: '%%%%' })],
    ['a request that is no DER', (token) => enrollRequest(token, Buffer.from('nonsense'))],
  ])('400 for %s', async (_title, make) => {
    const body = make(await joinToken(), await base64())
    const answer = await new Caller().post(agentPaths.enroll, body)
    expect([answer.status, answer.headers['content-type']]).toEqual([400, 'application/problem+json; charset=utf-8'])
  })

  it.each([
    ['certificate', agentPaths.certificate('no-guid'), { csr: 'AAAA' }],
    ['acknowledgement', agentPaths.acknowledge('no-guid'), { x5tS256: 'x'.repeat(43) }],
    ['report', agentPaths.report, { ...report, generation: -1 }],
    ['report of too much', agentPaths.report, { ...report, principals: Array.from({ length: 1_001 }, newGuid) }],
    ['renewal', agentPaths.renew, { csr: 'AAAA', generation: 1, requestId: newGuid() }],
    ['test result', agentPaths.probe(newGuid()), { steps: [], status: 200 }],
  ])('400 for a malformed %s', async (_title, path, body) => {
    const { caller } = await enrolled()
    expect((await caller.post(path, body)).status).toBe(400)
  })

  it('405 for another method', async () => {
    const { caller } = await enrolled()
    expect((await new Caller().get(agentPaths.enroll)).status).toBe(405)
    expect((await caller.post(agentPaths.sync, {})).status).toBe(405)
    expect((await caller.get(agentPaths.report)).status).toBe(405)
    expect((await caller.post(agentPaths.stream, {})).status).toBe(405)
  })

  it('413 for a body of more than 256 KiB, 415 for another type', async () => {
    const large = JSON.stringify({ padding: 'x'.repeat(262_144) })
    expect((await new Caller().post(agentPaths.enroll, large)).status).toBe(413)
    expect((await new Caller().post(agentPaths.enroll, '{}', { 'content-type': 'text/plain' })).status).toBe(415)
  })
})

describe('unauthenticated', () => {
  const paths = [
    ['GET', agentPaths.sync],
    ['GET', agentPaths.stream],
    ['POST', agentPaths.report],
    ['POST', agentPaths.renew],
    ['POST', agentPaths.certificate(newGuid())],
    ['POST', agentPaths.acknowledge(newGuid())],
    ['POST', agentPaths.probe(newGuid())],
    ['GET', '/agent/v1/elsewhere'],
  ] as const

  it.each(paths)('401 without a certificate: %s %s (SEC-39)', async (method, path) => {
    expect(await new Caller().send(method, path)).toMatchObject({ status: 401, body: { code: 'agent_refused' } })
  })

  it('401 whatever a header says of a certificate (SEC-39, SEC-40)', async () => {
    const { certificate } = await enrolled()
    const pem = encodeURIComponent(toPem(certificate))
    for (const name of ['x-forwarded-client-cert', 'x-ssl-client-cert', 'x-client-certificate', 'x-arr-clientcert']) {
      expect((await new Caller().get(agentPaths.sync, { [name]: pem })).status).toBe(401)
    }
  })

  it('401 for the certificate of an identity, and for one that nobody issued', async () => {
    const other = await identityEnabling(stack, 'web-02')
    const key = await generatePrivateKey('p256')
    const csr = await createCertificationRequest(key, 'x')
    const { certificate } = await other.agent.request(other.slotId, csr)
    expect((await new Caller({ cert: toPem(certificate), key: pemOf(key) }).get(agentPaths.sync)).status).toBe(401)
    expect((await new Caller(await serverMaterial()).get(agentPaths.sync)).status).toBe(401)
  })

  it('401 for a revoked agent on the connection it already has (SEC-39)', async () => {
    const { caller } = await enrolled()
    expect((await caller.get(agentPaths.sync)).status).toBe(200)
    await enrollAgent(stack, instance)
    expect((await caller.get(agentPaths.sync)).status).toBe(401)
  })

  it('401 for a join token that is spent, wrong or expired, in the same words', async () => {
    const token = await joinToken()
    await new Caller().post(agentPaths.enroll, enrollRequest(token, await newCsr()))
    const spent = await new Caller().post(agentPaths.enroll, enrollRequest(token, await newCsr()))
    const wrong = await new Caller().post(agentPaths.enroll, enrollRequest(`sjt_${'A'.repeat(43)}`, await newCsr()))
    expect([spent.status, wrong.status, spent.body['detail']]).toEqual([401, 401, wrong.body['detail']])
  })
})

describe('forbidden', () => {
  it('404 for the slot of another agent, as if there were none', async () => {
    const { caller } = await enrolled()
    const other = await identityEnabling(stack, 'web-02')
    const foreign = await caller.post(agentPaths.certificate(other.slotId), { csr: await base64() })
    const unknown = await caller.post(agentPaths.certificate(newGuid()), { csr: await base64() })
    expect([foreign.status, foreign.body['detail']]).toEqual([404, unknown.body['detail']])
    const acknowledged = await caller.post(agentPaths.acknowledge(other.slotId), { x5tS256: 'x'.repeat(43) })
    expect(acknowledged.status).toBe(404)
  })

  it('404 for the result of a test that another agent was asked for', async () => {
    const { caller } = await enrolled()
    const other = await identityEnabling(stack, 'web-02')
    const probeId = newGuid()
    const connection = { send: () => undefined, onClose: () => undefined, end: () => undefined }
    stack.plane.streams.connect(other.agent.id, connection)
    const asked = {
      probeId,
      instanceId: other.instance.id,
      dialect: 'imds',
      resource: 'x',
      bypassCache: false,
      selector: null,
      isolated: false,
    } as const
    const answered = stack.plane.streams.probe(other.agent.id, asked).catch((error: unknown) => error)
    const result = { steps: [], status: 200, headers: {}, accessToken: 'forged', errorBody: null }
    expect((await caller.post(agentPaths.probe(probeId), result)).status).toBe(404)
    stack.clock.advance(20_000)
    expect(await answered).toMatchObject({ code: 'agent_offline' })
  })
})

describe('missing', () => {
  it.each(['/agent/v1/elsewhere', '/agent/v1/slots', '/agent/v1/probes/x/y', `/agent/v1/slots/${newGuid()}/delete`])(
    '404 for %s',
    async (path) => {
      const { caller } = await enrolled()
      expect((await caller.post(path, {})).status).toBe(404)
    },
  )

  it('404 for a test nobody asked for', async () => {
    const { caller } = await enrolled()
    const result = { steps: [], status: null, headers: null, accessToken: null, errorBody: null }
    expect((await caller.post(agentPaths.probe(newGuid()), result)).status).toBe(404)
  })
})

describe('conflict', () => {
  it('409 for acknowledging a certificate that is not the prepared one', async () => {
    const { caller, slotId } = await waiting()
    await caller.post(agentPaths.certificate(slotId), { csr: await base64() })
    expect((await caller.post(agentPaths.acknowledge(slotId), { x5tS256: 'x'.repeat(43) })).status).toBe(409)
  })

  it('409 for a key that has another owner (SEC-38)', async () => {
    const { caller, slotId, csr } = await waiting()
    const answer = await caller.post(agentPaths.certificate(slotId), { csr: csr.toString('base64') })
    expect([answer.status, answer.body['code']]).toEqual([409, 'key_reused'])
  })

  it('401 for a generation that was renewed with another key, and for everything after it (SEC-42)', async () => {
    const { caller } = await enrolled()
    const renewal = async () => ({ csr: await base64(), generation: 2, requestId: newGuid() })
    expect((await caller.post(agentPaths.renew, await renewal())).status).toBe(200)
    expect((await caller.post(agentPaths.renew, await renewal())).status).toBe(401)
    expect((await caller.get(agentPaths.sync)).status).toBe(401)
  })
})
