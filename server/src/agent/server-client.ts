import type { IncomingMessage } from 'node:http'
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https'
import { Problem } from '@signet/shared/errors'
import { secondMs } from '@signet/shared/vocabulary/time'
import {
  type AcknowledgeRequest,
  agentPaths,
  type CertificateRequest,
  CertificateResponse,
  DesiredState,
  type DrillReport,
  type EnrollRequest,
  EnrollResponse,
  type ProbeResult,
  type ProbeStepsReport,
  type RenewRequest,
  RenewResponse,
  type ReportRequest,
} from '@signet/shared/wire/agent-protocol'
import type { z } from 'zod'
import { SignetError } from '../platform/signet-error.ts'
import type { ClientCertificate } from './agent-identity.ts'
import { serverAddress, serverNameOf } from './server-trust.ts'

const requestTimeoutMs = 15 * secondMs
const mostAnswerBytes = 2 * 1_048_576

interface Call {
  readonly method: 'GET' | 'POST'
  readonly path: string
  readonly body?: unknown
  readonly accept?: string
  readonly signal?: AbortSignal
}

/**
 * The agent protocol, as its client: mutual TLS 1.3 with the agent's own certificate, and no CA trusted but the one
 * pinned at enrolment and those the server named since. Every method throws `SignetError`: the server's own code, or `unavailable` when it cannot be
 * reached or answers nonsense. All calls may be repeated.
 */
export class ServerClient {
  readonly #address: { hostname: string; port: number }
  readonly #caPem: string
  #trusted: string
  #certificate: ClientCertificate | undefined
  #agent: HttpsAgent

  /** @param certificate absent only before enrolment */
  constructor(options: { serverUrl: string; caPem: string; certificate?: ClientCertificate }) {
    this.#address = serverAddress(options.serverUrl)
    this.#caPem = options.caPem
    this.#trusted = options.caPem
    this.#certificate = options.certificate
    this.#agent = this.#connections()
  }

  enroll(request: EnrollRequest): Promise<EnrollResponse> {
    return this.#post(agentPaths.enroll, request, EnrollResponse)
  }

  renew(request: RenewRequest): Promise<RenewResponse> {
    return this.#post(agentPaths.renew, request, RenewResponse)
  }

  async sync(): Promise<DesiredState> {
    return parse(DesiredState, await this.#json({ method: 'GET', path: agentPaths.sync }))
  }

  requestCertificate(slotId: string, request: CertificateRequest): Promise<CertificateResponse> {
    return this.#post(agentPaths.certificate(slotId), request, CertificateResponse)
  }

  async acknowledge(slotId: string, request: AcknowledgeRequest): Promise<void> {
    await this.#json({ method: 'POST', path: agentPaths.acknowledge(slotId), body: request })
  }

  requestDrillCertificate(drillId: string, request: CertificateRequest): Promise<CertificateResponse> {
    return this.#post(agentPaths.drillCertificate(drillId), request, CertificateResponse)
  }

  async acknowledgeDrill(drillId: string, request: AcknowledgeRequest): Promise<void> {
    await this.#json({ method: 'POST', path: agentPaths.drillAcknowledge(drillId), body: request })
  }

  async reportDrill(drillId: string, report: DrillReport): Promise<void> {
    await this.#json({ method: 'POST', path: agentPaths.drillReport(drillId), body: report })
  }

  async report(request: ReportRequest): Promise<void> {
    await this.#json({ method: 'POST', path: agentPaths.report, body: request })
  }

  async reportProbeSteps(probeId: string, report: ProbeStepsReport): Promise<void> {
    await this.#json({ method: 'POST', path: agentPaths.probeSteps(probeId), body: report })
  }

  async answerProbe(probeId: string, result: ProbeResult): Promise<void> {
    await this.#json({ method: 'POST', path: agentPaths.probe(probeId), body: result })
  }

  /** The open event stream; it ends when either side closes it or `signal` aborts. */
  stream(signal: AbortSignal): Promise<IncomingMessage> {
    return this.#send({ method: 'GET', path: agentPaths.stream, accept: 'text/event-stream', signal })
  }

  /** New connections present this certificate; the open stream lives on under the old one. */
  useCertificate(certificate: ClientCertificate): void {
    this.#certificate = certificate
    this.#reconnect()
  }

  /** @param more PEM of CAs of the server besides the pinned one, as they roll (SEC-51) */
  trust(more: string | undefined): void {
    const trusted = `${this.#caPem}${more ?? ''}`
    if (trusted === this.#trusted) return
    this.#trusted = trusted
    this.#reconnect()
  }

  #reconnect(): void {
    const before = this.#agent
    this.#agent = this.#connections()
    // Only idle connections are closed: requests in flight finish.
    for (const sockets of Object.values(before.freeSockets)) for (const socket of sockets ?? []) socket.destroy()
  }

  close(): void {
    this.#agent.destroy()
  }

  #connections(): HttpsAgent {
    return new HttpsAgent({
      keepAlive: true,
      ca: this.#trusted,
      minVersion: 'TLSv1.3',
      servername: serverNameOf(this.#address.hostname),
      // The pinned authority is the anchor, whether it is a root or not.
      allowPartialTrustChain: true,
      // Every connection proves the certificate anew (SEC-39).
      maxCachedSessions: 0,
      ...this.#certificate,
    })
  }

  async #post<T extends z.ZodType>(path: string, body: unknown, schema: T): Promise<z.output<T>> {
    return parse(schema, await this.#json({ method: 'POST', path, body }))
  }

  async #json(call: Call): Promise<unknown> {
    const signal = AbortSignal.timeout(requestTimeoutMs)
    try {
      const response = await this.#send({ ...call, signal })
      const text = await readText(response)
      return text === '' ? undefined : JSON.parse(text)
    } catch (error) {
      throw unreachable(error)
    }
  }

  /** @throws SignetError for every status but 2xx */
  async #send(call: Call, isRetry = false): Promise<IncomingMessage> {
    const body = call.body === undefined ? undefined : Buffer.from(JSON.stringify(call.body))
    const { response, error, reused } = await this.#exchange(call, body)
    // The server may close an idle connection in the instant it is used; every call is repeat-safe.
    if (error && reused && !isRetry) return this.#send(call, true)
    if (error) throw unreachable(error)
    const status = response?.statusCode ?? 0
    if (response && status >= 200 && status < 300) return response
    throw await refusalOf(response, status)
  }

  #exchange(
    call: Call,
    body: Buffer | undefined,
  ): Promise<{ response?: IncomingMessage; error?: Error; reused: boolean }> {
    return new Promise((resolve) => {
      const request = httpsRequest(
        {
          host: this.#address.hostname,
          port: this.#address.port,
          agent: this.#agent,
          method: call.method,
          path: call.path,
          headers: {
            accept: call.accept ?? 'application/json',
            ...(body && { 'content-type': 'application/json', 'content-length': body.length }),
          },
          ...(call.signal && { signal: call.signal }),
        },
        (response) => resolve({ response, reused: request.reusedSocket }),
      )
      request.on('error', (error) => resolve({ error, reused: request.reusedSocket && !call.signal?.aborted }))
      request.end(body)
    })
  }
}

async function readText(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of response as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > mostAnswerBytes) throw new Error('the answer of the server is too large')
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}

async function refusalOf(response: IncomingMessage | undefined, status: number): Promise<SignetError> {
  const retryAfterSeconds = Number(response?.headers['retry-after'] ?? Number.NaN)
  const retry = Number.isFinite(retryAfterSeconds) ? { retryAfterSeconds } : {}
  let problem: Problem | undefined
  try {
    problem = Problem.safeParse(JSON.parse(response ? await readText(response) : '')).data
  } catch {
    problem = undefined
  }
  if (!problem) return new SignetError('unavailable', `The server answered ${status}.`, retry)
  return new SignetError(problem.code, problem.detail, { ...retry, ...(problem.fix && { fix: problem.fix }) })
}

function parse<T extends z.ZodType>(schema: T, value: unknown): z.output<T> {
  const result = schema.safeParse(value)
  if (result.success) return result.data
  throw new SignetError('unavailable', 'The server answered in a form this agent does not know.', {
    cause: result.error,
  })
}

function unreachable(error: unknown): SignetError {
  if (error instanceof SignetError) return error
  return new SignetError('unavailable', 'The server cannot be reached.', { cause: error })
}
