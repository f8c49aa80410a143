import { type ChildProcess, execFile, execFileSync, spawn } from 'node:child_process'
import { randomInt } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { request } from 'node:http'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

/** The source that Node runs. */
export const program = fileURLToPath(new URL('../server/src/main.ts', import.meta.url))
const writeRow = fileURLToPath(new URL('../server/test/write-row.ts', import.meta.url))
const run = promisify(execFile)

/** What has not ended by then is killed, whatever it hangs on: no test may wait for it for ever, or leave it behind. */
const mostMs = { toStop: 30_000, ofCommand: 60_000 }

/** The real binary in processes of its own, on free loopback ports, with data in a folder that goes with it. */
export class Stack {
  readonly folder = mkdtempSync(join(tmpdir(), 'signet-e2e-'))
  readonly environment: NodeJS.ProcessEnv
  readonly #processes = new Map<string, ChildProcess>()
  readonly #outputs = new Map<string, string>()

  private constructor(ports: readonly number[]) {
    const [dashboard, authority, agents, local] = ports
    const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith('SIGNET_'))
    this.environment = {
      ...Object.fromEntries(inherited),
      SIGNET_DATA_DIR: join(this.folder, 'data'),
      SIGNET_DASHBOARD_PORT: String(dashboard),
      SIGNET_AUTHORITY_PORT: String(authority),
      SIGNET_AGENTS_PORT: String(agents),
      SIGNET_LOCAL_PORT: String(local),
      SIGNET_BALLAST_MIB: '1',
    }
  }

  static async open(): Promise<Stack> {
    return new Stack(await freePorts(4))
  }

  /** `signet start`, with what options there are. @returns the link it printed */
  async start(...options: string[]): Promise<string> {
    const output = await this.spawn('start', /Stop {3}Ctrl-C/, options)
    const link = /http:\/\/localhost:\d+\/sign-in#code=\S+/.exec(output)?.[0]
    if (!link) throw new Error(`no link in: ${output}`)
    return link
  }

  /** Starts a subcommand as a process of its own and waits until its output matches. */
  spawn(command: string, ready: RegExp, options: readonly string[] = []): Promise<string> {
    const child = spawn(process.execPath, [program, command, ...options], {
      env: this.environment,
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    this.#processes.set(command, child)
    this.#outputs.set(command, '')
    return new Promise((resolve, reject) => {
      let output = ''
      const onData = (chunk: Buffer) => {
        output += chunk.toString('utf8')
        this.#outputs.set(command, output)
        if (ready.test(output)) resolve(output)
      }
      child.stdout.on('data', onData)
      child.stderr.on('data', onData)
      child.once('exit', (code) => reject(new Error(`signet ${command} ended with ${code}: ${output}`)))
    })
  }

  /** All that the newest process of a subcommand has printed until now. */
  output(command: string): string {
    return this.#outputs.get(command) ?? ''
  }

  /** What a running subcommand prints from now on, until it matches. */
  prints(command: string, wanted: RegExp): Promise<string> {
    const child = this.#processes.get(command)
    return new Promise((resolve, reject) => {
      let output = ''
      child?.stdout?.on('data', (chunk: Buffer) => {
        output += chunk.toString('utf8')
        if (wanted.test(output)) resolve(output)
      })
      child?.once('exit', (code) => reject(new Error(`signet ${command} ended with ${code}: ${output}`)))
    })
  }

  /** The process of a subcommand and all that it started, by process ID, with their command lines. */
  async processes(command: string): Promise<Map<number, string>> {
    const { stdout } = await run('ps', ['-A', '-o', 'pid=,ppid=,args='])
    const all = [...stdout.matchAll(/^\s*(\d+)\s+(\d+)\s+(.*)$/gm)].map(([, pid, parent, line = '']) => ({
      pid: Number(pid),
      parent: Number(parent),
      line,
    }))
    const root = this.#processes.get(command)?.pid
    const family = all.filter(({ pid, parent }) => pid === root || parent === root)
    return new Map(family.map(({ pid, line }) => [pid, line]))
  }

  /** kill -9. */
  async kill(command: string): Promise<void> {
    await this.#end(command, 'SIGKILL')
  }

  /** A subcommand that ends. @returns what it printed */
  async signet(...args: string[]): Promise<string> {
    const options = { env: this.environment, timeout: mostMs.ofCommand, killSignal: 'SIGKILL' } as const
    const { stdout } = await run(process.execPath, [program, ...args], options)
    return stdout
  }

  async json<T>(...args: string[]): Promise<T> {
    return JSON.parse(await this.signet(...args, '--json')) as T
  }

  /** Changes rows as Signet itself would have written them, which the running program finds so. */
  writeRow(statement: string, ...values: string[]): void {
    const given = [join(this.folder, 'data'), join(this.folder, 'keys', 'root.key'), statement, ...values]
    execFileSync(process.execPath, [writeRow, ...given])
  }

  /**
   * One call of the admin API over the socket in the data folder, or in another below the stack's own; an answer without a body is
   * null.
   */
  readonly admin = <T>(method: string, path: string, body?: unknown, dataDir = 'data'): Promise<T> =>
    new Promise((resolve, reject) => {
      const socketPath = join(this.folder, dataDir, 'console.sock')
      const sent = body === undefined ? '' : JSON.stringify(body)
      // Node gives a DELETE no length by itself.
      const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(sent) }
      const call = request({ socketPath, method, path: `/api${path}`, headers }, (response) => {
        let text = ''
        response.on('data', (chunk: Buffer) => {
          text += chunk.toString('utf8')
        })
        response.on('end', () => {
          if (response.statusCode && response.statusCode < 400) resolve(JSON.parse(text || 'null') as T)
          else reject(new Error(`${method} ${path}: ${text}`))
        })
      })
      call.on('error', reject)
      call.end(sent)
    })

  /** The variables of `signet.env`. */
  clientVariables(): Record<string, string> {
    const text = readFileSync(join(this.folder, 'data', 'signet.env'), 'utf8')
    return Object.fromEntries(
      [...text.matchAll(/^export (\w+)='(.*)'$/gm)].map(([, name = '', value = '']) => [name, value]),
    )
  }

  /** @returns the exit code of the process that was asked to stop; null for one that a signal ended */
  async stop(command = 'start'): Promise<number | null> {
    return this.#end(command, 'SIGTERM')
  }

  async close(): Promise<void> {
    for (const command of [...this.#processes.keys()]) await this.#end(command, 'SIGTERM')
    rmSync(this.folder, { recursive: true, force: true })
  }

  async #end(command: string, signal: NodeJS.Signals): Promise<number | null> {
    const child = this.#processes.get(command)
    this.#processes.delete(command)
    if (!child || child.exitCode !== null || child.signalCode !== null) return child?.exitCode ?? null
    const ended = new Promise<number | null>((resolve) => child.once('exit', resolve))
    child.kill(signal)
    const timer = setTimeout(() => child.kill('SIGKILL'), mostMs.toStop)
    return ended.finally(() => clearTimeout(timer))
  }
}

/**
 * Below those that the kernel hands out by itself: another program's connection could have one of these before the server that
 * it is meant for listens. At random, since other stacks look for theirs at the same time.
 */
const portRange = { from: 12_000, to: 32_000 }

async function freePorts(count: number): Promise<number[]> {
  const ports = new Set<number>()
  while (ports.size < count) {
    const port = randomInt(portRange.from, portRange.to)
    if (await isFree(port)) ports.add(port)
  }
  return [...ports]
}

function isFree(port: number): Promise<boolean> {
  const server = createServer()
  return new Promise((resolve) => {
    server.once('error', () => resolve(false))
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)))
  })
}
