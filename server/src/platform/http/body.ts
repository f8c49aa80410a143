import type { IncomingMessage } from 'node:http'
import { printable } from '../printable.ts'
import { SignetError } from '../signet-error.ts'
import { jsonFault } from './json-shape.ts'

const utf8 = new TextDecoder('utf-8', { fatal: true })

/**
 * The body of a request, whole.
 *
 * @throws SignetError `payload_too_large` | `unsupported_media_type` (compressed bodies, SEC-153)
 */
export async function readBody(request: IncomingMessage, mostBytes: number): Promise<Buffer> {
  if (request.headers['content-encoding'] && request.headers['content-encoding'] !== 'identity') {
    throw new SignetError('unsupported_media_type', 'Compressed request bodies are not taken.')
  }
  if (Number(request.headers['content-length'] ?? 0) > mostBytes) throw tooLarge(mostBytes)
  return collect(request, mostBytes)
}

/** By events, since this is on the path of every token and an async iterator costs more than the body is worth. */
function collect(request: IncomingMessage, mostBytes: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    let size = 0
    const fail = (error: unknown) => {
      reject(error)
      request.destroy()
    }
    request.on('data', (chunk: Buffer) => {
      size += chunk.length
      if (size > mostBytes) fail(tooLarge(mostBytes))
      else chunks.push(chunk)
    })
    request.on('end', () => resolve(chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks)))
    request.on('error', fail)
    request.on('close', () => reject(new Error('the connection broke off')))
  })
}

function tooLarge(mostBytes: number): SignetError {
  return new SignetError('payload_too_large', `The request body is larger than ${mostBytes} bytes.`)
}

/**
 * The body as a JSON value (SEC-152).
 *
 * @throws SignetError `unsupported_media_type` | `payload_too_large` | `invalid_request`
 */
export async function readJson(request: IncomingMessage, mostBytes = 65_536): Promise<unknown> {
  if (mediaTypeOf(request) !== 'application/json') {
    throw new SignetError('unsupported_media_type', 'The content type must be application/json.')
  }
  return parseJson(await readBody(request, mostBytes))
}

/** @throws SignetError `invalid_request` for anything but well-formed, shallow, harmless JSON in UTF-8 */
export function parseJson(bytes: Uint8Array): unknown {
  try {
    const text = utf8.decode(bytes)
    const value: unknown = JSON.parse(text)
    const fault = jsonFault(text)
    if (fault) throw new SignetError('invalid_request', `The JSON body ${fault}.`)
    return value
  } catch (cause) {
    if (cause instanceof SignetError) throw cause
    throw new SignetError('invalid_request', 'The body is not acceptable JSON.', { cause })
  }
}

/** The media type of the request without its parameters, lower case; empty when it has none. */
export function mediaTypeOf(request: IncomingMessage): string {
  return (request.headers['content-type'] ?? '').split(';')[0]?.trim().toLowerCase() ?? ''
}

/** Flat name-value pairs of a query or a form, names decoded; a repeated name is refused (SEC-69). */
export function uniquePairs(text: string, mostPairs = 100): Map<string, string> {
  const pairs = new Map<string, string>()
  for (const [name, value] of new URLSearchParams(text)) {
    if (pairs.has(name))
      throw new SignetError('invalid_request', `The parameter '${printable(name)}' is given more than once.`)
    if (pairs.size >= mostPairs) throw new SignetError('invalid_request', `More than ${mostPairs} parameters.`)
    pairs.set(name, value)
  }
  return pairs
}
