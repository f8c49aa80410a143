import { createHash, timingSafeEqual } from 'node:crypto'
import { type IRouter, type Request, Router } from 'express'
import { type Metrics, openMetricsType } from '../metrics.ts'
import type { Secret } from '../secret.ts'
import { SignetError } from '../signet-error.ts'

/** Whether somebody may read the metrics; throws what they are told otherwise. */
export type MetricsGuard = (request: Pick<Request, 'headers'>) => void

/** `GET /metrics`: figures of the process and the deployment, for a scraper that is let in (SEC-174). */
export function metricsRoute(metrics: Pick<Metrics, 'text'>, guard: MetricsGuard): IRouter {
  const router = Router()
  router.get('/metrics', async (request, response) => {
    try {
      guard(request)
    } catch (error) {
      if (error instanceof SignetError && error.status === 401) response.setHeader('WWW-Authenticate', 'Bearer')
      throw error
    }
    const text = await metrics.text()
    response.writeHead(200, { 'content-type': openMetricsType, 'cache-control': 'no-store' }).end(text)
  })
  return router
}

/**
 * Lets in who has the token of the settings. Without one there are no metrics on this port.
 *
 * @param token read anew for each request, so that it can be changed while the server runs
 */
export function bearerGuard(token: () => Secret | undefined): MetricsGuard {
  return ({ headers }) => {
    const expected = token()
    if (!expected) throw new SignetError('not_found', 'Metrics need SIGNET_METRICS_TOKEN_FILE to be set.')
    const [, given] = /^bearer +([!-~]+) *$/i.exec(headers.authorization ?? '') ?? []
    if (given === undefined || !timingSafeEqual(digest(given), digest(expected.reveal()))) {
      throw new SignetError('unauthenticated', 'The token of SIGNET_METRICS_TOKEN_FILE is needed.')
    }
  }
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}
