import { type IRouter, Router } from 'express'
import { sendJson } from './problem.ts'

/** `ready`, or in one word why not. A reason that is thrown counts as `failing`. */
export type Readiness = () => Promise<'ready' | 'sealed'>

/**
 * `GET /livez`: the process answers. `GET /readyz`: it can do its work, or 503 with a reason. Neither names anybody or
 * needs a sign-in (SEC-57, SEC-174).
 */
export function healthRoutes(readiness: Readiness): IRouter {
  const router = Router()
  router.get('/livez', (_request, response) => sendJson(response, 200, { status: 'ok' }))
  router.get('/readyz', async (_request, response) => {
    const state = await readiness().catch(() => 'failing' as const)
    if (state === 'ready') sendJson(response, 200, { status: 'ok' })
    else sendJson(response, 503, { status: 'unavailable', reason: state })
  })
  return router
}
