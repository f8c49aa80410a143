import { randomUUID } from 'node:crypto'
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import { errorCatalogue } from '@signet/shared/errors'
import { z } from 'zod'
import { claimsChallenge, type ServiceGate } from '../authority/index.ts'
import type { Clock } from '../platform/clock.ts'
import { readJson, uniquePairs } from '../platform/http/body.ts'
import { apiHeaders, splitTarget } from '../platform/http/hardening.ts'
import { sendJson } from '../platform/http/problem.ts'
import type { SampledLog } from '../platform/sampled-log.ts'
import { SignetError } from '../platform/signet-error.ts'
import { ArmError } from './arm-call.ts'
import { bearerChallenge } from './arm-errors.ts'
import type { GraphDirectory } from './graph-directory.ts'

export interface GraphEndpointParts {
  readonly gate: Pick<ServiceGate, 'admit'>
  readonly directory: GraphDirectory
  readonly authorityUrl: string
  readonly tenantId: string
  readonly clock: Clock
  readonly log: SampledLog
}

const guid = z.guid()

/** The three questions that az asks of the graph (wire-protocol §4.7). */
export function graphEndpoint(parts: GraphEndpointParts): RequestListener {
  return (request, response) => void answer(parts, request, response)
}

async function answer(parts: GraphEndpointParts, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const given = guid.safeParse(request.headers['client-request-id'])
  const ids = { 'request-id': randomUUID(), 'client-request-id': given.success ? given.data : randomUUID() }
  apiHeaders(response)
  for (const [name, value] of Object.entries(ids)) response.setHeader(name, value)
  try {
    const { principal } = await parts.gate.admit(request.headers.authorization, 'graph')
    sendJson(response, 200, await found(parts.directory, principal.objectId, request))
  } catch (thrown) {
    refuse(parts, response, { thrown, ids })
  }
}

async function found(
  directory: GraphDirectory,
  caller: Parameters<GraphDirectory['servicePrincipal']>[0],
  request: IncomingMessage,
): Promise<unknown> {
  const { path, query } = splitTarget(request.url ?? '/')
  const folded = path.toLowerCase()
  const isRead = request.method === 'GET'
  if (folded === '/v1.0/serviceprincipals' && isRead) {
    return directory.servicePrincipals(caller, uniquePairs(query).get('$filter'))
  }
  const [, id] = /^\/v1\.0\/serviceprincipals\/([\da-f-]{36})$/.exec(folded) ?? []
  if (id !== undefined && isRead) return directory.servicePrincipal(caller, id)
  if (folded === '/v1.0/directoryobjects/getbyids' && request.method === 'POST') {
    return directory.getByIds(caller, await readJson(request))
  }
  throw new ArmError(404, 'Request_ResourceNotFound', 'The graph of Signet has nothing at this path.')
}

function refuse(
  parts: GraphEndpointParts,
  response: ServerResponse,
  { thrown, ids }: { thrown: unknown; ids: Record<string, string> },
): void {
  if (response.headersSent) {
    response.destroy()
    return
  }
  const signet = thrown instanceof ArmError ? undefined : SignetError.from(thrown)
  if (signet?.code === 'internal') parts.log.error('graph', { err: thrown }, 'request to the graph failed')
  const status = thrown instanceof ArmError ? thrown.status : errorCatalogue[SignetError.from(thrown).code].status
  if (signet && status === 401) {
    const claims = claimsChallenge(parts.clock.now())
    response.setHeader('WWW-Authenticate', bearerChallenge(signet, { ...parts, claims }))
  }
  if (status === 413) response.setHeader('Connection', 'close')
  const code = status === 401 ? 'InvalidAuthenticationToken' : status >= 500 ? 'generalException' : 'Request_BadRequest'
  const [words, message] =
    thrown instanceof ArmError ? [thrown.code, thrown.message] : [code, SignetError.from(thrown).detail]
  const date = new Date(parts.clock.now()).toISOString().slice(0, 19)
  sendJson(response, status, { error: { code: words, message, innerError: { date, ...ids } } })
}
