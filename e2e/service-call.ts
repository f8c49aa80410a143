import { Agent, request } from 'node:https'

/** Calls services of one port by their names, as clients that know no other way there would; connections are kept. */
export class ServiceCaller {
  readonly #agent: Agent
  readonly #port: number

  /** @param ca PEM of what vouches for the names */
  constructor(port: number, ca: string) {
    this.#port = port
    this.#agent = new Agent({ ca, keepAlive: true })
  }

  /** @returns the status */
  get(url: string, token: string): Promise<number> {
    const { hostname, host, pathname, search } = new URL(url)
    return new Promise((resolve, reject) => {
      const call = request(
        {
          ...{ host: '127.0.0.1', port: this.#port, servername: hostname, path: `${pathname}${search}` },
          headers: { host, authorization: `Bearer ${token}` },
          agent: this.#agent,
        },
        (response) => {
          response.resume()
          response.on('end', () => resolve(response.statusCode ?? 0))
        },
      )
      call.on('error', reject)
      call.end()
    })
  }

  close(): void {
    this.#agent.destroy()
  }
}
