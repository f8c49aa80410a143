import type { IncomingMessage } from 'node:http'
import { csrfHeader } from '@signet/shared/api/operators'

/** Limits of SEC-157; the HTTP layer itself bounds the header block to 16 KiB. */
export const mostHeaders = 64
const longestTarget = 8_192

/**
 * Headers that decide who somebody is, where a request ends or how it is read. The HTTP layer keeps the first of some and
 * joins others, so that two readers of one request could disagree.
 */
const singleHeaders = new Map(
  [
    'host',
    'authorization',
    'content-length',
    'content-type',
    'content-encoding',
    'transfer-encoding',
    'origin',
    'cookie',
    'sec-fetch-site',
    csrfHeader,
  ].map((name, index) => [name, 1 << index]),
)

/** @returns why the request must not be read at all, as a sentence; undefined for one that may (SEC-98, SEC-157) */
export function headerFault(request: Pick<IncomingMessage, 'rawHeaders' | 'url'>): string | undefined {
  if ((request.url ?? '').length > longestTarget) return `The request target is longer than ${longestTarget} bytes.`
  const { rawHeaders } = request
  if (rawHeaders.length > 2 * mostHeaders) return `The request has more than ${mostHeaders} headers.`
  // Runs for every request, tokens too: one bit for each of the headers, and nothing is allocated.
  let seen = 0
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = (rawHeaders[index] ?? '').toLowerCase()
    const bit = singleHeaders.get(name)
    if (bit === undefined) continue
    if ((seen & bit) !== 0) return `The header ${name} is given more than once.`
    seen |= bit
  }
  return undefined
}
