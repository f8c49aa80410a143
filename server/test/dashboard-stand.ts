import { randomBytes } from 'node:crypto'
import { rmSync } from 'node:fs'
import { Agent, type IncomingHttpHeaders, request } from 'node:http'
import { join } from 'node:path'
import { csrfHeader, Session } from '@signet/shared/api/operators'
import { dashboardHandler } from '../src/commands/dashboard.ts'
import { composeServer, type ServerParts } from '../src/compose.ts'
import { FakeClock } from '../src/platform/clock.ts'
import { readConfig } from '../src/platform/config.ts'
import { EnvironmentRootKey } from '../src/platform/crypto/root-key/environment-root-key.ts'
import { ensurePrivateFolder } from '../src/platform/data-folder.ts'
import { Database } from '../src/platform/database/database.ts'
import { listen } from '../src/platform/http/listener.ts'
import { Lifecycle } from '../src/platform/lifecycle.ts'
import { createLogger } from '../src/platform/log.ts'
import { openSealer } from '../src/purpose-keys.ts'
import { contextOf, temporaryFolder } from './stack.ts'

export interface Answer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly text: string
}

export interface Sent {
  readonly method?: string
  /** As it goes on the wire: nothing is escaped. */
  readonly path: string
  /** One after the other, repeats included. */
  readonly headers?: readonly (readonly [string, string])[]
  readonly body?: string | Buffer
}

/** No answer takes longer, whatever is asked. */
const patienceMs = 8_000

export type DashboardStand = Awaited<ReturnType<typeof openDashboard>>

/** The whole server behind the dashboard's port, with an administrator signed in; time stands still. */
export async function openDashboard(
  pageFolder?: string,
  demo: Pick<ServerParts, 'makeDemo' | 'removeDemo'> = {},
  settings: Readonly<Record<string, string>> = {},
) {
  const folder = temporaryFolder()
  const config = readConfig({ SIGNET_DATA_DIR: join(folder, 'data'), ...settings })
  const lines: string[] = []
  const log = createLogger('debug', { write: (line) => lines.push(line) })
  const lifecycle = new Lifecycle(log)
  const clock = new FakeClock()
  ensurePrivateFolder(config.dataDir, 'SIGNET_DATA_DIR')
  const root = new EnvironmentRootKey(randomBytes(32).toString('base64'))
  const database = Database.open(config.dataDir, clock)
  lifecycle.started('database', () => database.close())
  const sealer = await openSealer(database, root, clock)
  const server = await composeServer({ config, clock, log, lifecycle, database, root, sealer, ...demo })
  const handler = dashboardHandler(server, pageFolder)
  const listener = await listen({ name: 'dashboard', setting: 'none', bind: '127.0.0.1', port: 0, handler })
  lifecycle.started('listener', () => listener.close(0))
  const send = (sent: Sent) => sendTo(listener.port, sent)
  const origin = config.dashboardUrl
  const page: [string, string][] = [
    ['Origin', origin],
    ['Sec-Fetch-Site', 'same-origin'],
    ['Content-Type', 'application/json'],
  ]
  const { code } = await server.operators.issueCode(contextOf('console', 'console'))
  const signedIn = await send({
    method: 'POST',
    path: '/api/session',
    headers: page,
    body: JSON.stringify({ code: code.reveal() }),
  })
  const { csrfToken } = Session.parse(JSON.parse(signedIn.text))
  const cookie = signedIn.headers['set-cookie']?.[0]?.split(';')[0] ?? ''
  return {
    server,
    clock,
    origin,
    port: listener.port,
    folder,
    /** What was logged, whole. */
    logged: () => lines.join(''),
    send,
    signedInAnswer: signedIn,
    /** What the page of the signed-in administrator sends with everything. */
    headers: [...page, ['Cookie', cookie], [csrfHeader, csrfToken]] satisfies [string, string][],
    close: async () => {
      await lifecycle.stop()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** A test of every route sends tens of thousands of requests, of which a fifth of the time would go into connections. */
const kept = new Agent({ keepAlive: true })

function sendTo(port: number, sent: Sent): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const { method = 'GET', path, body } = sent
    const given = new Set(sent.headers?.map(([name]) => name.toLowerCase()))
    const headers = sent.headers?.flat() ?? []
    if (!given.has('host')) headers.push('Host', `localhost:${port}`)
    if (body !== undefined && !given.has('content-length') && !given.has('transfer-encoding')) {
      headers.push('Content-Length', String(Buffer.byteLength(body)))
    }
    const signal = AbortSignal.timeout(patienceMs)
    const call = request({ host: '127.0.0.1', port, method, path, headers, signal, agent: kept }, (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('error', reject)
      response.on('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          text: Buffer.concat(chunks).toString('utf8'),
        }),
      )
    })
    call.on('error', reject)
    call.end(body)
  })
}
