import type { IncomingMessage } from 'node:http'
import type { Route } from '@signet/shared/api/contract'
import { SignetError } from '../signet-error.ts'

/** The ETag of an answer is the version of what it shows; undefined for what has none. */
export function etagOf(body: unknown): string | undefined {
  if (typeof body !== 'object' || body === null || !('version' in body)) return undefined
  return typeof body.version === 'number' ? `"${body.version}"` : undefined
}

/**
 * The version that `If-Match` names; undefined when there is none to hold to. A condition that the operation cannot keep
 * is refused rather than ignored.
 *
 * @throws SignetError `invalid_request` | `precondition_failed` for an ETag that was never given out
 */
export function ifMatchOf(route: Route, request: Pick<IncomingMessage, 'headers'>): number | undefined {
  const given = request.headers['if-match']
  if (given === undefined) return undefined
  if (!route.ifMatch) throw new SignetError('invalid_request', 'This operation takes no If-Match.')
  if (given.trim() === '*') return undefined
  const version = /^"(\d{1,15})"$/.exec(given.trim())?.[1]
  if (version === undefined) throw new SignetError('precondition_failed', 'The ETag is not one that was given out.')
  return Number(version)
}
