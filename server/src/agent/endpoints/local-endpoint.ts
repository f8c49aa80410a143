import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import { z } from 'zod'
import type { Clock } from '../../platform/clock.ts'
import { mediaTypeOf, readBody, uniquePairs } from '../../platform/http/body.ts'
import type { Logger } from '../../platform/log.ts'
import { SampledLog } from '../../platform/sampled-log.ts'
import { SignetError } from '../../platform/signet-error.ts'
import { type EndpointError, imdsErrorOf } from '../endpoint-errors.ts'
import type { PendingProbes } from '../probe-trace.ts'
import type { TokenBroker } from '../token-broker.ts'
import type { CallerPolicy } from './caller-policy.ts'
import type { Dialect } from './dialect.ts'
import { guardDocument, type InstanceFacts, imdsDocument, isDocument } from './imds-documents.ts'
import type { LocalLimits } from './local-limits.ts'
import { type LocalTarget, LocalTargets, mostParameters } from './local-request.ts'
import { imdsSurface, type LocalSurface } from './local-surface.ts'
import { guardBody, guardRequest, hasUnreadBody, mostBodyBytes, originForm } from './request-guard.ts'

/** What all listeners of one agent share. */
export interface LocalEndpointParts {
  readonly broker: TokenBroker
  readonly probes: PendingProbes
  readonly limits: LocalLimits
  /** Undefined lets every process of this machine ask. */
  readonly callers: CallerPolicy | undefined
  readonly facts: () => InstanceFacts
  /** Whether clients may take the endpoint for a proxy to the well-known address (SEC-108). */
  readonly admitsAbsoluteForm: boolean
  readonly clock: Clock
  readonly log: Logger
}

/** Of every answer (SEC-161, SEC-164); no CORS header, ever. */
const fixedHeaders = {
  'Content-Type': 'application/json; charset=utf-8',
  'Cache-Control': 'no-store',
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Resource-Policy': 'same-origin',
} as const

/**
 * The handler of one local listener: guard, then the dialect its path belongs to, else a JSON 404.
 *
 * @param hosts values of `Host` that are answered
 */
export function localEndpoint(
  parts: LocalEndpointParts,
  surface: LocalSurface,
  hosts: () => ReadonlySet<string>,
): RequestListener {
  const endpoint = new LocalEndpoint(parts, surface, hosts)
  return (request, response) => endpoint.handle(request, response)
}

class LocalEndpoint {
  readonly #parts: LocalEndpointParts
  readonly #surface: LocalSurface
  readonly #hosts: () => ReadonlySet<string>
  readonly #targets = new LocalTargets()
  readonly #sampled: SampledLog

  constructor(parts: LocalEndpointParts, surface: LocalSurface, hosts: () => ReadonlySet<string>) {
    this.#parts = parts
    this.#surface = surface
    this.#hosts = hosts
    this.#sampled = new SampledLog(parts.log, parts.clock)
  }

  handle(request: IncomingMessage, response: ServerResponse): void {
    this.#answer(request, response).catch((thrown: unknown) => {
      const error = SignetError.from(thrown)
      if (error.code === 'internal') this.#sampled.error(error.code, { err: thrown }, 'local request failed')
      else this.#sampled.info(error.code, {}, 'local request refused')
      const trace = this.#parts.probes.find(request.headers['client-request-id'])
      if (trace) trace.refusal = error.code
      this.#refuse(request, response, error)
    })
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    guardRequest(request, this.#hosts())
    const { target, surface } = this.#targetOf(request)
    const { path, parameters } = target
    const dialect = surface.dialectAt(path, target.version)
    if (dialect) {
      dialect.guard(request)
      guardBody(request)
      this.#parts.callers?.admit(request.socket)
      const isForm = dialect.takesPost && request.method !== 'GET'
      return this.#answerToken(request, response, dialect, isForm ? await readForm(request, target) : parameters())
    }
    if (!surface.hasDocuments || !isDocument(path)) throw new SignetError('not_found')
    guardDocument(request)
    guardBody(request)
    const { status, text, contentType } = imdsDocument(path, parameters(), this.#parts.facts())
    send(request, response, status, text, { 'Content-Type': contentType })
  }

  async #answerToken(
    request: IncomingMessage,
    response: ServerResponse,
    dialect: Dialect,
    parameters: ReadonlyMap<string, string>,
  ): Promise<void> {
    const { broker, probes, limits, clock } = this.#parts
    const wanted = dialect.read(parameters)
    const leave = limits.enter()
    try {
      const trace = probes.find(request.headers['client-request-id'])
      const token = (!trace && broker.cached(wanted)) || (await broker.acquire(wanted, trace))
      send(request, response, 200, dialect.bodyOf(token, clock.now()))
    } finally {
      leave()
    }
  }

  /** Of a request that takes this for a proxy IMDS alone is answered. @throws SignetError `invalid_request` */
  #targetOf(request: IncomingMessage): { target: LocalTarget; surface: LocalSurface } {
    const { target, isAbsolute } = originForm(request.url ?? '', this.#parts.admitsAbsoluteForm)
    return { target: this.#targets.read(target), surface: isAbsolute ? imdsSurface : this.#surface }
  }

  #refuse(request: IncomingMessage, response: ServerResponse, error: SignetError): void {
    if (response.headersSent || response.destroyed) {
      response.destroy()
      return
    }
    const { status, body, headers } = this.#refusalOf(request, error)
    const isLeft = hasUnreadBody(request)
    send(request, response, status, JSON.stringify(body), isLeft ? { ...headers, Connection: 'close' } : headers)
  }

  /** In the words of the dialect at the path, also when the guard refused before it was looked at. */
  #refusalOf(request: IncomingMessage, error: SignetError): EndpointError<unknown> {
    try {
      const { target, surface } = this.#targetOf(request)
      const dialect = surface.dialectAt(target.path, target.version)
      return dialect ? dialect.refusalOf(error) : surface.refusalOf(error)
    } catch {
      return imdsErrorOf(error)
    }
  }
}

/**
 * The parameters of a POST, those of its query among them.
 *
 * @throws SignetError `method_not_allowed` | `invalid_request` | `unsupported_media_type`
 */
async function readForm(request: IncomingMessage, { query }: LocalTarget): Promise<ReadonlyMap<string, string>> {
  if (request.method !== 'POST') throw new SignetError('method_not_allowed', 'Use GET or POST here.')
  if (mediaTypeOf(request) !== 'application/x-www-form-urlencoded') {
    throw new SignetError('unsupported_media_type', 'The content type must be application/x-www-form-urlencoded.')
  }
  const form = (await readBody(request, mostBodyBytes)).toString('utf8')
  return uniquePairs(`${query}&${form}`, mostParameters)
}

function send(
  request: IncomingMessage,
  response: ServerResponse,
  status: number,
  body: string,
  headers: Readonly<Record<string, string>> = {},
): void {
  const requestId = request.headers['x-ms-client-request-id']
  const echoed = typeof requestId === 'string' && isGuid(requestId) ? { 'x-ms-client-request-id': requestId } : {}
  response.writeHead(status, { ...fixedHeaders, 'Content-Length': Buffer.byteLength(body), ...echoed, ...headers })
  response.end(request.method === 'HEAD' ? undefined : body)
}

const guid = z.guid()

/** Only a GUID is ever given back: no other word of a request stands in a header (SEC-104). */
function isGuid(text: string): boolean {
  return text.length === 36 && guid.safeParse(text).success
}
