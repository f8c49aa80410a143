import { type ComposedServer, composeServer } from '../compose.ts'
import { DemoAgents, DemoHistory, historyMs } from '../demo/index.ts'
import { type Config, readConfig } from '../platform/config.ts'
import { rootKeyProvider } from '../platform/crypto/root-key/root-key-settings.ts'
import { ensurePrivateFolder } from '../platform/data-folder.ts'
import { Database } from '../platform/database/database.ts'
import { listenOnSocket } from '../platform/http/socket-listener.ts'
import { newGuid } from '../platform/identifiers.ts'
import { LeapingClock } from '../platform/leaping-clock.ts'
import { Lifecycle } from '../platform/lifecycle.ts'
import { createLogger, type Logger } from '../platform/log.ts'
import { hardenProcess } from '../platform/process-hardening.ts'
import { systemContext } from '../platform/request-context.ts'
import { openSealer } from '../purpose-keys.ts'
import { agentFacts } from './agent-facts.ts'
import { ConsoleClient, consoleSocket } from './console-client.ts'
import { consoleHandler } from './console-handler.ts'
import { demoFolderOf } from './demo-agents.ts'
import { openListeners } from './listeners.ts'

/**
 * `signet demo-history`: makes the data of a demo and ends. Server and agents run in this one process, because they share a
 * clock that is led from the past to the present; the dashboard stays closed meanwhile.
 */
export async function makeDemoHistory(environment: NodeJS.ProcessEnv): Promise<void> {
  hardenProcess('server')
  // What is half made is of no use: whoever started this is gone, or wants it gone.
  process.once('disconnect', () => process.exit(1))
  // The operator's certificate is one of today.
  const config: Config = { ...readConfig(environment), tlsFiles: undefined }
  const log = createLogger(config.logLevel)
  const lifecycle = new Lifecycle(log)
  const clock = new LeapingClock(historyMs)
  try {
    const from = clock.now()
    const server = await openPastServer({ environment, config, clock, log, lifecycle })
    const agents = new DemoAgents({
      folder: demoFolderOf(config).agentsDir,
      localBind: config.local.bind,
      facts: agentFacts(),
      log,
      clock,
    })
    lifecycle.started('agents', () => agents.stopAll())
    await new DemoHistory({
      admin: new ConsoleClient(config.dataDir),
      agents,
      clock,
      onWeek: (week) => process.send?.({ progress: `  week ${week} of 12` }),
    }).make()
    await server.audit.record(systemContext('demo', newGuid()), {
      action: 'demo.made',
      after: { from, until: clock.now() },
    })
  } finally {
    await lifecycle.stop()
  }
  process.removeAllListeners('disconnect')
  if (process.connected) process.disconnect()
}

/** A server whose console socket and two listeners are open, for whoever shares its clock. */
async function openPastServer(parts: {
  environment: NodeJS.ProcessEnv
  config: Config
  clock: LeapingClock
  log: Logger
  lifecycle: Lifecycle
}): Promise<ComposedServer> {
  const { environment, config, clock, log, lifecycle } = parts
  ensurePrivateFolder(config.dataDir, 'SIGNET_DATA_DIR')
  const root = rootKeyProvider({ ...config, environment, clock })
  const database = Database.open(config.dataDir, clock)
  lifecycle.started('database', () => database.close())
  const sealer = await openSealer(database, root, clock)
  const server = await composeServer({ config, clock, log, lifecycle, database, root, sealer, makeDemo: true })
  const close = await listenOnSocket(
    'server',
    consoleSocket(config.dataDir),
    consoleHandler(server, config, 'the demo'),
  )
  lifecycle.started('console', close)
  await openListeners({ config, clock, log, lifecycle, server })
  return server
}
