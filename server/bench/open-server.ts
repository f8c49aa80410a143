import { composeServer } from '../src/compose.ts'
import { systemClock as clock } from '../src/platform/clock.ts'
import { readConfig } from '../src/platform/config.ts'
import { rootKeyProvider } from '../src/platform/crypto/root-key/root-key-settings.ts'
import { ensurePrivateFolder } from '../src/platform/data-folder.ts'
import { Database } from '../src/platform/database/database.ts'
import { Lifecycle } from '../src/platform/lifecycle.ts'
import { createLogger } from '../src/platform/log.ts'
import { openSealer } from '../src/purpose-keys.ts'

/** The whole server as `signet serve` composes it, without listeners. */
export async function openServer(environment: NodeJS.ProcessEnv) {
  const log = createLogger('silent')
  const lifecycle = new Lifecycle(log)
  const config = readConfig(environment)
  ensurePrivateFolder(config.dataDir, 'SIGNET_DATA_DIR')
  const root = rootKeyProvider({ ...config, environment, clock })
  const database = Database.open(config.dataDir, clock)
  lifecycle.started('database', () => database.close())
  const sealer = await openSealer(database, root, clock)
  const server = await composeServer({ config, clock, log, lifecycle, database, root, sealer })
  return { server, config, lifecycle }
}
