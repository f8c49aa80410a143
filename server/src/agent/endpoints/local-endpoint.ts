import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import { localPaths } from '@signet/shared/wire/managed-identity'
import { z } from 'zod'
import type { Clock } from '../../platform/clock.ts'
import { newGuid } from '../../platform/identifiers.ts'
import type { Logger } from '../../platform/log.ts'
import { SampledLog } from '../../platform/sampled-log.ts'
import { SignetError } from '../../platform/signet-error.ts'
import { appServiceErrorOf, type EndpointError, imdsErrorOf } from '../endpoint-errors.ts'
import type { PendingProbes } from '../probe-trace.ts'
import type { TokenBroker, TokenRequest } from '../token-broker.ts'
import { guardAppService, type IdentityHeader, readAppServiceRequest } from './app-service.ts'
import { guardImds, isImdsPath, readImdsTokenRequest, requireImdsVersion } from './imds.ts'
import { LocalTargets } from './local-request.ts'
import { guardBody, guardRequest, hasUnreadBody } from './request-guard.ts'

export interface LocalEndpointParts {
  readonly broker: TokenBroker
  readonly probes: PendingProbes
  readonly header: IdentityHeader
  /** Values of `Host` that are answered. */
  readonly hosts: () => ReadonlySet<string>
  readonly tenantId: () => string
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

/** One loopback listener for every local dialect: guard, then the dialect its path belongs to, else a JSON 404. */
export function localEndpoint(parts: LocalEndpointParts): RequestListener {
  const targets = new LocalTargets()
  const sampled = new SampledLog(parts.log, parts.clock)
  return (request, response) => {
    answer(parts, targets, request, response).catch((thrown: unknown) => {
      const error = SignetError.from(thrown)
      if (error.code === 'internal') sampled.error(error.code, { err: thrown }, 'local request failed')
      else sampled.info(error.code, {}, 'local request refused')
      const trace = parts.probes.find(request.headers['client-request-id'])
      if (trace) trace.refusal = error.code
      refuse(request, response, error)
    })
  }
}

async function answer(
  parts: LocalEndpointParts,
  targets: LocalTargets,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  guardRequest(request, parts.hosts())
  const { path, parameters } = targets.read(request.url ?? '/')
  if (path === localPaths.imdsToken) {
    guardImds(request)
    guardBody(request)
    return answerToken(parts, request, response, readImdsTokenRequest(parameters()))
  }
  if (path === localPaths.appService) {
    guardAppService(request, parts.header)
    guardBody(request)
    return answerToken(parts, request, response, readAppServiceRequest(parameters()))
  }
  if (path === localPaths.imdsInfo) {
    guardImds(request)
    guardBody(request)
    requireImdsVersion(parameters())
    return send(request, response, 200, JSON.stringify({ tenantId: parts.tenantId() }))
  }
  throw new SignetError('not_found')
}

async function answerToken(
  parts: LocalEndpointParts,
  request: IncomingMessage,
  response: ServerResponse,
  wanted: TokenRequest,
): Promise<void> {
  const trace = parts.probes.find(request.headers['client-request-id'])
  const token = (!trace && parts.broker.cached(wanted)) || (await parts.broker.acquire(wanted, trace))
  send(request, response, 200, token.bodyAt(parts.clock.now()))
}

function refuse(request: IncomingMessage, response: ServerResponse, error: SignetError): void {
  if (response.headersSent || response.destroyed) {
    response.destroy()
    return
  }
  const { status, body, headers } = errorFor(request, error)
  send(
    request,
    response,
    status,
    JSON.stringify(body),
    hasUnreadBody(request) ? { ...headers, Connection: 'close' } : headers,
  )
}

/** The dialect of the path, also when the guard refused before it was looked at; IMDS is the plainest. */
function errorFor(request: IncomingMessage, error: SignetError): EndpointError<unknown> {
  const path = (request.url ?? '').replace(/\?.*$/s, '').replaceAll(/\/{2,}/g, '/')
  const isAppService = !isImdsPath(path) && path.startsWith(localPaths.appService)
  return isAppService ? appServiceErrorOf(error, newGuid()) : imdsErrorOf(error)
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
