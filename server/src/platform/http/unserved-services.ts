import { randomUUID } from 'node:crypto'
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import { z } from 'zod'
import { apiHeaderList } from './hardening.ts'

const guid = z.guid()

/**
 * The service that has a name and does not exist yet. It says so in the words of its own protocol, with a status that no
 * client takes for "later" or for "that thing is missing": SDKs try neither 501 nor another server.
 */
export const unservedServices: { readonly vault: RequestListener } = { vault: answer }

const error = {
  code: 'NotImplemented',
  message: 'This version of Signet has no vault: the name is there, nothing is served.',
}

function answer(request: IncomingMessage, response: ServerResponse): void {
  const text = JSON.stringify({ error })
  const given = request.headers['x-ms-client-request-id']
  response.writeHead(501, [
    ...apiHeaderList(),
    ...['x-ms-request-id', randomUUID()],
    ...(guid.safeParse(given).success ? ['x-ms-client-request-id', String(given)] : []),
    ...['Content-Type', 'application/json; charset=utf-8'],
    ...['Cache-Control', 'no-store'],
    ...['Content-Length', String(Buffer.byteLength(text))],
    ...['Connection', 'close'],
  ])
  response.end(request.method === 'HEAD' ? undefined : text)
}
