import { randomUUID } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { errorCatalogue, type Problem } from '@signet/shared/errors'
import { z } from 'zod'
import type { SignetError } from '../signet-error.ts'

/** Renders an error of the admin API as RFC 9457 problem+json. */
function problemOf(error: SignetError, requestId: string): Problem {
  return {
    type: `urn:signet:problem:${error.code}`,
    title: errorCatalogue[error.code].title,
    status: error.status,
    detail: error.detail,
    code: error.code,
    requestId,
    ...(error.fix && { fix: error.fix }),
    ...(error.faults && { faults: error.faults }),
  }
}

const requestIdHeader = 'x-request-id'

/**
 * The ID under which an answer, its log lines and its audit events are found; it is on the answer from the first call on.
 * The caller's own when it is a GUID, else a new one: nothing else of the input is ever echoed (SEC-81, SEC-156).
 */
export function requestIdOf(request: Pick<IncomingMessage, 'headers'>, response: ServerResponse): string {
  const known = response.getHeader(requestIdHeader)
  if (typeof known === 'string') return known
  const given = request.headers[requestIdHeader]
  const id = typeof given === 'string' && z.guid().safeParse(given).success ? given.toLowerCase() : randomUUID()
  response.setHeader(requestIdHeader, id)
  return id
}

/**
 * An answer given before it is known to which API the request belongs: one body that can be read as a problem document and
 * as the error of OAuth and of the metadata endpoints.
 */
export function transportRefusal(error: SignetError): { body: string; headers: Record<string, string> } {
  const requestId = randomUUID()
  const body = JSON.stringify({
    error: error.code,
    error_description: error.detail,
    ...problemOf(error, requestId),
  })
  const headers = {
    'Content-Type': 'application/problem+json; charset=utf-8',
    'Content-Length': String(Buffer.byteLength(body)),
    'Cache-Control': 'no-store',
    'X-Content-Type-Options': 'nosniff',
    'Referrer-Policy': 'no-referrer',
    'Cross-Origin-Resource-Policy': 'same-origin',
    [requestIdHeader]: requestId,
  }
  return { body, headers }
}

export function sendProblem(response: ServerResponse, error: SignetError, requestId: string): void {
  if (response.headersSent) {
    response.destroy()
    return
  }
  if (error.retryAfterSeconds !== undefined) response.setHeader('Retry-After', String(error.retryAfterSeconds))
  sendJson(response, error.status, problemOf(error, requestId), 'application/problem+json; charset=utf-8')
}

export function sendJson(
  response: ServerResponse,
  status: number,
  body: unknown,
  contentType = 'application/json; charset=utf-8',
): void {
  const text = Buffer.from(JSON.stringify(body))
  response.statusCode = status
  response.setHeader('Content-Type', contentType)
  response.setHeader('Content-Length', text.length)
  if (!response.hasHeader('Cache-Control')) response.setHeader('Cache-Control', 'no-store')
  response.end(text)
}
