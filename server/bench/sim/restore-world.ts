import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import { join } from 'node:path'
import { type ApplicationDetail, applicationsApi } from '@signet/shared/api/applications'
import { Anchor, AnchorKeeper } from '../../src/backup/index.ts'
import { ConsoleClient, consoleSocket } from '../../src/commands/console-client.ts'
import { consoleHandler } from '../../src/commands/console-handler.ts'
import { composeServer } from '../../src/compose.ts'
import { FakeClock } from '../../src/platform/clock.ts'
import { readConfig } from '../../src/platform/config.ts'
import { rootKeyProvider } from '../../src/platform/crypto/root-key/root-key-settings.ts'
import { ensurePrivateFolder } from '../../src/platform/data-folder.ts'
import { Database } from '../../src/platform/database/database.ts'
import { socketPath } from '../../src/platform/http/socket-listener.ts'
import { Lifecycle } from '../../src/platform/lifecycle.ts'
import { createLogger } from '../../src/platform/log.ts'
import { openSealer } from '../../src/purpose-keys.ts'

export function environmentOf(folder: string): Record<string, string> {
  return { SIGNET_DATA_DIR: join(folder, 'data'), SIGNET_LOG_LEVEL: 'silent' }
}

/** Code with a secret, and what it asks tokens with. */
export interface SimClient {
  readonly application: ApplicationDetail
  readonly secretId: string
  readonly secret: string
}

/** The whole server as `signet serve` composes it, on a clock that is moved by hand; authority and console answer. */
export class RestoreWorld {
  readonly clock: FakeClock
  readonly console: ConsoleClient
  readonly #lifecycle: Lifecycle
  readonly #authority: Server
  readonly #tenantId: string

  private constructor(parts: {
    clock: FakeClock
    dataDir: string
    lifecycle: Lifecycle
    authority: Server
    tenantId: string
  }) {
    this.clock = parts.clock
    this.console = new ConsoleClient(parts.dataDir)
    this.#lifecycle = parts.lifecycle
    this.#authority = parts.authority
    this.#tenantId = parts.tenantId
  }

  static async start(folder: string, at: number): Promise<RestoreWorld> {
    const environment = environmentOf(folder)
    const config = readConfig(environment)
    const clock = new FakeClock(at)
    const log = createLogger('silent')
    const lifecycle = new Lifecycle(log)
    ensurePrivateFolder(config.dataDir, 'SIGNET_DATA_DIR')
    const root = rootKeyProvider({ ...config, environment, clock })
    const database = Database.open(config.dataDir, clock)
    lifecycle.started('database', () => database.close())
    const sealer = await openSealer(database, root, clock)
    const server = await composeServer({ config, clock, log, lifecycle, database, root, sealer })
    const anchor = new Anchor(config.anchorFile, config.dataDir, sealer.keyOf('anchor'))
    const keeper = await AnchorKeeper.open({ ...server, anchor, clock, log })
    lifecycle.started('anchor', () => keeper.stop())
    const authority = createServer(server.authorityHandler).listen(0, '127.0.0.1')
    const console = createServer(consoleHandler(server, config)).listen(socketPath(consoleSocket(config.dataDir)))
    await Promise.all([once(authority, 'listening'), once(console, 'listening')])
    lifecycle.started('authority listener', () => closed(authority))
    lifecycle.started('console', () => closed(console))
    return new RestoreWorld({ ...config, clock, lifecycle, authority, tenantId: server.tenantId })
  }

  stop(): Promise<void> {
    return this.#lifecycle.stop()
  }

  async addClient(name: string): Promise<SimClient> {
    const created = await this.console.call(applicationsApi.create, { body: { name } })
    const params = { principalId: created.principalId }
    const body = { description: 'simulated', lifetimeSeconds: 30 * 86_400 }
    const secret = await this.console.call(applicationsApi.addSecret, { params, body })
    const application = await this.console.call(applicationsApi.show, { params })
    return { application, secretId: secret.id, secret: secret.value }
  }

  /** The status that a request for a token gets. */
  async ask({ application, secret }: SimClient): Promise<number> {
    const address = this.#authority.address()
    const port = typeof address === 'object' ? address?.port : 0
    const answer = await fetch(`http://127.0.0.1:${port}/${this.#tenantId}/oauth2/v2.0/token`, {
      method: 'POST',
      body: new URLSearchParams({
        grant_type: 'client_credentials',
        client_id: application.clientId,
        client_secret: secret,
        scope: 'https://vault.azure.net/.default',
      }),
    })
    await answer.arrayBuffer()
    return answer.status
  }
}

async function closed(server: Server): Promise<void> {
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
}
