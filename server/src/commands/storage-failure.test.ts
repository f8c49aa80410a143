import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { resourcesApi } from '@signet/shared/api/resources'
import { afterEach, expect, it } from 'vitest'
import { temporaryFolder } from '../../test/stack.ts'
import { SignetError } from '../platform/signet-error.ts'
import { ConsoleClient } from './console-client.ts'

const program = fileURLToPath(new URL('../main.ts', import.meta.url))
const folder = temporaryFolder()
const dataDir = join(folder, 'data')
let server: ChildProcess | undefined

afterEach(() => {
  server?.kill('SIGKILL')
  rmSync(folder, { recursive: true, force: true })
})

async function freePort(): Promise<string> {
  const probe = createServer().listen(0, '127.0.0.1')
  await once(probe, 'listening')
  const address = probe.address()
  probe.close()
  return String(typeof address === 'object' ? address?.port : 0)
}

/** `signet serve`; with a limit, no file may become longer than so many KiB, and the write that would fails. */
async function serve(fileLimitKib: number | 'unlimited'): Promise<void> {
  const environment = {
    PATH: process.env['PATH'],
    SIGNET_DATA_DIR: dataDir,
    SIGNET_DASHBOARD_PORT: await freePort(),
    SIGNET_AUTHORITY_PORT: await freePort(),
    SIGNET_AGENTS_PORT: await freePort(),
    SIGNET_BALLAST_MIB: '0',
  }
  const line = `ulimit -f ${fileLimitKib}; exec "$0" "$@"`
  const child = spawn('bash', ['-c', line, process.execPath, program, 'serve'], { env: environment, stdio: 'pipe' })
  server = child
  let said = ''
  await new Promise<void>((resolve, reject) => {
    child.stderr.on('data', (chunk: Buffer) => {
      said += chunk.toString('utf8')
      if (said.includes('"ready"')) resolve()
    })
    child.once('exit', () => reject(new Error(said)))
  })
}

const client = new ConsoleClient(dataDir)
const add = (name: string) => client.call(resourcesApi.register, { body: { name, kind: 'host' } })

async function names(): Promise<Set<string>> {
  const found = new Set<string>()
  for (let cursor: string | null | undefined; cursor !== null; ) {
    const query = { limit: '200', ...(cursor !== undefined && { cursor }) }
    const page: { items: { name: string }[]; nextCursor: string | null } = await client.call(resourcesApi.list, {
      query,
    })
    for (const { name } of page.items) found.add(name)
    cursor = page.nextCursor
  }
  return found
}

it.skipIf(!existsSync('/bin/bash'))(
  'a server whose write fails answers 503, writes nothing more and ends; the next one has all it had said (SEC-140)',
  async () => {
    await serve('unlimited')
    await add('first')
    const stopped = once(server as ChildProcess, 'exit')
    server?.kill('SIGTERM')
    await stopped
    await serve(1_536)
    const ended = once(server as ChildProcess, 'exit')
    const told = ['first']
    let refusal: unknown
    for (let index = 0; refusal === undefined && index < 2_000; index += 1) {
      const name = `host-${index}`
      await add(name).then(
        () => told.push(name),
        (error: unknown) => {
          refusal = error
        },
      )
    }
    expect(refusal).toBeInstanceOf(SignetError)
    expect(refusal).toMatchObject({ code: 'unavailable' })
    await expect(add('more')).rejects.toMatchObject({ code: 'unavailable' })
    expect((await ended)[0]).toBe(1)
    await serve('unlimited')
    const kept = await names()
    expect(told.filter((name) => !kept.has(name))).toEqual([])
    expect(kept.has('more')).toBe(false)
  },
  120_000,
)
