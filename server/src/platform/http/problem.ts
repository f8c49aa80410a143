import type { ServerResponse } from 'node:http'
import { errorCatalogue, type Problem } from '@signet/shared/errors'
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
