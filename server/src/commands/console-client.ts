import { request as httpRequest } from 'node:http'
import { join } from 'node:path'
import type { Route, RouteArguments, RouteResponse } from '@signet/shared/api/contract'
import { Problem } from '@signet/shared/errors'
import { socketPath } from '../platform/http/socket-listener.ts'
import { SignetError, StartupError } from '../platform/signet-error.ts'

export function consoleSocket(dataDir: string): string {
  return join(dataDir, 'console.sock')
}

interface Sent {
  readonly method: string
  readonly path: string
  readonly body: unknown
  /** The version of the thing that was seen. */
  readonly ifMatch: number | undefined
}

/** The admin API for the command line: the same contract as the dashboard's, over the socket in the data folder. */
export class ConsoleClient {
  readonly #dataDir: string

  constructor(dataDir: string) {
    this.#dataDir = dataDir
  }

  /** @throws SignetError as the server answered it; StartupError when no server runs on this data folder */
  async call<R extends Route>(route: R, given: RouteArguments<R>): Promise<RouteResponse<R>> {
    const {
      params = {},
      query = {},
      body,
      ifMatch,
    } = given as {
      params?: Record<string, string>
      query?: Record<string, string>
      body?: unknown
      ifMatch?: number
    }
    const path = route.path.replaceAll(/:(\w+)/g, (_match, name: string) => encodeURIComponent(params[name] ?? ''))
    const search = new URLSearchParams(query).toString()
    const address = `/api${path}${search && `?${search}`}`
    const { status, text } = await this.#send({ method: route.method, path: address, body, ifMatch })
    const answer: unknown = text ? JSON.parse(text) : undefined
    if (status >= 400) throw errorOf(answer)
    return route.response?.parse(answer) as RouteResponse<R>
  }

  #send({ method, path, body, ifMatch }: Sent): Promise<{ status: number; text: string }> {
    const text = body === undefined ? undefined : JSON.stringify(body)
    return new Promise((resolve, reject) => {
      // Node says nothing of the length of what it sends with DELETE.
      const length = text === undefined ? {} : { 'content-length': Buffer.byteLength(text) }
      const seen = ifMatch === undefined ? {} : { 'if-match': `"${ifMatch}"` }
      const headers = { 'content-type': 'application/json', ...length, ...seen }
      const call = httpRequest(
        { socketPath: socketPath(consoleSocket(this.#dataDir)), path, method, headers },
        (response) => {
          const chunks: Buffer[] = []
          response.on('data', (chunk: Buffer) => chunks.push(chunk))
          response.on('end', () =>
            resolve({ status: response.statusCode ?? 0, text: Buffer.concat(chunks).toString('utf8') }),
          )
          response.on('error', reject)
        },
      )
      call.on('error', (cause) => {
        reject(
          new StartupError(
            `no Signet server runs on the data folder ${this.#dataDir}: start it, or set SIGNET_DATA_DIR to the folder of the one that runs`,
            { cause },
          ),
        )
      })
      call.end(text)
    })
  }
}

function errorOf(answer: unknown): Error {
  const problem = Problem.safeParse(answer)
  if (!problem.success) return new SignetError('internal', 'The server gave an answer that is not understood.')
  const { code, detail, fix } = problem.data
  return new SignetError(code, detail, fix === undefined ? {} : { fix })
}
