import { randomUUID } from 'node:crypto'
import express, { type Express, type IRouter, type Request, type Response } from 'express'
import { SignetError } from '../signet-error.ts'
import { pageHeaders, permissionsPolicy } from './hardening.ts'
import { sendProblem } from './problem.ts'
import { staticDashboard } from './static-dashboard.ts'

/** The dashboard's origin: its API, its event stream and its page, all under the same headers. */
export function dashboardApp(parts: { api: IRouter; events: IRouter }): Express {
  const app = bareApp()
  app.use(pageHeaders)
  app.use((_request, response, next) => {
    response.setHeader('Permissions-Policy', permissionsPolicy)
    next()
  })
  app.use('/api', parts.events)
  app.use('/api', parts.api)
  // The one page below /api: the dashboard shows the API's own description there.
  app.use('/api', (request, response, next) => {
    if (request.method === 'GET' && request.path === '/docs') next()
    else unknownAddress(request, response)
  })
  app.use(staticDashboard())
  app.use(lastResort)
  return app
}

/** The admin API alone, for a socket that only the host's own user can open. */
export function consoleApp(api: IRouter): Express {
  const app = bareApp()
  app.use('/api', api)
  app.use(unknownAddress)
  app.use(lastResort)
  return app
}

function bareApp(): Express {
  const app = express()
  app.disable('x-powered-by')
  app.disable('etag')
  app.set('trust proxy', false)
  app.set('query parser', false)
  return app
}

function unknownAddress(_request: Request, response: Response): void {
  sendProblem(response, new SignetError('not_found', 'The API has no such address.'), randomUUID())
}

/** Whatever a middleware throws, malformed URLs among it, is the caller's fault until shown otherwise. */
function lastResort(error: unknown, _request: Request, response: Response, _next: () => void): void {
  const status = typeof error === 'object' && error !== null && 'status' in error ? Number(error.status) : 500
  const known = status >= 400 && status < 500 ? new SignetError('invalid_request', undefined, { cause: error }) : error
  sendProblem(response, SignetError.from(known), randomUUID())
}
