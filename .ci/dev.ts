import { type ChildProcess, spawn } from 'node:child_process'
import { watch } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/**
 * `pnpm dev`: server and agent from source, started again whenever their source changes, and the page from Vite, which
 * passes the API on to the server. The sign-in link leads to Vite's port.
 */
const root = fileURLToPath(new URL('..', import.meta.url))
/** As in `web/vite.config.ts`. */
const page = 'http://localhost:5173'
const settleMs = 200

let stack: ChildProcess | undefined
let stopping = false

/** Node's own --watch would see the modules of the parent only, not those of server and agent. */
function startStack(): void {
  stack = spawn(process.execPath, [join(root, 'server', 'src', 'main.ts'), 'start'], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'inherit'],
    // Out of the terminal's group: Ctrl-C reaches it once, through us; a second signal would cut its stop short.
    detached: true,
  })
  stack.stdout?.on('data', (chunk: Buffer) => {
    const text = chunk.toString('utf8')
    process.stdout.write(text.replaceAll(/http:\/\/localhost:\d+(?=\/sign-in#)/g, page))
  })
  stack.once('exit', () => {
    stack = undefined
  })
}

async function restartStack(): Promise<void> {
  const old = stack
  if (old) {
    const ended = new Promise((resolve) => old.once('exit', resolve))
    old.kill('SIGTERM')
    await ended
  }
  if (!stopping) startStack()
}

function watchSources(): void {
  let restarting: Promise<void> = Promise.resolve()
  let timer: NodeJS.Timeout | undefined
  for (const folder of ['server/src', 'shared/src']) {
    watch(join(root, folder), { recursive: true }, (_event, file) => {
      if (!file?.endsWith('.ts') || file.endsWith('.test.ts')) return
      clearTimeout(timer)
      timer = setTimeout(() => {
        process.stdout.write(`\n${folder}/${file} changed; starting again\n`)
        restarting = restarting.then(restartStack)
      }, settleMs)
    })
  }
}

const web = join(root, 'web')
const vite = join(dirname(createRequire(join(web, 'package.json')).resolve('vite/package.json')), 'bin', 'vite.js')
const pageServer = spawn(process.execPath, [vite, '--logLevel', 'warn'], {
  cwd: web,
  stdio: ['ignore', 'inherit', 'inherit'],
})

function stop(code: number): void {
  if (stopping) return
  stopping = true
  pageServer.kill('SIGTERM')
  stack?.once('exit', () => process.exit(code))
  if (stack) stack.kill('SIGTERM')
  else process.exit(code)
}

pageServer.once('exit', (code) => stop(code ?? 1))
process.on('SIGINT', () => stop(0))
process.on('SIGTERM', () => stop(0))
startStack()
watchSources()
