import { createPrivateKey, createPublicKey } from 'node:crypto'
import { join } from 'node:path'
import { consoleApi } from '@signet/shared/api/console'
import { dayMs, hourMs } from '@signet/shared/vocabulary/time'
import { Router } from 'express'
import { type ComposedServer, composeServer } from '../compose.ts'
import { type Clock, systemClock } from '../platform/clock.ts'
import { type Config, readConfig } from '../platform/config.ts'
import { toPem } from '../platform/crypto/certificate.ts'
import { generatePrivateKey, importPrivateKey } from '../platform/crypto/key-pair.ts'
import { ensurePrivateFolder, writePrivateFile } from '../platform/data-folder.ts'
import { contractRouter, type Guard } from '../platform/http/contract-router.ts'
import { consoleApp, dashboardApp } from '../platform/http/dashboard-app.ts'
import { type Listener, listen, type TlsMaterial } from '../platform/http/listener.ts'
import { listenOnSocket } from '../platform/http/socket-listener.ts'
import { newGuid } from '../platform/identifiers.ts'
import { Lifecycle, stopOnSignal } from '../platform/lifecycle.ts'
import { createLogger, type Logger } from '../platform/log.ts'
import { PeriodicTask } from '../platform/periodic.ts'
import { type RequestContext, systemContext } from '../platform/request-context.ts'
import { consoleSocket } from './console-client.ts'

/** `signet serve`: the server, until a signal stops it. */
export async function serve(environment: NodeJS.ProcessEnv): Promise<void> {
  process.umask(0o077)
  const config = readConfig(environment)
  const log = createLogger(config.logLevel)
  const lifecycle = new Lifecycle(log)
  const clock = systemClock
  try {
    const server = await composeServer({ config, clock, log, lifecycle })
    await openListeners({ config, clock, log, lifecycle, server })
    await server.audit.record(systemContext('server', newGuid()), { action: 'server.start' })
    lifecycle.started('audit of the stop', () =>
      server.audit.record(systemContext('server', newGuid()), { action: 'server.stop' }),
    )
    await announceSetup(server, config)
    log.info({ dashboard: config.dashboardUrl, authority: config.authorityUrl, agents: config.agentsUrl }, 'ready')
    process.send?.({ ready: true })
    stopOnSignal(() => lifecycle.stop())
  } catch (error) {
    await lifecycle.stop()
    throw error
  }
}

interface Parts {
  readonly config: Config
  readonly clock: Clock
  readonly log: Logger
  readonly lifecycle: Lifecycle
  readonly server: ComposedServer
}

const tlsLifetimeMs = 90 * dayMs

async function openListeners({ config, clock, log, lifecycle, server }: Parts): Promise<void> {
  lifecycle.started(
    'socket',
    await listenOnSocket(consoleSocket(config.dataDir), consoleApp(consoleRouter(server, config))),
  )
  let material = await serverCertificate(server, config)
  const authority = await listen({
    name: 'authority',
    setting: 'SIGNET_AUTHORITY_PORT',
    bind: config.bind,
    port: config.authorityPort,
    handler: server.authorityHandler,
    tls: { ...material, minVersion: 'TLSv1.2' },
  })
  lifecycle.started('authority listener', () => authority.close())
  const agents = await listen({
    name: 'agents',
    setting: 'SIGNET_AGENTS_PORT',
    bind: config.bind,
    port: config.agentsPort,
    handler: server.agentsHandler,
    tls: { ...material, minVersion: 'TLSv1.3', requestCert: true },
  })
  lifecycle.started('agents listener', () => agents.close(2_000))
  const dashboard = await listen({
    name: 'dashboard',
    setting: 'SIGNET_DASHBOARD_PORT',
    bind: '127.0.0.1',
    port: config.dashboardPort,
    handler: dashboardHandler(server),
  })
  lifecycle.started('dashboard listener', () => dashboard.close(1_000))
  const renewal = new PeriodicTask({
    name: 'server certificate',
    intervalMs: Math.min(tlsLifetimeMs / 2, 24 * hourMs),
    clock,
    log,
    run: async () => {
      material = await serverCertificate(server, config)
      for (const listener of [authority, agents] satisfies Listener[]) listener.renew(material)
    },
  })
  lifecycle.started('server certificate', () => renewal.stop())
}

/** A new key and leaf at each start and each day after; chain up to the root, which agents compare with their pin. */
async function serverCertificate(server: ComposedServer, config: Config): Promise<TlsMaterial> {
  const pkcs8 = await generatePrivateKey('p256')
  const leaf = await server.authorities.issue('tls', {
    commonName: config.publicHost,
    publicKey: createPublicKey(importPrivateKey(pkcs8)),
    usage: 'serverAuth',
    lifetimeMs: tlsLifetimeMs,
    names: [...new Set([config.publicHost, 'localhost', '127.0.0.1', '::1'])],
  })
  const chain = [leaf.der, ...server.authorities.chainOf('tls')]
  const key = createPrivateKey({ key: pkcs8, format: 'der', type: 'pkcs8' })
  return { cert: chain.map(toPem).join(''), key: String(key.export({ format: 'pem', type: 'pkcs8' })) }
}

function dashboardHandler(server: ComposedServer) {
  const guard: Guard = (request, access, correlationId) =>
    server.guard.admit(
      { method: request.method, headers: request.headers, ip: request.socket.remoteAddress ?? null },
      access,
      correlationId,
    )
  return dashboardApp({ api: server.adminApi(guard), events: server.eventStreams(guard) })
}

/** Access to the data folder is access to its socket; whoever has it acts as the console of this host. */
function consoleRouter(server: ComposedServer, config: Config) {
  const guard: Guard = async (_request, _access, correlationId): Promise<RequestContext> => ({
    actor: { kind: 'console', id: null, label: 'console of this host' },
    correlationId,
    ip: null,
  })
  const router = Router()
  const handlers = {
    issueCode: async (_input: unknown, context: RequestContext) => {
      const { code, purpose, expiresAt } = await server.operators.issueCode(context)
      return { url: signInUrl(config, code), purpose, expiresAt }
    },
    deployment: async () => ({
      tenantId: server.tenantId,
      authorityUrl: config.authorityUrl,
      dashboardUrl: config.dashboardUrl,
      caFile: join(config.dataDir, 'ca.pem'),
    }),
  }
  router.use(contractRouter(consoleApi, handlers, { guard, log: createLogger('silent') }))
  router.use(server.adminApi(guard))
  return router
}

/** The code stands in the fragment, which browsers send to nobody. */
function signInUrl(config: Config, code: string): string {
  return `${config.dashboardUrl}/sign-in#code=${code}`
}

/** Until somebody has claimed the server, each start writes a fresh set-up link: to the console, and to a file (SEC-2). */
async function announceSetup(server: ComposedServer, config: Config): Promise<void> {
  if (await server.operators.isClaimed()) return
  if (process.connected) return
  const { code } = await server.operators.issueCode(systemContext('first start', newGuid()))
  ensurePrivateFolder(config.dataDir, 'SIGNET_DATA_DIR')
  writePrivateFile(join(config.dataDir, 'setup-link'), `${signInUrl(config, code)}\n`)
  process.stderr.write(`Open ${signInUrl(config, code)} within 30 minutes to become the administrator.\n`)
}
