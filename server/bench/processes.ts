import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { BenchClient, Fleet } from './fleet.ts'

export interface ServerFacts {
  readonly plainPort: number
  readonly tlsPort: number
  readonly helloPort: number
  /** What assertions are addressed to. */
  readonly issuer: string
}

/** CPU time of a server process since its start, and of its main thread alone. */
export interface CpuUsed {
  readonly micros: number
  readonly mainMicros: number
}

export interface LoadPlan {
  readonly port: number
  readonly isTls?: boolean
  readonly path: string
  readonly connections: number
  readonly count: number
  /** Absent: the path is fetched again and again. */
  readonly token?: { readonly clients: readonly BenchClient[]; readonly privateKey: string; readonly issuer: string }
}

export interface LoadResult {
  readonly seconds: number
  readonly cpuMicros: number
  readonly p50Ms: number
  readonly p99Ms: number
}

/** What one run of the load cost and brought. */
export interface Measured extends LoadResult {
  readonly perSecond: number
  /** CPU microseconds for one request: of the server, of its main thread alone, and of the load beside it. */
  readonly serverMicros: number
  readonly mainMicros: number
  readonly loadMicros: number
}

/** The product on one fleet, in a process of its own. */
export class BenchServer {
  readonly #child: ChildProcess
  readonly facts: ServerFacts

  private constructor(child: ChildProcess, facts: ServerFacts) {
    this.#child = child
    this.facts = facts
  }

  static async start(fleet: Fleet, execArgv: readonly string[]): Promise<BenchServer> {
    const child = start('./token-server.ts', { env: { ...process.env, ...fleet.environment }, execArgv: [...execArgv] })
    return new BenchServer(child, await nextMessage<ServerFacts>(child))
  }

  cpuUsed(): Promise<CpuUsed> {
    this.#child.send('cpu')
    return nextMessage<CpuUsed>(this.#child)
  }

  async stop(): Promise<void> {
    await stop(this.#child)
  }
}

export class BenchLoad {
  readonly #child = start('./token-load.ts', {})

  async run(server: BenchServer, plan: LoadPlan): Promise<Measured> {
    const before = await server.cpuUsed()
    this.#child.send(plan)
    const result = await nextMessage<LoadResult>(this.#child)
    const after = await server.cpuUsed()
    return {
      ...result,
      perSecond: plan.count / result.seconds,
      serverMicros: (after.micros - before.micros) / plan.count,
      mainMicros: (after.mainMicros - before.mainMicros) / plan.count,
      loadMicros: result.cpuMicros / plan.count,
    }
  }

  async stop(): Promise<void> {
    await stop(this.#child)
  }
}

function start(file: string, options: { env?: NodeJS.ProcessEnv; execArgv?: string[] }): ChildProcess {
  return fork(fileURLToPath(new URL(file, import.meta.url)), options)
}

function nextMessage<T>(child: ChildProcess): Promise<T> {
  return new Promise((resolve, reject) => {
    const onMessage = (message: unknown) => {
      child.off('exit', onExit)
      resolve(message as T)
    }
    const onExit = (code: number | null) => {
      child.off('message', onMessage)
      reject(new Error(`a process of the benchmark ended with code ${code}`))
    }
    child.once('message', onMessage)
    child.once('exit', onExit)
  })
}

async function stop(child: ChildProcess): Promise<void> {
  const ended = once(child, 'exit')
  child.disconnect()
  await ended
}
