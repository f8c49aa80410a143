import {
  type Access,
  auditEventHeader,
  type Download,
  idempotencyHeader,
  isKeyed,
  type Route,
  type RouteInput,
  type RouteResponse,
} from '@signet/shared/api/contract'
import { type IRouter, type Request, type Response, Router } from 'express'
import { z } from 'zod'
import type { RequestContext } from '../request-context.ts'
import type { SampledLog } from '../sampled-log.ts'
import { SignetError } from '../signet-error.ts'
import { readJson } from './body.ts'
import { etagOf, ifMatchOf } from './conditional.ts'
import { sendDownload } from './download.ts'
import { splitTarget } from './hardening.ts'
import type { Answer, Idempotency } from './idempotency.ts'
import { requestIdOf, sendJson, sendProblem } from './problem.ts'

/** Lets a request pass, as somebody, or throws `unauthenticated`, `forbidden` or `cross_site_request`. */
export type Guard = (request: Request, access: Access, correlationId: string) => Promise<RequestContext>

/** What a handler may set on its answer besides the body. */
export interface ReplyHeaders {
  setHeader(name: string, value: string): void
}

export type Handlers<Api extends Record<string, Route>> = {
  readonly [K in keyof Api]: (
    input: RouteInput<Api[K]>,
    context: RequestContext,
    reply: ReplyHeaders,
  ) => Promise<RouteResponse<Api[K]>>
}

export interface RouterOptions {
  readonly guard: Guard
  readonly log: SampledLog
  /** Where answers to keyed writes are kept; without it no key is taken. */
  readonly idempotency?: Idempotency
}

/** Binds a contract to its handlers: guard, parse, run, and check the answer against its schema. */
export function contractRouter<Api extends Record<string, Route>>(
  api: Api,
  handlers: Handlers<Api>,
  options: RouterOptions,
): IRouter {
  const router = Router({ caseSensitive: true, strict: false })
  for (const [name, route] of Object.entries(api)) {
    const handler = handlers[name as keyof Api] as unknown as AnyHandler
    const method = route.method.toLowerCase() as 'get' | 'post' | 'put' | 'delete'
    router[method](route.path, (request, response) => serve({ route, handler, request, response, ...options }))
  }
  return router
}

type AnyHandler = (input: unknown, context: RequestContext, reply: ReplyHeaders) => Promise<unknown>

interface Exchange extends RouterOptions {
  readonly route: Route
  readonly handler: AnyHandler
  readonly request: Request
  readonly response: Response
}

async function serve(exchange: Exchange): Promise<void> {
  const { route, request, response } = exchange
  const correlationId = requestIdOf(request, response)
  try {
    const context = await exchange.guard(request, route.access, correlationId)
    const input = {
      params: parse(route.params, request.params, 'path'),
      query: parse(route.query?.strict() ?? nothing, queryOf(request), 'query'),
      body: route.body ? parse(route.body, await readJson(request), 'body') : withoutBody(request),
      ifMatch: ifMatchOf(route, request),
    }
    if (route.download) await sendDownload(response, (await exchange.handler(input, context, response)) as Download)
    else send(response, await answerTo(exchange, input, context))
  } catch (thrown) {
    const error = SignetError.from(thrown)
    if (error.code === 'internal')
      exchange.log.error(`${route.method} ${route.path}`, { err: thrown, correlationId }, 'request failed')
    sendProblem(response, error, correlationId)
  }
}

const nothing = z.strictObject({})

/** @throws SignetError `invalid_request` when there is a body: what nobody reads must not be taken for heard (SEC-151) */
function withoutBody(request: Request): undefined {
  const { 'content-length': length = '0', 'transfer-encoding': encoding } = request.headers
  if (encoding !== undefined || Number(length) > 0)
    throw new SignetError('invalid_request', 'This address takes no body.')
  return undefined
}

/** The answer to a parsed request; a write that came with a key is carried out once. */
function answerTo(exchange: Exchange, input: object, context: RequestContext): Promise<Answer> {
  const { route, request, handler, response, idempotency } = exchange
  const key = request.headers[idempotencyHeader]
  const work = async (given: RequestContext): Promise<Answer> => {
    let auditEvent: string | undefined
    const recorded: RequestContext['recorded'] = async (tx, id) => {
      auditEvent ??= id
      await given.recorded?.(tx, id)
    }
    const result = await handler(input, { ...given, recorded }, response)
    const found = route.method === 'GET' ? undefined : auditEvent
    const status = route.response ? (route.status ?? 200) : 204
    const body = route.response ? checked(route, result) : undefined
    return { status, body, etag: etagOf(body), auditEvent: found }
  }
  if (!idempotency || !isKeyed(route) || typeof key !== 'string') return work(context)
  const content = [route.method, route.path, route.secret ? { ...input, body: undefined } : input]
  return idempotency.once(context, { key, content, secret: route.secret === true }, work)
}

function send(response: Response, { status, body, etag, auditEvent }: Answer): void {
  if (etag !== undefined) response.setHeader('ETag', etag)
  if (auditEvent !== undefined) response.setHeader(auditEventHeader, auditEvent)
  if (status === 204) response.status(204).end()
  else sendJson(response, status, body)
}

function queryOf(request: Request): Record<string, string> {
  const query = new URLSearchParams(splitTarget(request.originalUrl).query)
  const names = [...query.keys()]
  const repeated = names.find((name, index) => names.indexOf(name) !== index)
  if (repeated !== undefined) throw new SignetError('invalid_request', 'A query parameter is given more than once.')
  return Object.fromEntries(query)
}

function parse(schema: z.ZodType | undefined, value: unknown, where: string): unknown {
  if (!schema) return undefined
  const result = schema.safeParse(value)
  if (result.success) return result.data
  const faults = result.error.issues.slice(0, 5).map((issue) => `${[where, ...issue.path].join('.')}: ${issue.message}`)
  throw new SignetError('invalid_request', faults.join('; ').slice(0, 1_000))
}

function checked(route: Route, result: unknown): unknown {
  const parsed = route.response?.safeParse(result)
  if (parsed?.success) return parsed.data
  throw new SignetError('internal', undefined, { cause: parsed?.error })
}
