import { createPrivateKey, createPublicKey } from 'node:crypto'
import { join } from 'node:path'
import { dayMs, hourMs } from '@signet/shared/vocabulary/time'
import { type ComposedServer, composeServer, openSealer } from '../compose.ts'
import { systemClock as clock } from '../platform/clock.ts'
import { type Config, readConfig } from '../platform/config.ts'
import { toPem } from '../platform/crypto/certificate.ts'
import { generatePrivateKey, importPrivateKey } from '../platform/crypto/key-pair.ts'
import { rootKeyProvider } from '../platform/crypto/root-key/root-key-settings.ts'
import { ensurePrivateFolder, writePrivateFile } from '../platform/data-folder.ts'
import { DataKeysStore } from '../platform/database/data-keys-store.ts'
import { Database } from '../platform/database/database.ts'
import { type Listener, listen, type TlsMaterial } from '../platform/http/listener.ts'
import { newGuid } from '../platform/identifiers.ts'
import { Lifecycle, stopOnSignal } from '../platform/lifecycle.ts'
import { createLogger, type Logger } from '../platform/log.ts'
import { PeriodicTask } from '../platform/periodic.ts'
import { hardenProcess } from '../platform/process-hardening.ts'
import { systemContext } from '../platform/request-context.ts'
import { SampledLog } from '../platform/sampled-log.ts'
import { consoleHandler, signInUrl } from './console-handler.ts'
import { dashboardHandler } from './dashboard.ts'
import { FrontDoor } from './front-door.ts'
import { recoveryReminder } from './recovery.ts'
import { SealedView } from './sealed-view.ts'
import { openWhenUnsealed } from './unsealing.ts'

/** `signet serve`: the server, until a signal stops it. */
export async function serve(environment: NodeJS.ProcessEnv): Promise<void> {
  hardenProcess('server')
  const config = readConfig(environment)
  const log = createLogger(config.logLevel)
  const lifecycle = new Lifecycle(log)
  const stopping = new AbortController()
  try {
    const storage = await openStorage({ environment, config, log, lifecycle, stopping })
    const server = await composeServer({ config, clock, log, lifecycle, ...storage })
    const handlers = { console: consoleHandler(server, config), dashboard: dashboardHandler(server) }
    const front = storage.front ?? (await FrontDoor.open(config, handlers))
    lifecycle.started('console and dashboard', () => front.close())
    await openListeners({ config, log, lifecycle, server })
    front.show(handlers)
    await announce({ config, log, lifecycle, server, wasSealed: storage.front !== undefined })
    if (!storage.front) stopOnSignal(() => lifecycle.stop())
  } catch (error) {
    await lifecycle.stop()
    if (!stopping.signal.aborted) throw error
  }
}

interface Parts {
  readonly config: Config
  readonly log: Logger
  readonly lifecycle: Lifecycle
  readonly server: ComposedServer
}

/** The database and the keys to it; sealed until the root key is there, with nothing but the front door open (SEC-57). */
async function openStorage(parts: {
  environment: NodeJS.ProcessEnv
  config: Config
  log: Logger
  lifecycle: Lifecycle
  stopping: AbortController
}) {
  const { config, log, lifecycle, stopping } = parts
  ensurePrivateFolder(config.dataDir, 'SIGNET_DATA_DIR')
  const root = rootKeyProvider({ ...config, environment: parts.environment, clock })
  delete parts.environment['SIGNET_ROOT_KEY']
  const database = Database.open(config.dataDir, clock)
  lifecycle.started('database', () => database.close())
  let front: FrontDoor | undefined
  const view = new SealedView(root, () => new DataKeysStore(database).rootKeyId(), new SampledLog(log, clock))
  const sealer = await openWhenUnsealed({
    open: () => openSealer(database, root, clock),
    clock,
    signal: stopping.signal,
    onSealed: async (fault) => {
      view.fault = fault
      if (front) return log.warn({ reason: fault.reason }, 'still sealed')
      front = await openSealed({ config, view, lifecycle, stopping })
    },
  })
  return { database, root, sealer, front }
}

async function openSealed(parts: {
  config: Config
  view: SealedView
  lifecycle: Lifecycle
  stopping: AbortController
}): Promise<FrontDoor> {
  const { view, lifecycle, stopping } = parts
  const front = await FrontDoor.open(parts.config, { console: view.app, dashboard: view.app })
  lifecycle.started('console and dashboard while sealed', () => front.close())
  stopOnSignal(async () => {
    stopping.abort()
    await lifecycle.stop()
  })
  const words = `sealed: ${view.fault.reason}: ${view.fault.mend}; the server opens by itself when it is back`
  process.stderr.write(`signet: ${words}\n`)
  process.send?.({ sealed: words })
  return front
}

async function announce(parts: Parts & { wasSealed: boolean }): Promise<void> {
  const { config, log, lifecycle, server, wasSealed } = parts
  const context = systemContext('server', newGuid())
  await server.audit.record(context, { action: 'server.start' })
  if (wasSealed) await server.audit.record(context, { action: 'server.unsealed' })
  lifecycle.started('audit of the stop', () =>
    server.audit.record(systemContext('server', newGuid()), { action: 'server.stop' }),
  )
  await announceSetup(server, config)
  await remindOfRecovery(server)
  log.info({ dashboard: config.dashboardUrl, authority: config.authorityUrl, agents: config.agentsUrl }, 'ready')
  process.send?.({ ready: true })
}

const tlsLifetimeMs = 90 * dayMs

/** The two listeners that need a certificate of Signet's own CA, and with it the root key. */
async function openListeners({ config, log, lifecycle, server }: Parts): Promise<void> {
  let material = await serverCertificate(server, config)
  const strictTransport = config.publicHost !== 'localhost'
  const authority = await listen({
    name: 'authority',
    setting: 'SIGNET_AUTHORITY_PORT',
    bind: config.bind,
    port: config.authorityPort,
    handler: server.authorityHandler,
    mostConnectionsPerAddress: 4_096,
    strictTransport,
    tls: { ...material, minVersion: 'TLSv1.2' },
  })
  lifecycle.started('authority listener', () => authority.close())
  const agents = await listen({
    name: 'agents',
    setting: 'SIGNET_AGENTS_PORT',
    bind: config.bind,
    port: config.agentsPort,
    handler: server.agentsHandler,
    mostConnectionsPerAddress: 8_192,
    strictTransport,
    tls: { ...material, minVersion: 'TLSv1.3', requestCert: true },
  })
  lifecycle.started('agents listener', () => agents.close(2_000))
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
  server.watch.onStep(() => renewal.poke())
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

/** Until somebody has claimed the server, each start writes a fresh set-up link: to the console, and to a file (SEC-2). */
async function announceSetup(server: ComposedServer, config: Config): Promise<void> {
  if (await server.operators.isClaimed()) return
  if (process.connected) return
  const { code } = await server.operators.issueCode(systemContext('first start', newGuid()))
  ensurePrivateFolder(config.dataDir, 'SIGNET_DATA_DIR')
  writePrivateFile(join(config.dataDir, 'setup-link'), `${signInUrl(config, code)}\n`)
  process.stderr.write(`Open ${signInUrl(config, code)} within 30 minutes to become the administrator.\n`)
}

/** One line at each start until recovery shares were taken (SEC-58); `signet start` has a line of its own for it. */
async function remindOfRecovery(server: ComposedServer): Promise<void> {
  if (process.connected || (await server.recovery.current())) return
  process.stderr.write(`${recoveryReminder}\n`)
}
