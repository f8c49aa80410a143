import { chmodSync, rmSync } from 'node:fs'
import { createServer, type RequestListener } from 'node:http'
import { createConnection } from 'node:net'
import { relative } from 'node:path'
import { StartupError } from '../signet-error.ts'
import { guarded, harden, httpLimits } from './listener.ts'

/** Paths of sockets are at most this long on Linux and macOS; a relative one is shorter. */
export function socketPath(file: string): string {
  const fromHere = relative(process.cwd(), file)
  return fromHere.length < file.length ? fromHere : file
}

/** Whose socket it is, for the message when there is another. */
const owners = {
  server: { words: 'Signet server runs on this data folder', setting: 'SIGNET_DATA_DIR' },
  agent: { words: 'Signet agent runs on this folder', setting: 'SIGNET_AGENT_DIR' },
} as const

/**
 * Listens on a socket file that only its owner can open. A file left by a process that is gone is replaced.
 *
 * @throws StartupError when another process answers there: it has the same folder
 */
export async function listenOnSocket(
  owner: keyof typeof owners,
  file: string,
  handler: RequestListener,
): Promise<() => Promise<void>> {
  const path = socketPath(file)
  if (await answers(path)) {
    const { words, setting } = owners[owner]
    throw new StartupError(`another ${words} (${file}): stop it first, or set ${setting}`)
  }
  rmSync(path, { force: true })
  const server = createServer(httpLimits, guarded(handler))
  harden(server)
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(path, resolve)
  })
  chmodSync(path, 0o600)
  return async () => {
    const closed = new Promise<void>((resolve) => server.close(() => resolve()))
    server.closeAllConnections()
    await closed
  }
}

function answers(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection(path)
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', () => resolve(false))
  })
}
