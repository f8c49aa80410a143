import type { RequestListener } from 'node:http'
import type { ChangeEvent } from '@signet/shared/api/events'
import type { Request } from 'express'
import type { ComposedServer } from '../compose.ts'
import { signedInOf } from '../operators/index.ts'
import type { Guard } from '../platform/http/contract-router.ts'
import { dashboardApp } from '../platform/http/dashboard-app.ts'
import type { EventStream } from '../platform/http/sse.ts'
import { newGuid } from '../platform/identifiers.ts'
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
    listen: (request, open) => followChanges(server, guard, request, open),
    log: server.requestLog,
    readiness: readinessOf(server),
    ...(pageFolder !== undefined && { pageFolder }),
  })
}

/** A stream of changes for as long as the session that opened it is in force: it is looked up before each of them (SEC-18). */
async function followChanges(
  server: ComposedServer,
  guard: Guard,
  request: Request,
  open: () => EventStream,
): Promise<void> {
  const { sessionId } = signedInOf(await guard(request, 'session', newGuid()))
  const stream = open()
  let sending: Promise<void> = Promise.resolve()
  const send = async (changes: readonly ChangeEvent[]) => {
    if (!(await server.operators.sessions.isInForce(sessionId))) return stream.end()
    for (const change of changes) stream.send('change', change)
  }
  const unsubscribe = server.database.subscribe((changes) => {
    sending = sending.then(() => send(changes)).catch(() => stream.end())
  })
  stream.onClose(unsubscribe)
  stream.send('hello', { seq: await server.database.latestSeq() })
}
