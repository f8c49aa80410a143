import type { NamedRoute } from '@signet/shared/api/admin-api'
import { auditEventHeader, idempotencyHeader, isKeyed, isOpen, type Route } from '@signet/shared/api/contract'
import { afterParameter, eventsPath } from '@signet/shared/api/events'
import { csrfHeader } from '@signet/shared/api/operators'
import { tokenTestEventsPath } from '@signet/shared/api/token-tests'
import { Problem } from '@signet/shared/errors'
import type { z } from 'zod'
import { createDocument, type ZodOpenApiObject, type ZodOpenApiOperationObject } from 'zod-openapi'

type Paths = NonNullable<ZodOpenApiObject['paths']>

const session = 'session'

/**
 * The contract as an OpenAPI 3.1 document: the same schemas that the server enforces and the dashboard reads, so the
 * document cannot say anything else than what is served.
 */
export function openApiDocument(
  routes: readonly NamedRoute[],
  schemas: ReadonlyMap<string, z.ZodType>,
  version: string,
): Record<string, unknown> & { openapi: string; paths: Record<string, unknown> } {
  const paths: Paths = {}
  for (const named of routes) {
    const path = `/api${inBraces(named.route.path)}`
    paths[path] = { ...paths[path], [named.route.method.toLowerCase()]: operationOf(named) }
  }
  for (const [path, stream] of Object.entries(streams)) paths[`/api${inBraces(path)}`] = { get: stream }
  const document = createDocument({
    openapi: '3.1.1',
    info: {
      title: 'Signet admin API',
      version,
      description,
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/', description: 'The dashboard’s own origin' }],
    tags: [...new Set(routes.map(({ heading }) => heading)), 'Events'].map((name) => ({ name })),
    paths,
    components: {
      schemas: { ...Object.fromEntries(schemas), Problem },
      securitySchemes: {
        [session]: {
          type: 'apiKey',
          in: 'cookie',
          name: '__Host-signet',
          description: `The session of a signed-in operator. Requests that change something also need the header ${csrfHeader}, the Origin of the dashboard and a JSON body.`,
        },
      },
    },
  })
  return { ...document, openapi: document.openapi, paths: { ...document.paths } }
}

/** Parameters of a path as OpenAPI writes them. */
function inBraces(path: string): string {
  return path.replaceAll(/:([A-Za-z]+)/g, '{$1}')
}

const description =
  'Everything the dashboard and the command line do goes through these operations. Times are epoch milliseconds. ' +
  'Lists are paged by cursor. Errors are problem documents (RFC 9457) with a code of a closed catalogue.'

function operationOf({ heading, name, route }: NamedRoute): ZodOpenApiOperationObject {
  const { params, query, body, access, summary } = route
  return {
    operationId: name,
    tags: [heading],
    summary,
    description: accessWords(access),
    security: isOpen(route) ? [] : [{ [session]: [] }],
    ...((params || query) && { requestParams: { ...(params && { path: params }), ...(query && { query }) } }),
    parameters: headersTaken(route),
    ...(body && { requestBody: { required: true, content: { 'application/json': { schema: body } } } }),
    responses: {
      [String(route.response ? (route.status ?? 200) : route.download ? 200 : 204)]: successOf(route),
      default: { description: 'Refused or failed', content: { 'application/problem+json': { schema: Problem } } },
    },
    ...(!isOpen(route) && access !== 'session' && { 'x-signet-permission': access }),
  }
}

function headersTaken(route: Route): NonNullable<ZodOpenApiOperationObject['parameters']> {
  const taken = [
    route.ifMatch && {
      name: 'if-match',
      description: 'The ETag of the version that is changed; a stale one is refused',
    },
    isKeyed(route) && {
      name: idempotencyHeader,
      description: 'At least 128 bits of the caller’s choice; repeating it within 24 hours returns the first answer',
    },
  ]
  return taken.flatMap((each) => (each ? [{ ...each, in: 'header', schema: { type: 'string' } }] : []))
}

function successOf(route: Route): ZodOpenApiOperationObject['responses'][`${1 | 2 | 3 | 4 | 5}${string}`] {
  const { response, download } = route
  if (download) return { description: 'The file', content: { '*/*': { schema: { type: 'string' } } } }
  const headers = isKeyed(route) && {
    headers: {
      [auditEventHeader]: { description: 'The audit event that records it', schema: { type: 'string' as const } },
    },
  }
  if (!response) return { description: 'Done; there is no body', ...headers }
  return { description: 'Done', ...headers, content: { 'application/json': { schema: response } } }
}

function accessWords(access: string): string {
  if (access === 'public') return 'Open to anybody.'
  if (access === 'optional-session') return 'Open to anybody; the session, if there is one, says who asks.'
  return access === 'session' ? 'Any signed-in operator.' : `Needs the permission \`${access}\`.`
}

const streamResponses: ZodOpenApiOperationObject['responses'] = {
  '200': { description: 'The stream', content: { 'text/event-stream': { schema: { type: 'string' } } } },
  default: { description: 'Refused', content: { 'application/problem+json': { schema: Problem } } },
}

/** What is not of the contract, because it is answered bit by bit. */
const streams: Readonly<Record<string, ZodOpenApiOperationObject>> = {
  [eventsPath]: {
    operationId: 'events.listen',
    tags: ['Events'],
    summary: 'Changes as they happen, as server-sent events',
    description:
      'Any signed-in operator. Events `change`, `hello`, `reset` and `beat`, each with its number as `id`. A reader that ' +
      'comes back names the last number it has and gets what it missed, or `reset`.',
    security: [{ [session]: [] }],
    parameters: [
      { name: afterParameter, in: 'query', schema: { type: 'integer', minimum: 0 } },
      { name: 'Last-Event-ID', in: 'header', schema: { type: 'integer', minimum: 0 } },
    ],
    responses: streamResponses,
  },
  [tokenTestEventsPath]: {
    operationId: 'tokenTests.follow',
    tags: ['Token tests'],
    summary: 'The steps of a token test as they happen, as server-sent events',
    description: `${accessWords('tokens.test')} Events \`progress\`, then \`result\`, after which the stream ends.`,
    security: [{ [session]: [] }],
    parameters: [{ name: 'testId', in: 'path', required: true, schema: { type: 'string', format: 'uuid' } }],
    responses: streamResponses,
    'x-signet-permission': 'tokens.test',
  },
}
