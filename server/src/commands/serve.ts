import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { requireIntactRows } from '../audit/index.ts'
import { Anchor, AnchorKeeper, restoringFolder } from '../backup/index.ts'
import { type ComposedServer, composeServer } from '../compose.ts'
import { DemoFolder } from '../demo/index.ts'
import { Ballast } from '../platform/ballast.ts'
import { systemClock as clock } from '../platform/clock.ts'
import { type Config, readConfig } from '../platform/config.ts'
import { rootKeyProvider } from '../platform/crypto/root-key/root-key-settings.ts'
import { ensurePrivateFolder, writePrivateFile } from '../platform/data-folder.ts'
import { DataKeysStore } from '../platform/database/data-keys-store.ts'
import { Database } from '../platform/database/database.ts'
import type { Sealer } from '../platform/database/sealer.ts'
import { deploymentSettings } from '../platform/database/settings-store.ts'
import { newGuid } from '../platform/identifiers.ts'
import { Lifecycle, stopOnSignal } from '../platform/lifecycle.ts'
import { createLogger, type Logger } from '../platform/log.ts'
import { hardenProcess } from '../platform/process-hardening.ts'
import { systemContext } from '../platform/request-context.ts'
import { SampledLog } from '../platform/sampled-log.ts'
import { StartupError } from '../platform/signet-error.ts'
import { openSealer } from '../purpose-keys.ts'
import { consoleHandler, signInUrl } from './console-handler.ts'
import { dashboardHandler } from './dashboard.ts'
import { FrontDoor } from './front-door.ts'
import { openListeners } from './listeners.ts'
import { recoveryReminder } from './recovery.ts'
import { SealedView } from './sealed-view.ts'
import { endAtStorageFailure } from './storage-failure.ts'
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
    await requireIntactRows({ ...storage, clock, log })
    await keepAnchor({ config, log, lifecycle, ...storage })
    const server = await composeServer({ config, clock, log, lifecycle, ...storage, ...demoRemoval(config) })
    const ballast = Ballast.hold(config.dataDir, config.ballastBytes)
    if (config.ballastBytes > 0 && !ballast.isHeld) log.warn('the disk is nearly full: no ballast is held back')
    endAtStorageFailure({ ...server, ballast, lifecycle, clock, log, exit: () => process.exit(1) })
    const handlers = { console: consoleHandler(server, config), dashboard: dashboardHandler(server) }
    const front = storage.front ?? (await FrontDoor.open(config, handlers))
    lifecycle.started('console and dashboard', () => front.close())
    await openListeners({ config, clock, log, lifecycle, server })
    lifecycle.started('long polls', () => server.endWaits())
    front.show(handlers)
    lifecycle.started('backups', server.backups.start())
    await announce({ config, log, lifecycle, server, wasSealed: storage.front !== undefined })
    if (!storage.front) stopOnSignal(() => lifecycle.stop())
  } catch (error) {
    await lifecycle.stop()
    if (!stopping.signal.aborted) throw error
  }
}

/** The order is on disk before it is passed on: if either process dies now, the next start carries it out. */
function demoRemoval({ dataDir }: Config): { removeDemo?: () => void } {
  const folder = DemoFolder.holding(dataDir)
  if (!folder || !process.connected) return {}
  return {
    removeDemo: () => {
      folder.orderRemoval()
      // The answer goes out first.
      clock.after(answerMs, () => process.send?.({ removeDemo: true }))
    },
  }
}

const answerMs = 300

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
  if (existsSync(restoringFolder(config.dataDir))) {
    throw new StartupError('a restore of this data was cut short: run `signet restore` again')
  }
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

/** Before anything looks at it: data that is older than it has been is not served (SEC-142). */
async function keepAnchor(parts: Omit<Parts, 'server'> & { database: Database; sealer: Sealer }): Promise<void> {
  const { config, log, lifecycle, database, sealer } = parts
  const anchor = new Anchor(config.anchorFile, config.dataDir, sealer.keyOf('anchor'))
  const { tenantId } = await deploymentSettings(database, clock)
  const keeper = await AnchorKeeper.open({ anchor, database, tenantId, clock, log })
  lifecycle.started('anchor', () => keeper.stop())
}

async function announce(parts: Parts & { wasSealed: boolean }): Promise<void> {
  const { config, log, lifecycle, server, wasSealed } = parts
  const context = systemContext('server', newGuid())
  await server.audit.record(context, { action: 'server.start' })
  if (wasSealed) await server.audit.record(context, { action: 'server.unsealed' })
  lifecycle.started('audit of the stop', () =>
    server.audit.record(systemContext('server', newGuid()), { action: 'server.stop' }),
  )
  const { quarantine } = server.backups
  if (quarantine) log.warn({ fix: quarantine.fix }, 'restored and not released: no token is issued')
  await announceSetup(server, config)
  await remindOfRecovery(server)
  log.info({ dashboard: config.dashboardUrl, authority: config.authorityUrl, agents: config.agentsUrl }, 'ready')
  process.send?.({ ready: true })
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
