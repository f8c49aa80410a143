import type { RequestListener } from 'node:http'
import type { Config } from '../platform/config.ts'
import { type Listener, listen } from '../platform/http/listener.ts'
import { listenOnSocket } from '../platform/http/socket-listener.ts'
import { consoleSocket } from './console-client.ts'

export interface FrontHandlers {
  readonly console: RequestListener
  readonly dashboard: RequestListener
}

/** The two listeners that need no key: console and dashboard. What answers behind them can change while they are open. */
export class FrontDoor {
  #handlers: FrontHandlers
  #close: () => Promise<void>
  #closing: Promise<void> | undefined

  private constructor(handlers: FrontHandlers) {
    this.#handlers = handlers
    this.#close = async () => undefined
  }

  /** @throws StartupError when another server has this data folder, or the port is taken */
  static async open(config: Config, handlers: FrontHandlers): Promise<FrontDoor> {
    const front = new FrontDoor(handlers)
    const closeSocket = await listenOnSocket('server', consoleSocket(config.dataDir), (request, response) =>
      front.#handlers.console(request, response),
    )
    front.#close = closeSocket
    const dashboard = await front.#listen(config).catch(async (error: unknown) => {
      await closeSocket()
      throw error
    })
    front.#close = async () => {
      await dashboard.close(1_000)
      await closeSocket()
    }
    return front
  }

  show(handlers: FrontHandlers): void {
    this.#handlers = handlers
  }

  /** Closes once, however often it is asked. */
  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  #listen(config: Config): Promise<Listener> {
    return listen({
      name: 'dashboard',
      setting: 'SIGNET_DASHBOARD_PORT',
      bind: '127.0.0.1',
      port: config.dashboardPort,
      handler: (request, response) => this.#handlers.dashboard(request, response),
      idleMs: 60_000,
      mostConnectionsPerAddress: 256,
    })
  }
}
