import { type ChildProcess, fork, type StdioOptions } from 'node:child_process'
import { createWriteStream, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { processFlags } from '../platform/process-hardening.ts'
import { StartupError } from '../platform/signet-error.ts'

const program = fileURLToPath(new URL('../main.ts', import.meta.url))
const quickDeathMs = 2_000
const restartAfterMs = 500

/** The subcommands that run as children, with the kind of process each is. */
const kinds = { serve: 'server', agent: 'agent', 'demo-history': 'server', 'demo-agents': 'agent' } as const
type ChildName = keyof typeof kinds

/** What a child tells its parent. */
export interface ChildReport {
  /** It serves, or is done. */
  readonly ready?: true
  /** It waits for the root key, in these words. */
  readonly sealed?: string
  /** Somebody wants the demo removed. */
  readonly removeDemo?: true
  /** For whoever waits. */
  readonly progress?: string
}

export interface ChildrenParts {
  /** A folder for one log of each child. */
  readonly logs: string
  readonly environment: NodeJS.ProcessEnv
  /** Told of everything but `ready` and `sealed`. */
  readonly onReport?: (report: ChildReport) => void
}

/** The processes of a stack; one that dies is started again, one that dies at once is reported. */
export class Children {
  readonly #parts: ChildrenParts
  readonly #running = new Map<ChildName, ChildProcess>()
  #stopping = false

  constructor(parts: ChildrenParts) {
    this.#parts = parts
    mkdirSync(parts.logs, { recursive: true, mode: 0o700 })
  }

  /** Resolves when the process says it is ready. @throws StartupError with what it last said */
  run(name: ChildName): Promise<void> {
    const { child, lastWords } = this.#fork(name)
    return new Promise((resolve, reject) => {
      let readyAt: number | undefined
      child.on('message', (report: ChildReport) => {
        if (report.sealed !== undefined) process.stderr.write(`${report.sealed}\n`)
        this.#parts.onReport?.(report)
        if (report.ready !== true) return
        readyAt = performance.now()
        resolve()
      })
      child.once('exit', (code) => {
        if (this.#stopping) resolve()
        else if (readyAt === undefined) reject(new StartupError(wordsOf(lastWords(), name, code)))
        else this.#restart(name, performance.now() - readyAt)
      })
    })
  }

  /** Resolves when the process has done its work and ended, or was told to stop. @throws StartupError as `run` */
  runToEnd(name: ChildName): Promise<void> {
    const { child, lastWords } = this.#fork(name)
    child.on('message', (report: ChildReport) => this.#parts.onReport?.(report))
    return new Promise((resolve, reject) => {
      child.once('exit', (code) => {
        if (code === 0 || this.#stopping) resolve()
        else reject(new StartupError(wordsOf(lastWords(), name, code)))
      })
    })
  }

  get isStopping(): boolean {
    return this.#stopping
  }

  /** Resolves when all of them have ended; agents go first. */
  async stop(): Promise<void> {
    this.#stopping = true
    const children = [...this.#running.values()].reverse()
    const ended = children.map((child) => new Promise((resolve) => child.once('exit', resolve)))
    for (const child of children) child.kill('SIGTERM')
    await Promise.all(ended)
  }

  #fork(name: ChildName): { child: ChildProcess; lastWords: () => string } {
    const { logs, environment } = this.#parts
    const kind = kinds[name]
    const stdio: StdioOptions = ['ignore', 'ignore', 'pipe', 'ipc']
    const execArgv = [...processFlags[kind]]
    const child = fork(program, [name], { stdio, env: environmentOf(kind, environment), execArgv })
    this.#running.set(name, child)
    let lastWords = ''
    const log = createWriteStream(join(logs, `${name}.log`), { flags: 'a', mode: 0o600 })
    child.stderr?.on('data', (chunk: Buffer) => {
      lastWords = chunk.toString('utf8').trim()
      log.write(chunk)
    })
    child.once('exit', () => {
      log.end()
      this.#running.delete(name)
    })
    return { child, lastWords: () => lastWords }
  }

  #restart(name: ChildName, livedMs: number): void {
    process.stderr.write(`The ${name} process ended unexpectedly and is started again.\n`)
    setTimeout(
      () => {
        if (this.#stopping) return
        this.run(name).catch((error: unknown) => {
          process.stderr.write(`signet: ${error instanceof Error ? error.message : String(error)}\n`)
          process.exitCode = 1
          void this.stop()
        })
      },
      livedMs < quickDeathMs ? restartAfterMs * 4 : restartAfterMs,
    )
  }
}

/** The root key, where it stands in the environment, is for the server alone. */
function environmentOf(kind: 'server' | 'agent', environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const { SIGNET_ROOT_KEY, ...rest } = environment
  return kind === 'server' ? environment : rest
}

function wordsOf(lastWords: string, name: string, code: number | null): string {
  const line = lastWords.split('\n').at(-1) ?? ''
  return line.startsWith('signet: ')
    ? line.slice('signet: '.length)
    : `the ${name} process ended with code ${code}: ${line}`
}
