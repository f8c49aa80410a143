import { randomUUID } from 'node:crypto'
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import { z } from 'zod'
import type { Service } from '../service-names.ts'
import { apiHeaderList } from './hardening.ts'

const guid = z.guid()

/**
 * Services that have a name and do not exist yet. Each says so in the words of its own protocol, with a status that no
 * client takes for "later" or for "that thing is missing": SDKs try neither 501 nor another server.
 */
export const unservedServices: Readonly<Record<Exclude<Service, 'authority' | 'vault'>, RequestListener>> = {
  management: (request, response) => answer(request, response, 'x-ms-request-id', () => errorOf('resource manager')),
  graph: (request, response) =>
    answer(request, response, 'request-id', (id) => ({
      ...errorOf('graph'),
      innerError: { 'request-id': id, date: new Date().toISOString().slice(0, 19) },
    })),
}

interface UnservedError {
  readonly code: string
  readonly message: string
  readonly innerError?: Record<string, string>
}

function errorOf(what: string): UnservedError {
  return {
    code: 'NotImplemented',
    message: `This version of Signet has no ${what}: the name is there, nothing is served.`,
  }
}

function answer(
  request: IncomingMessage,
  response: ServerResponse,
  idHeader: string,
  make: (requestId: string) => UnservedError,
): void {
  const id = randomUUID()
  const text = JSON.stringify({ error: make(id) })
  const given = request.headers['x-ms-client-request-id']
  response.writeHead(501, [
    ...apiHeaderList(),
    ...[idHeader, id],
    ...(guid.safeParse(given).success ? ['x-ms-client-request-id', String(given)] : []),
    ...['Content-Type', 'application/json; charset=utf-8'],
    ...['Cache-Control', 'no-store'],
    ...['Content-Length', String(Buffer.byteLength(text))],
    ...['Connection', 'close'],
  ])
  response.end(request.method === 'HEAD' ? undefined : text)
}
