import { type ChildProcess, fork, type StdioOptions } from 'node:child_process'
import { createWriteStream, existsSync, mkdirSync } from 'node:fs'
import { hostname } from 'node:os'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { consoleApi } from '@signet/shared/api/console'
import { deploymentApi } from '@signet/shared/api/deployment'
import { enrollmentApi } from '@signet/shared/api/enrollment'
import { InstanceName, resourcesApi } from '@signet/shared/api/resources'
import { enrollAgent } from '../agent/index.ts'
import { type Config, readConfig } from '../platform/config.ts'
import { ensurePrivateFolder, writePrivateFile } from '../platform/data-folder.ts'
import { createLogger } from '../platform/log.ts'
import { hardenProcess, processFlags } from '../platform/process-hardening.ts'
import { Secret } from '../platform/secret.ts'
import { StartupError } from '../platform/signet-error.ts'
import { agentFacts } from './agent-facts.ts'
import { clientEnvironment, shellLines } from './client-environment.ts'
import { ConsoleClient } from './console-client.ts'
import { nameFilter } from './instance.ts'
import { recoveryReminder } from './recovery.ts'

const program = fileURLToPath(new URL('../main.ts', import.meta.url))

/**
 * `signet start`: the evaluation stack. Server and agent run as processes of their own, as they would apart; this one
 * enrols the machine the first time, prints one link, and restarts whichever dies.
 */
export async function start(environment: NodeJS.ProcessEnv): Promise<void> {
  hardenProcess('agent')
  const startedAt = performance.now()
  const config = readConfig(environment)
  ensurePrivateFolder(config.dataDir, 'SIGNET_DATA_DIR')
  const logs = join(config.dataDir, '..', 'logs')
  mkdirSync(logs, { recursive: true, mode: 0o700 })
  const children = new Children(logs)
  process.on('SIGINT', () => children.stop())
  process.on('SIGTERM', () => children.stop())
  try {
    await children.run('serve')
    await enrolThisMachine(config)
    await children.run('agent')
    const envFile = join(config.dataDir, 'signet.env')
    writePrivateFile(envFile, shellLines(await clientEnvironment(config)))
    const client = new ConsoleClient(config.dataDir)
    const { url } = await client.call(consoleApi.issueCode, { body: {} })
    const { recoverySet } = await client.call(deploymentApi.rootKey, {})
    const seconds = (performance.now() - startedAt) / 1_000
    printReady({ url, envFile, logs, seconds, reminder: recoverySet ? [] : [recoveryReminder] })
  } catch (error) {
    children.stop()
    throw error
  }
}

/** The first time, this machine becomes a service instance, its identity off. */
async function enrolThisMachine(config: Config): Promise<void> {
  if (existsSync(join(config.agentDir, 'agent.json'))) return
  const client = new ConsoleClient(config.dataDir)
  const name = InstanceName.safeParse(hostname()).data ?? 'this-machine'
  const { items } = await client.call(resourcesApi.list, { query: { filter: nameFilter(name) } })
  const existing = items.find((instance) => instance.name.toLowerCase() === name.toLowerCase())
  const { id } = existing ?? (await client.call(resourcesApi.register, { body: { name, kind: 'host' } }))
  const token = await client.call(enrollmentApi.issueJoinToken, { params: { instanceId: id }, body: {} })
  await enrollAgent({
    serverUrl: token.serverUrl,
    caPin: token.caPin,
    joinToken: new Secret(token.token),
    agentDir: config.agentDir,
    facts: agentFacts(),
    log: createLogger('warn'),
  })
}

function printReady(facts: {
  url: string
  envFile: string
  logs: string
  seconds: number
  reminder: readonly string[]
}): void {
  const here = (path: string) => relative(process.cwd(), path) || path
  process.stdout.write(
    [
      '',
      `Signet is ready (${facts.seconds.toFixed(1)} s)`,
      '',
      `  Open   ${facts.url}`,
      '         (signs you in once, within 30 minutes)',
      `  Shell  . ${here(facts.envFile)}`,
      `  Logs   ${here(facts.logs)}`,
      '  Stop   Ctrl-C',
      ...facts.reminder.flatMap((line) => ['', line]),
      '',
      '',
    ].join('\n'),
  )
}

const quickDeathMs = 2_000
const restartAfterMs = 500

/** What a child tells its parent: that it serves, or that it waits for the root key. */
interface Report {
  readonly ready?: true
  readonly sealed?: string
}

/** The environment of a child: the root key, where it stands there, is for the server alone. */
function environmentOf(name: 'serve' | 'agent'): NodeJS.ProcessEnv {
  const { SIGNET_ROOT_KEY, ...rest } = process.env
  return name === 'serve' ? process.env : rest
}

/** The two processes; one that dies is started again, one that dies at once is reported. */
class Children {
  readonly #logs: string
  readonly #running = new Map<string, ChildProcess>()
  #stopping = false

  constructor(logs: string) {
    this.#logs = logs
  }

  /** Resolves when the process says it is ready. @throws StartupError with what it last said */
  run(name: 'serve' | 'agent'): Promise<void> {
    const execArgv = [...processFlags[name === 'serve' ? 'server' : 'agent']]
    const stdio: StdioOptions = ['ignore', 'ignore', 'pipe', 'ipc']
    const child = fork(program, [name], { stdio, env: environmentOf(name), execArgv })
    this.#running.set(name, child)
    let lastWords = ''
    const log = createWriteStream(join(this.#logs, `${name}.log`), { flags: 'a', mode: 0o600 })
    child.stderr?.on('data', (chunk: Buffer) => {
      lastWords = chunk.toString('utf8').trim()
      log.write(chunk)
    })
    return new Promise((resolve, reject) => {
      let readyAt: number | undefined
      child.on('message', (report: Report) => {
        if (report.sealed !== undefined) process.stderr.write(`${report.sealed}\n`)
        if (report.ready !== true) return
        readyAt = performance.now()
        resolve()
      })
      child.once('exit', (code) => {
        log.end()
        this.#running.delete(name)
        if (this.#stopping) resolve()
        else if (readyAt === undefined) reject(new StartupError(wordsOf(lastWords, name, code)))
        else this.#restart(name, performance.now() - readyAt)
      })
    })
  }

  stop(): void {
    this.#stopping = true
    for (const name of ['agent', 'serve']) this.#running.get(name)?.kill('SIGTERM')
  }

  #restart(name: 'serve' | 'agent', livedMs: number): void {
    process.stderr.write(`The ${name} process ended unexpectedly and is started again.\n`)
    setTimeout(
      () => {
        if (this.#stopping) return
        this.run(name).catch((error: unknown) => {
          process.stderr.write(`signet: ${error instanceof Error ? error.message : String(error)}\n`)
          process.exitCode = 1
          this.stop()
        })
      },
      livedMs < quickDeathMs ? restartAfterMs * 4 : restartAfterMs,
    )
  }
}

function wordsOf(lastWords: string, name: string, code: number | null): string {
  const line = lastWords.split('\n').at(-1) ?? ''
  return line.startsWith('signet: ')
    ? line.slice('signet: '.length)
    : `the ${name} process ended with code ${code}: ${line}`
}
