import { randomBytes } from 'node:crypto'
import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { type RunningAgent, startAgent } from '../src/agent/agent.ts'
import { enrollAgent } from '../src/agent/enrollment.ts'
import { freePort, testFacts, testSettings, until } from '../src/agent/testing/test-stand.ts'
import { ConsoleClient } from '../src/commands/console-client.ts'
import { consoleHandler } from '../src/commands/console-handler.ts'
import { dashboardHandler } from '../src/commands/dashboard.ts'
import { FrontDoor } from '../src/commands/front-door.ts'
import { addInstance, switchIdentity } from '../src/commands/instance.ts'
import { openListeners } from '../src/commands/listeners.ts'
import { composeServer } from '../src/compose.ts'
import { type Clock, systemClock } from '../src/platform/clock.ts'
import { readConfig } from '../src/platform/config.ts'
import { EnvironmentRootKey } from '../src/platform/crypto/root-key/environment-root-key.ts'
import { ensurePrivateFolder } from '../src/platform/data-folder.ts'
import { Database } from '../src/platform/database/database.ts'
import { Lifecycle } from '../src/platform/lifecycle.ts'
import { createLogger } from '../src/platform/log.ts'
import { Secret } from '../src/platform/secret.ts'
import { openSealer } from '../src/purpose-keys.ts'
import { given, temporaryFolder } from './stack.ts'

export type AgentStand = Awaited<ReturnType<typeof openAgentStand>>

/** The whole server on ports of its own, and one real agent of it whose identity is on; time is that of the machine unless given. */
export async function openAgentStand(clock: Clock = systemClock) {
  const folder = temporaryFolder()
  const ports = { authority: await freePort(), agents: await freePort(), dashboard: await freePort() }
  const config = readConfig({
    SIGNET_DATA_DIR: join(folder, 'data'),
    SIGNET_AUTHORITY_PORT: String(ports.authority),
    SIGNET_AGENTS_PORT: String(ports.agents),
    SIGNET_DASHBOARD_PORT: String(ports.dashboard),
  })
  const log = createLogger('silent')
  const lifecycle = new Lifecycle(log)
  ensurePrivateFolder(config.dataDir, 'SIGNET_DATA_DIR')
  const root = new EnvironmentRootKey(randomBytes(32).toString('base64'))
  const database = Database.open(config.dataDir, clock)
  lifecycle.started('database', () => database.close())
  const sealer = await openSealer(database, root, clock)
  const server = await composeServer({ config, clock, log, lifecycle, database, root, sealer })
  const front = await FrontDoor.open(config, {
    console: consoleHandler(server, config),
    dashboard: dashboardHandler(server),
  })
  lifecycle.started('front door', () => front.close())
  await openListeners({ config, clock, log, lifecycle, server })
  const client = new ConsoleClient(config.dataDir)
  const { instance, join: admission } = await addInstance(client, 'web-01', 'host')
  const agentDir = join(folder, 'agent')
  const { serverUrl, caPin, token } = admission
  const joinToken = new Secret(token)
  await enrollAgent({ serverUrl, caPin, joinToken, agentDir, facts: testFacts, log, clock })
  const local = { ...testSettings, arcFolder: join(folder, 'arc', 'tokens') }
  const start = () => startAgent({ agentDir, local, facts: testFacts, log, clock })
  let agent: RunningAgent = await start()
  await until(() => agent.instanceState().connected)
  const { identity } = await switchIdentity(client, instance.name, true)
  return {
    config,
    database,
    client,
    principalId: given(identity).principalId,
    clientId: given(identity).clientId,
    tokenUrl: `${config.authorityUrl}/${server.tenantId}/oauth2/v2.0/token`,
    assertionAudience: `${config.authorityUrl}/${server.tenantId}/v2.0`,
    caPem: readFileSync(join(config.dataDir, 'ca.pem'), 'utf8'),
    agentDir,
    agent: () => agent,
    /** Once it was stopped. */
    startAgent: async () => {
      agent = await start()
    },
    close: async () => {
      await agent.stop()
      await lifecycle.stop()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
