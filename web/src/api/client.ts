import {
  idempotencyHeader,
  isKeyed,
  type Route,
  type RouteArguments,
  type RouteResponse,
} from '@signet/shared/api/contract'
import { csrfHeader, operatorsApi, unattendedHeader } from '@signet/shared/api/operators'
import { errorCatalogue } from '@signet/shared/errors'
import { ApiError, readProblem } from './api-error.ts'
import { isAttended } from './attendance.ts'

const base = '/api'

let csrfToken: string | undefined

/** Keeps the anti-forgery token of the session for the requests that change something (SEC-20). */
export function rememberCsrfToken(token: string | undefined): void {
  csrfToken = token
}

/** What every route may be given; which of them a route has is checked by the type of `call`. */
interface LooseArguments {
  readonly params?: Record<string, unknown>
  readonly query?: Record<string, unknown>
  readonly body?: unknown
  readonly ifMatch?: number | undefined
}

/** Pauses before a write is sent again whose answer did not come; its key keeps it from being carried out twice. */
const retryPausesMs = [300, 900]

type CallArguments<R extends Route> = keyof RouteArguments<R> extends never
  ? [input?: Record<string, never>, signal?: AbortSignal]
  : [input: RouteArguments<R>, signal?: AbortSignal]

/** A function that calls one route of the contract; answers are checked against it. */
export function call<R extends Route>(route: R): (...given: CallArguments<R>) => Promise<RouteResponse<R>> {
  return async (...given) => {
    const response = await sendUntilAnswered(route, given[0] ?? {}, given[1])
    const content: unknown = route.response === undefined ? undefined : await response.json()
    const parsed = route.response?.safeParse(content)
    if (parsed?.success === false) {
      throw new ApiError({
        code: 'internal',
        title: 'The server and this page do not fit together',
        detail: `${route.method} ${route.path}: ${parsed.error.issues[0]?.path.join('.') ?? ''} is not as agreed.`,
        fix: 'Reload the page; it may be older than the server.',
        cause: parsed.error,
      })
    }
    return parsed?.data as RouteResponse<R>
  }
}

/** A file that the server answered with, whole. */
export interface ReceivedFile {
  readonly fileName: string
  readonly content: Blob
}

/** A function that asks one route for its file. One that breaks off half-way is an error, never a shorter file. */
export function download<R extends Route & { readonly download: true }>(
  route: R,
): (...given: CallArguments<R>) => Promise<ReceivedFile> {
  return async (...given) => {
    const response = await sendUntilAnswered(route, given[0] ?? {}, given[1])
    const named = /filename="([^"]+)"/.exec(response.headers.get('content-disposition') ?? '')
    try {
      return { fileName: named?.[1] ?? 'download', content: await response.blob() }
    } catch (cause) {
      throw new ApiError({
        code: 'unavailable',
        title: 'The file broke off',
        detail: 'The connection ended before the whole file was here; nothing was saved.',
        fix: 'Try again.',
        cause,
      })
    }
  }
}

/** One attempt at a write has one key, however often it is sent (SEC-150). */
async function sendUntilAnswered(route: Route, input: LooseArguments, signal?: AbortSignal): Promise<Response> {
  if (!isKeyed(route)) return sendAgainWhenRenewed(route, input, undefined, signal)
  const key = crypto.randomUUID()
  for (const pauseMs of retryPausesMs) {
    try {
      return await sendAgainWhenRenewed(route, input, key, signal)
    } catch (error) {
      const isPassing = error instanceof ApiError && errorCatalogue[error.code].retryable && error.code !== 'internal'
      if (!isPassing) throw error
      await new Promise((resolve) => setTimeout(resolve, pauseMs))
    }
  }
  return sendAgainWhenRenewed(route, input, key, signal)
}

/** Another tab may have renewed the session, and with it the anti-forgery token; the new one is read, once. */
async function sendAgainWhenRenewed(
  route: Route,
  input: LooseArguments,
  key: string | undefined,
  signal?: AbortSignal,
): Promise<Response> {
  const response = await send(route, input, key, signal)
  if (response.ok) return response
  const problem = await readProblem(response, route.access)
  if (problem.code !== 'cross_site_request' || csrfToken === undefined) throw problem
  const stale = csrfToken
  const session = await call(operatorsApi.session)()
  if (session === null || session.csrfToken === stale) throw problem
  rememberCsrfToken(session.csrfToken)
  const second = await send(route, input, key, signal)
  if (!second.ok) throw await readProblem(second, route.access)
  return second
}

/** Requests that wait for their answer. */
const underway = new Set<Promise<unknown>>()
/** How long a renewal waits for them; one that hangs is no reason to keep somebody from confirming. */
const longestWaitMs = 2_000
let renewal: Promise<unknown> | undefined

/**
 * A confirmation ends the session and starts it under another ID (SEC-17): what comes to the server under the one from before
 * is refused. So it waits until the others are through, and those after it wait for its answer.
 */
async function send(
  route: Route,
  input: LooseArguments,
  key: string | undefined,
  signal: AbortSignal | undefined,
): Promise<Response> {
  if (route === operatorsApi.stepUp) {
    const sent = othersThrough().then(() => sendNow(route, input, key, signal))
    renewal = sent.catch(() => undefined)
    return sent
  }
  if (renewal !== undefined) await renewal
  const sent = sendNow(route, input, key, signal)
  underway.add(sent)
  try {
    return await sent
  } finally {
    underway.delete(sent)
  }
}

async function othersThrough(): Promise<void> {
  await Promise.race([Promise.allSettled(underway), new Promise((resolve) => setTimeout(resolve, longestWaitMs))])
}

async function sendNow(
  route: Route,
  input: LooseArguments,
  key: string | undefined,
  signal: AbortSignal | undefined,
): Promise<Response> {
  const headers = new Headers({ accept: 'application/json, application/problem+json' })
  if (!isAttended()) headers.set(unattendedHeader, '1')
  const changes = route.method !== 'GET'
  if (changes) headers.set('content-type', 'application/json')
  if (changes && csrfToken !== undefined) headers.set(csrfHeader, csrfToken)
  if (key !== undefined) headers.set(idempotencyHeader, key)
  if (input.ifMatch !== undefined) headers.set('if-match', `"${input.ifMatch}"`)
  try {
    return await fetch(addressOf(route.path, input), {
      method: route.method,
      headers,
      credentials: 'same-origin',
      cache: 'no-store',
      redirect: 'error',
      body: changes && input.body !== undefined ? JSON.stringify(input.body) : null,
      signal: signal ?? null,
    })
  } catch (cause) {
    if (signal?.aborted === true) throw cause
    throw new ApiError({
      code: 'unavailable',
      title: 'The server does not answer',
      detail: 'No connection to the Signet server could be made.',
      fix: 'Check that it is running and reachable from this computer.',
      cause,
    })
  }
}

/** Fills in the path of a route and adds the query; parts that are undefined are left out. */
export function addressOf(path: string, input: LooseArguments): string {
  const filled = path.replace(/:([a-zA-Z]+)/g, (_, name: string) => encodeURIComponent(String(input.params?.[name])))
  const query = new URLSearchParams()
  for (const [name, value] of Object.entries(input.query ?? {})) {
    if (value !== undefined && value !== '') query.set(name, String(value))
  }
  const search = query.toString()
  return `${base}${filled}${search === '' ? '' : `?${search}`}`
}
