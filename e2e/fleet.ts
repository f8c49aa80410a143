import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Stack } from './stack.ts'

const program = fileURLToPath(new URL('../server/bench/agents.ts', import.meta.url))
/** Agents flush whatever they store; the disks of hundreds of machines are not the one of this machine. */
const memory = existsSync('/dev/shm') ? '/dev/shm' : tmpdir()
const clients = fileURLToPath(new URL('workloads/fleet-clients.ts', import.meta.url))

export interface Member {
  readonly name: string
  readonly tags: Readonly<Record<string, string>>
}

/** Instances with a real agent each, all agents in one process, since a process for each of them would be a gigabyte or two. */
export class Fleet {
  readonly #process: ChildProcess
  readonly #folder: string
  /** By name. */
  readonly ids: ReadonlyMap<string, string>

  private constructor(child: ChildProcess, folder: string, ids: ReadonlyMap<string, string>) {
    this.#process = child
    this.#folder = folder
    this.ids = ids
  }

  /**
   * Registers and tags the instances, enrols their agents, and resolves when all are connected.
   *
   * @param agentsPort where agents reach the server, if it is not the server's own
   */
  static async join(stack: Stack, members: readonly Member[], agentsPort?: number): Promise<Fleet> {
    const ids = new Map<string, string>()
    const joins: object[] = []
    for (const { name, tags } of members) {
      const { id } = await stack.admin<{ id: string }>('POST', '/instances', { name, kind: 'vm' })
      await stack.admin('POST', `/instances/${id}/tags`, { set: tags })
      const join = await stack.admin<{ serverUrl: string }>('POST', `/instances/${id}/join-tokens`, {})
      const serverUrl = agentsPort === undefined ? join.serverUrl : `https://localhost:${agentsPort}`
      joins.push({ name, join: { ...join, serverUrl } })
      ids.set(name, id)
    }
    const folder = mkdtempSync(join(memory, 'signet-fleet-'))
    const child = spawn(process.execPath, [program, folder], {
      env: { ...stack.environment, SIGNET_LOG_LEVEL: 'error' },
      stdio: ['pipe', 'pipe', 'inherit'],
    })
    child.stdin.end(JSON.stringify(joins))
    await connected(child)
    return new Fleet(child, folder, ids)
  }

  /** The address of each member's IMDS. */
  endpoints(): string[] {
    return [...this.ids.keys()].map((name) => {
      const text = readFileSync(join(this.#folder, name, 'endpoints.json'), 'utf8')
      return (JSON.parse(text) as { urls: { imds: string } }).urls.imds
    })
  }

  /** The agent can store nothing new for its identities, as on a failing disk; what it holds in memory it goes on serving. */
  breakDisk(name: string): void {
    const folder = join(this.#folder, name, 'credentials')
    renameSync(folder, `${folder}.away`)
    writeFileSync(folder, '')
  }

  mendDisk(name: string): void {
    const folder = join(this.#folder, name, 'credentials')
    rmSync(folder)
    renameSync(`${folder}.away`, folder)
  }

  async close(): Promise<void> {
    if (this.#process.exitCode === null && this.#process.signalCode === null) {
      const ended = once(this.#process, 'exit')
      this.#process.kill('SIGTERM')
      await ended
    }
    rmSync(this.#folder, { recursive: true, force: true })
  }
}

/** What clients of a fleet saw. */
export interface Seen {
  readonly tokens: number
  /** How many of them were not the same as one before. */
  readonly distinct: number
  /** Tokens of the client that got fewest. */
  readonly least: number
  readonly failed: number
  /** The first of them. */
  readonly failures: readonly string[]
}

/** A client on each member, asking from now on until it is ended. @returns ends them */
export async function askAllTheWhile(
  fleet: Fleet,
  audiences: readonly string[],
  everyMs: number,
): Promise<() => Promise<Seen>> {
  const child = spawn(process.execPath, [clients], { stdio: ['pipe', 'pipe', 'inherit'] })
  let output = ''
  child.stdout.on('data', (chunk: Buffer) => {
    output += chunk.toString('utf8')
  })
  child.stdin.end(JSON.stringify({ endpoints: fleet.endpoints(), audiences, everyMs }))
  await once(child.stdout, 'data')
  return async () => {
    child.kill('SIGTERM')
    if (child.exitCode === null) await once(child, 'close')
    return JSON.parse(output.trim().split('\n').at(-1) ?? '') as Seen
  }
}

function connected(child: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    let output = ''
    child.stdout?.on('data', (chunk: Buffer) => {
      output = `${output}${chunk.toString('utf8')}`.slice(-5_000)
      if (/^connected$/m.test(output)) resolve()
    })
    child.once('exit', (code) => reject(new Error(`the agents ended with ${code}: ${output}`)))
  })
}
