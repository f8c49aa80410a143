import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Stack } from './stack.ts'

const program = fileURLToPath(new URL('../server/bench/agents.ts', import.meta.url))

export interface Member {
  readonly name: string
  readonly tags: Readonly<Record<string, string>>
}

/** Instances with a real agent each, all agents in one process, since a process for each of them would be a gigabyte or two. */
export class Fleet {
  readonly #process: ChildProcess
  /** By name. */
  readonly ids: ReadonlyMap<string, string>

  private constructor(child: ChildProcess, ids: ReadonlyMap<string, string>) {
    this.#process = child
    this.ids = ids
  }

  /** Registers and tags the instances, enrols their agents, and resolves when all are connected. */
  static async join(stack: Stack, members: readonly Member[]): Promise<Fleet> {
    const ids = new Map<string, string>()
    const joins: object[] = []
    for (const { name, tags } of members) {
      const { id } = await stack.admin<{ id: string }>('POST', '/instances', { name, kind: 'vm' })
      await stack.admin('POST', `/instances/${id}/tags`, { set: tags })
      joins.push({ name, join: await stack.admin('POST', `/instances/${id}/join-tokens`, {}) })
      ids.set(name, id)
    }
    const folder = join(stack.folder, 'fleet')
    mkdirSync(folder, { mode: 0o700 })
    const child = spawn(process.execPath, [program, folder], {
      env: { ...stack.environment, SIGNET_LOG_LEVEL: 'warn' },
      stdio: ['pipe', 'pipe', 'inherit'],
    })
    child.stdin.end(JSON.stringify(joins))
    await connected(child)
    return new Fleet(child, ids)
  }

  async close(): Promise<void> {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return
    const ended = once(this.#process, 'exit')
    this.#process.kill('SIGTERM')
    await ended
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
