import express, { type Express, type IRouter, type NextFunction, type Request, type Response } from 'express'
import type { SampledLog } from '../sampled-log.ts'
import { SignetError } from '../signet-error.ts'
import { apiHeaders, pageHeaders, permissionsPolicy, splitTarget, violationsPath } from './hardening.ts'
import { healthRoutes, type Readiness } from './health.ts'
import { requestIdOf, sendProblem } from './problem.ts'
import { staticDashboard } from './static-dashboard.ts'
import { takeViolationReport } from './violation-reports.ts'

/** The dashboard's origin: its API, its event stream and its page, all under the same headers. */
export function dashboardApp(parts: {
  api: IRouter
  /** The stream of changes. */
  events: IRouter
  metrics: IRouter
  readiness: Readiness
  log: SampledLog
  /** The built page; where `web` builds it unless given. */
  pageFolder?: string
}): Express {
  const { log } = parts
  const app = bareApp()
  app.use(pageHeaders)
  app.use((_request, response, next) => {
    response.setHeader('Permissions-Policy', permissionsPolicy)
    next()
  })
  app.use(healthRoutes(parts.readiness))
  app.use(parts.metrics)
  app.use('/api', parts.events)
  app.post(violationsPath, (request, response) => takeViolationReport(request, response, log))
  app.use('/api', parts.api)
  app.use('/api', (request, _response, next) => {
    if (!isPage(request)) unknownAddress()
    next()
  })
  app.use(readOnly)
  app.use(staticDashboard(parts.pageFolder))
  app.use(() => {
    throw new SignetError('not_found', 'There is no such page or file.')
  })
  app.use(lastResort(log))
  return app
}

/** The admin API alone, for a socket that only the host's own user can open. */
export function consoleApp(api: IRouter, parts: { metrics: IRouter; readiness: Readiness; log: SampledLog }): Express {
  const app = bareApp()
  app.use((_request, response, next) => {
    apiHeaders(response)
    next()
  })
  app.use(healthRoutes(parts.readiness))
  app.use(parts.metrics)
  app.use('/api', api)
  app.use(unknownAddress)
  app.use(lastResort(parts.log))
  return app
}

/** What is left of both while the root key is away: health, `api`, and one answer to everything else (SEC-57). */
export function sealedApp(parts: { api: IRouter; refusal: () => SignetError; log: SampledLog }): Express {
  const app = bareApp()
  app.use(pageHeaders)
  app.use(healthRoutes(async () => 'sealed'))
  app.use('/api', parts.api)
  app.use(() => {
    throw parts.refusal()
  })
  app.use(lastResort(parts.log))
  return app
}

function bareApp(): Express {
  const app = express()
  app.disable('x-powered-by')
  app.disable('etag')
  app.set('trust proxy', false)
  app.set('query parser', false)
  app.set('case sensitive routing', true)
  app.use(prepare)
  return app
}

const methods = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'])

/** Every answer has its request ID; paths are judged with slashes collapsed; nothing is answered on behalf of others. */
function prepare(request: Request, response: Response, next: NextFunction): void {
  requestIdOf(request, response)
  if (!methods.has(request.method)) throw new SignetError('method_not_allowed')
  const { path, query } = splitTarget(request.url)
  if (!path.startsWith('/')) throw new SignetError('invalid_request', 'This server is not a proxy.')
  request.url = query === '' ? path : `${path}?${query}`
  next()
}

/** The one page below `/api`: the dashboard shows the API's own description there. */
function isPage(request: Request): boolean {
  return request.method === 'GET' && request.path === '/docs'
}

function unknownAddress(): void {
  throw new SignetError('not_found', 'The API has no such address.')
}

function readOnly(request: Request, _response: Response, next: NextFunction): void {
  if (request.method !== 'GET' && request.method !== 'HEAD') throw new SignetError('method_not_allowed')
  next()
}

/** Whatever a middleware throws, malformed URLs among it, is the caller's fault until shown otherwise (SEC-156). */
function lastResort(log: SampledLog) {
  return (thrown: unknown, request: Request, response: Response, _next: NextFunction): void => {
    const status = typeof thrown === 'object' && thrown !== null && 'status' in thrown ? Number(thrown.status) : 500
    const isCallers = !(thrown instanceof SignetError) && status >= 400 && status < 500
    const error = isCallers
      ? new SignetError('invalid_request', undefined, { cause: thrown })
      : SignetError.from(thrown)
    const correlationId = requestIdOf(request, response)
    if (error.code === 'internal') log.error('last resort', { err: thrown, correlationId }, 'request failed')
    sendProblem(response, error, correlationId)
  }
}
