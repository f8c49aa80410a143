import type { RequestListener } from 'node:http'
import type { ComposedServer } from '../compose.ts'
import type { Guard } from '../platform/http/contract-router.ts'
import { dashboardApp } from '../platform/http/dashboard-app.ts'
import { bearerGuard, metricsRoute } from '../platform/http/metrics-route.ts'
import { readinessOf } from './console-handler.ts'

/** Everything the dashboard's port answers. @param pageFolder the built page; where `web` builds it unless given */
export function dashboardHandler(server: ComposedServer, pageFolder?: string): RequestListener {
  const guard: Guard = (request, access, correlationId) =>
    server.guard.admit(
      { method: request.method, headers: request.headers, ip: request.socket.remoteAddress ?? null },
      access,
      correlationId,
    )
  return dashboardApp({
    api: server.adminApi(guard),
    events: server.eventStreams(guard),
    metrics: metricsRoute(server.metrics, bearerGuard(server.metricsToken)),
    log: server.requestLog,
    readiness: readinessOf(server),
    ...(pageFolder !== undefined && { pageFolder }),
  })
}
