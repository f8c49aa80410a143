import { randomUUID } from 'node:crypto'
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import { z } from 'zod'
import { type Caller, claimsChallenge, contextOf, type ServiceGate } from '../authority/index.ts'
import type { Access } from '../authorization/index.ts'
import type { Clock } from '../platform/clock.ts'
import { mediaTypeOf, parseJson, readBody, uniquePairs } from '../platform/http/body.ts'
import { apiHeaders, splitTarget } from '../platform/http/hardening.ts'
import { sendJson } from '../platform/http/problem.ts'
import type { SampledLog } from '../platform/sampled-log.ts'
import { SignetError } from '../platform/signet-error.ts'
import { type ArmAnswer, type ArmCall, ArmError, badContent, isObject } from './arm-call.ts'
import { armErrorOf, bearerChallenge } from './arm-errors.ts'
import { type CloudNames, cloudMetadata } from './cloud-metadata.ts'
import { refused } from './deployment-resources.ts'
import type { Place } from './places.ts'
import type { MatchedRoute, RouteTable } from './route-table.ts'

export interface ManagementParts {
  readonly gate: Pick<ServiceGate, 'admit'>
  readonly access: Access
  readonly routes: RouteTable
  readonly place: Place
  readonly names: CloudNames
  readonly tenantId: string
  readonly clock: Clock
  readonly log: SampledLog
}

const guid = z.guid()
const mostBytes = 65_536
const apiVersion = /^\d{4}-\d{2}-\d{2}(?:-(?:preview|alpha|beta|privatepreview))?$/i

/** The resource manager (wire-protocol §4): token, then route and version, then the right, then what is there. */
export function managementEndpoint(parts: ManagementParts): RequestListener {
  return (request, response) => void answer(parts, request, response)
}

async function answer(parts: ManagementParts, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const correlationId = answerHeaders(request, response)
  try {
    const { path, query: text } = splitTarget(request.url ?? '/')
    const query = queryOf(text)
    if (path.toLowerCase() === '/metadata/endpoints') {
      requireGet(request)
      send(request, response, { status: 200, body: cloudMetadata(parts.names, versionOf(query)) })
      return
    }
    const caller = await parts.gate.admit(request.headers.authorization, 'management')
    const matched = parts.routes.find(request.method ?? 'GET', path)
    versionOf(query)
    const { sub } = matched.params
    if (sub !== undefined) parts.place.requireSubscription(sub)
    const { scope } = matched.params
    if (scope?.toLowerCase().startsWith('/subscriptions/')) parts.place.requireSubscription(scope.split('/')[2] ?? '')
    requireRight(parts.access, caller, matched)
    const body = await bodyOf(request, matched)
    send(request, response, await matched.route.run(callOf({ request, caller, matched, query, body, correlationId })))
  } catch (thrown) {
    refuse(parts, request, response, thrown)
  }
}

/** @returns the correlation ID: the client's if it is a GUID, else a new one */
function answerHeaders(request: IncomingMessage, response: ServerResponse): string {
  const given = (name: string) => {
    const value = guid.safeParse(request.headers[name])
    return value.success ? value.data.toLowerCase() : undefined
  }
  const correlationId = given('x-ms-correlation-request-id') ?? randomUUID()
  apiHeaders(response)
  response.setHeader('x-ms-request-id', randomUUID())
  response.setHeader('x-ms-correlation-request-id', correlationId)
  response.setHeader('x-ms-routing-request-id', `LOCAL:${correlationId}`)
  response.setHeader('Cache-Control', 'no-cache')
  const client = given('x-ms-client-request-id')
  if (client !== undefined && /^true$/i.test(String(request.headers['x-ms-return-client-request-id']))) {
    response.setHeader('x-ms-client-request-id', client)
  }
  return correlationId
}

function queryOf(text: string): ReadonlyMap<string, string> {
  const folded = new Map<string, string>()
  for (const [name, value] of uniquePairs(text)) {
    if (folded.has(name.toLowerCase())) throw badContent('A parameter is given more than once.')
    folded.set(name.toLowerCase(), value)
  }
  return folded
}

/** @throws ArmError 400 */
function versionOf(query: ReadonlyMap<string, string>): string {
  const version = query.get('api-version')
  if (version === undefined || version === '') {
    const detail = 'The api-version query parameter (?api-version=) is required for all requests.'
    throw new ArmError(400, 'MissingApiVersionParameter', detail)
  }
  if (apiVersion.test(version)) return version
  throw new ArmError(400, 'InvalidApiVersionParameter', 'The api-version is a date, with -preview or without.')
}

function requireGet({ method }: IncomingMessage): void {
  if (method === 'GET' || method === 'HEAD') return
  throw new ArmError(405, 'HttpMethodNotSupported', 'The resource does not take this method.')
}

function requireRight(access: Access, { principal }: Caller, { route, params }: MatchedRoute): void {
  if (!route.right) return
  const { action, at, within } = route.right
  const asked = { principalId: principal.objectId, action, isData: false, scope: at(params) }
  if (within ? access.authorizeWithin(asked) : access.authorize(asked).allowed) return
  throw refused(principal.objectId, action, asked.scope)
}

async function bodyOf(request: IncomingMessage, { route }: MatchedRoute): Promise<Readonly<Record<string, unknown>>> {
  if (!['PUT', 'PATCH', 'POST'].includes(route.method) || route.bodiless) return {}
  const type = mediaTypeOf(request)
  const bytes = await readBody(request, mostBytes)
  if (bytes.length === 0) throw badContent('The request content is missing.')
  if (type !== 'application/json' && type !== 'application/merge-patch+json') {
    throw new SignetError('unsupported_media_type', 'The content type is application/json.')
  }
  const body = parseJson(bytes)
  if (!isObject(body)) throw badContent('The request content is not a JSON object.')
  return body
}

function callOf(of: {
  request: IncomingMessage
  caller: Caller
  matched: MatchedRoute
  query: ReadonlyMap<string, string>
  body: Readonly<Record<string, unknown>>
  correlationId: string
}): ArmCall {
  const { request, caller, matched, query, body, correlationId } = of
  const { host = '', 'if-match': ifMatch, 'if-none-match': ifNoneMatch } = request.headers
  return {
    principalId: caller.principal.objectId,
    context: contextOf(caller, { correlationId, ip: request.socket.remoteAddress ?? null }),
    params: matched.params,
    query,
    body,
    expected: expectedOf(ifMatch),
    onlyNew: ifNoneMatch === '*',
    nextLink: (skipToken) => {
      const { path, query: text } = splitTarget(request.url ?? '/')
      const pairs = new URLSearchParams(text)
      for (const name of [...pairs.keys()]) if (name.toLowerCase() === '$skiptoken') pairs.delete(name)
      pairs.set('$skiptoken', skipToken)
      return `https://${host}${path}?${pairs.toString()}`
    },
  }
}

/** @throws ArmError 412 for what is no ETag of this server (SEC-120) */
function expectedOf(ifMatch: string | undefined): number | undefined {
  if (ifMatch === undefined || ifMatch === '*') return undefined
  const [, version] = /^(?:W\/)?"(\d{1,15})"$/.exec(ifMatch) ?? []
  if (version === undefined) throw new ArmError(412, 'PreconditionFailed', 'The ETag is not one of this resource.')
  return Number(version)
}

function send(request: IncomingMessage, response: ServerResponse, { status, body }: ArmAnswer): void {
  if (isObject(body) && typeof body['etag'] === 'string') response.setHeader('ETag', body['etag'])
  if (body === undefined || request.method === 'HEAD') {
    response.writeHead(status).end()
    return
  }
  sendJson(response, status, body)
}

/** Whatever went wrong, in one form; what nobody foresaw is logged and says nothing (SEC-156). */
function refuse(parts: ManagementParts, request: IncomingMessage, response: ServerResponse, thrown: unknown): void {
  if (response.headersSent) {
    response.destroy()
    return
  }
  const signet = thrown instanceof ArmError ? undefined : SignetError.from(thrown)
  const { status, code, message } = thrown instanceof ArmError ? thrown : armErrorOf(SignetError.from(thrown))
  if (signet?.code === 'internal') {
    parts.log.error('management', { err: thrown }, 'request to the resource manager failed')
  }
  if (signet?.retryAfterSeconds !== undefined) response.setHeader('Retry-After', String(signet.retryAfterSeconds))
  if (status === 401 && signet) {
    const { authorityUrl } = parts.names
    const claims = claimsChallenge(parts.clock.now())
    response.setHeader('WWW-Authenticate', bearerChallenge(signet, { authorityUrl, tenantId: parts.tenantId, claims }))
  }
  if (status === 413) response.setHeader('Connection', 'close')
  send(request, response, { status, body: { error: { code, message } } })
}
