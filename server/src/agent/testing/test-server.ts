import { randomUUID } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { TLSSocket } from 'node:tls'
import type { IdentityState, KeyAlgorithm } from '@signet/shared/vocabulary/credential-states'
import { ObjectId, SlotId, TenantId } from '@signet/shared/vocabulary/identifiers'
import {
  DesiredState,
  type ProbeResult,
  ProbeStepsReport,
  type ReportRequest,
  type TokenTerms,
} from '@signet/shared/wire/agent-protocol'
import { readCertificate, spkiS256 } from '../../platform/crypto/certificate.ts'
import { readCertificationRequest } from '../../platform/crypto/certification-request.ts'
import { readJson } from '../../platform/http/body.ts'
import { type Listener, listen } from '../../platform/http/listener.ts'
import { sendJson, sendProblem } from '../../platform/http/problem.ts'
import { EventStream } from '../../platform/http/sse.ts'
import { SignetError } from '../../platform/signet-error.ts'
import type { TestAuthority } from './test-authority.ts'
import type { TestAuthorities } from './test-certificates.ts'

interface TestSlot {
  readonly id: SlotId
  active: string | null
  prepared: string | null
  previous: string | null
  run: { id: string; state: string } | null
  keyAlgorithm: KeyAlgorithm
  readonly certificates: Map<string, Buffer>
}

export interface TestPrincipal {
  readonly objectId: ObjectId
  readonly clientId: string
  readonly kind: 'system' | 'user'
  version: number
  state: 'enabled' | 'suspended'
  readonly slot: TestSlot
}

export const tenantId = TenantId.parse('0e0e0e0e-0000-4000-8000-000000000001')
export const instanceId = '0e0e0e0e-0000-4000-8000-000000000002'

/** The server's side of the agent protocol, in memory: what it holds is `principals`; tests change it and `push`. */
export class TestServer {
  readonly principals: TestPrincipal[] = []
  readonly calls: { method: string; path: string; body: unknown; clientX5t: string | undefined }[] = []
  readonly reports: ReportRequest[] = []
  readonly probeResults = new Map<string, ProbeResult>()
  readonly probeReports: ProbeStepsReport[] = []
  readonly authority: TestAuthority
  identityState: IdentityState = 'on'
  renewAfter = Date.now() + 12 * 3_600_000
  agentGeneration = 1
  /** Refuses a call before it has any effect, or (`late`) after it. */
  fault: ((path: string) => { error: SignetError; late: boolean } | undefined) | undefined
  streamsBlocked = false
  /** PEM of what the operator's own certificate is checked by, if there is one. */
  authorityCas: string | undefined
  serverCas = ''
  terms: TokenTerms = { revision: 1, keyEpoch: 0, audiences: [] }
  readonly #authorities: TestAuthorities
  readonly #streams = new Set<EventStream>()
  readonly #raw = new Set<ServerResponse>()
  readonly #agentId = randomUUID()
  #enrolled = new Map<string, Buffer>()
  #generation = 1
  #listener: Listener | undefined

  constructor(authorities: TestAuthorities, authority: TestAuthority) {
    this.#authorities = authorities
    this.authority = authority
  }

  async open(options: { port?: number; names?: string[]; lifetimeMs?: number } = {}): Promise<void> {
    const material = await this.#authorities.serverMaterial(options)
    this.#listener = await listen({
      name: 'test server',
      setting: 'none',
      bind: '127.0.0.1',
      port: options.port ?? 0,
      tls: { ...material, minVersion: 'TLSv1.3', requestCert: true },
      handler: (request, response) => {
        this.#answer(request, response).catch((error) => sendProblem(response, SignetError.from(error), randomUUID()))
      },
    })
  }

  get port(): number {
    return this.#listener?.port ?? 0
  }

  get url(): string {
    return `https://localhost:${this.port}`
  }

  async close(): Promise<void> {
    for (const response of this.#raw) response.destroy()
    await this.#listener?.close(0)
  }

  addPrincipal(kind: 'system' | 'user' = 'system', keyAlgorithm: KeyAlgorithm = 'p256'): TestPrincipal {
    const run = { id: randomUUID(), state: 'requested' }
    const id = SlotId.parse(randomUUID())
    const slot = { id, active: null, prepared: null, previous: null, run, keyAlgorithm, certificates: new Map() }
    const objectId = ObjectId.parse(randomUUID())
    const principal: TestPrincipal = { objectId, clientId: randomUUID(), kind, version: 1, state: 'enabled', slot }
    this.principals.push(principal)
    return principal
  }

  /** Sends the whole state to everyone connected. */
  push(): void {
    this.#generation += 1
    for (const stream of this.#streams) stream.send('state', this.state())
  }

  /** What the one before was comes back, and the authority refuses the newer one. */
  rollBack({ slot }: TestPrincipal): void {
    if (slot.active !== null) this.authority.keys.delete(slot.active)
    Object.assign(slot, { active: slot.previous, previous: null, run: null })
  }

  /** The database is that of an earlier day: generations start again from there. */
  restoredAt(generation: number): void {
    this.#generation = generation
  }

  send(event: string, data: unknown): void {
    for (const stream of this.#streams) stream.send(event, data)
  }

  sendRaw(text: string): void {
    for (const response of this.#raw) response.write(text)
  }

  dropStreams(): void {
    for (const response of this.#raw) response.destroy()
  }

  callsTo(part: string): { method: string; path: string; body: unknown; clientX5t: string | undefined }[] {
    return this.calls.filter((call) => call.path.includes(part))
  }

  state(): DesiredState {
    return DesiredState.parse({
      generation: this.#generation,
      serverTime: Date.now(),
      tenantId,
      authorityUrl: this.authority.url,
      assertionAudience: `${this.authority.url}/${tenantId}/v2.0`,
      instances: [{ id: instanceId, name: 'vm1', resourceId: '/x/vm1', identityState: this.identityState }],
      principals: this.principals.map(({ slot: { certificates, ...slot }, ...principal }) => ({
        ...principal,
        resourceId: null,
        instances: [instanceId],
        slot: { ...slot, rotateAfter: null, drill: null },
      })),
      ...(this.authorityCas !== undefined && { authorityCas: this.authorityCas }),
      serverCas: this.serverCas,
      terms: this.terms,
      renewAfter: this.renewAfter,
      agentGeneration: this.agentGeneration,
    })
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = request.url ?? ''
    const body: unknown = request.method === 'POST' ? await readJson(request, 200_000) : undefined
    const peer = request.socket instanceof TLSSocket ? request.socket.getPeerCertificate()?.raw : undefined
    const clientX5t = peer && peer.length > 0 ? readCertificate(peer).x5tS256 : undefined
    this.calls.push({ method: request.method ?? '', path, body, clientX5t })
    const fault = this.fault?.(path)
    if (fault && !fault.late) throw fault.error
    if (path.endsWith('/stream')) {
      if (this.streamsBlocked) throw new SignetError('unavailable')
      const stream = new EventStream(request, response)
      this.#streams.add(stream)
      this.#raw.add(response)
      stream.onClose(() => {
        this.#streams.delete(stream)
        this.#raw.delete(response)
      })
      stream.send('state', this.state())
      return
    }
    const result = await this.#dispatch(path, body)
    if (fault) throw fault.error
    if (result === undefined) response.writeHead(204).end()
    else sendJson(response, 200, result)
  }

  async #dispatch(path: string, body: unknown): Promise<unknown> {
    if (path.endsWith('/sync')) return this.state()
    if (path.endsWith('/enroll'))
      return { tenantId, agentId: this.#agentId, generation: 1, ...(await this.#certify(body)) }
    if (path.endsWith('/renew')) {
      return { generation: this.agentGeneration + 1, ...(await this.#certify(body)) }
    }
    if (path.endsWith('/report')) {
      this.reports.push(body as ReportRequest)
      return undefined
    }
    const [, kind, id = '', verb] = /\/agent\/v1\/(slots|probes)\/([^/]+)(?:\/(\w+))?$/.exec(path) ?? []
    if (kind === 'probes' && verb === 'steps') {
      this.probeReports.push(ProbeStepsReport.parse(body))
      return undefined
    }
    if (kind === 'probes') {
      this.probeResults.set(id, body as ProbeResult)
      return undefined
    }
    const slot = this.principals.find((principal) => principal.slot.id === id)?.slot
    if (!slot) throw new SignetError('not_found')
    return verb === 'certificate' ? this.#prepare(slot, body) : this.#acknowledge(slot, body)
  }

  /** The same key gets the same certificate again. */
  async #certify(body: unknown): Promise<{ certificates: string[] }> {
    const publicKey = readCertificationRequest(Buffer.from((body as { csr: string }).csr, 'base64'))
    const spki = spkiS256(publicKey)
    const leaf = this.#enrolled.get(spki) ?? (await this.#authorities.clientLeaf('agent', publicKey))
    this.#enrolled.set(spki, leaf)
    return {
      certificates: [leaf, this.#authorities.issuing.certificate].map((der) => Buffer.from(der).toString('base64')),
    }
  }

  async #prepare(slot: TestSlot, body: unknown): Promise<unknown> {
    const publicKey = readCertificationRequest(Buffer.from((body as { csr: string }).csr, 'base64'))
    const spki = spkiS256(publicKey)
    const leaf = slot.certificates.get(spki) ?? (await this.#authorities.clientLeaf('principal', publicKey))
    slot.certificates.set(spki, leaf)
    const { x5tS256 } = readCertificate(leaf)
    this.authority.keys.set(x5tS256, publicKey)
    slot.prepared = x5tS256
    slot.run = { id: slot.run?.id ?? randomUUID(), state: 'prepared' }
    this.push()
    return { x5tS256, certificates: [leaf.toString('base64')] }
  }

  #acknowledge(slot: TestSlot, body: unknown): undefined {
    const { x5tS256 } = body as { x5tS256: string }
    if (slot.active === x5tS256) return undefined
    if (slot.prepared !== x5tS256) throw new SignetError('conflict')
    slot.previous = slot.active
    slot.active = x5tS256
    slot.prepared = null
    slot.run = { id: slot.run?.id ?? randomUUID(), state: 'activated' }
    this.push()
    return undefined
  }
}
