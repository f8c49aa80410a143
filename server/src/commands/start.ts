import { existsSync } from 'node:fs'
import { hostname } from 'node:os'
import { join, relative } from 'node:path'
import { consoleApi } from '@signet/shared/api/console'
import { deploymentApi } from '@signet/shared/api/deployment'
import { enrollmentApi } from '@signet/shared/api/enrollment'
import { InstanceName, resourcesApi } from '@signet/shared/api/resources'
import { enrollAgent } from '../agent/index.ts'
import { DemoFolder } from '../demo/index.ts'
import { type Config, readConfig } from '../platform/config.ts'
import { ensurePrivateFolder, writePrivateFile } from '../platform/data-folder.ts'
import { createLogger } from '../platform/log.ts'
import { hardenProcess } from '../platform/process-hardening.ts'
import { Secret } from '../platform/secret.ts'
import { shellLines } from '../platform/shell-lines.ts'
import { StartupError } from '../platform/signet-error.ts'
import { agentFacts } from './agent-facts.ts'
import { Children } from './children.ts'
import { clientEnvironment } from './client-environment.ts'
import { ConsoleClient } from './console-client.ts'
import { nameFilter } from './instance.ts'
import { ownCommand } from './own-command.ts'
import { recoveryReminder } from './recovery.ts'
import { runDemo } from './start-demo.ts'

/**
 * `signet start`: the evaluation stack. Server and agent run as processes of their own, as they would apart; this one
 * enrols the machine the first time, prints one link, and restarts whichever dies. With `demo` the demo runs in their place
 * until it is removed or stopped.
 */
export async function start(environment: NodeJS.ProcessEnv, options: { demo?: true } = {}): Promise<void> {
  hardenProcess('agent')
  const config = readConfig(environment)
  if (DemoFolder.holding(config.dataDir)) {
    throw new StartupError(`${config.dataDir} is the data of a demo: run signet start --demo without SIGNET_DATA_DIR`)
  }
  const demo = DemoFolder.beside(config.dataDir)
  // A removal that was cut short is finished first, whoever starts.
  if (existsSync(demo.root) && demo.state() === 'removing') demo.remove()
  if (options.demo && (await runDemo(demo, environment)) === 'stopped') return
  await runStack(environment, config)
}

async function runStack(environment: NodeJS.ProcessEnv, config: Config): Promise<void> {
  const startedAt = performance.now()
  ensurePrivateFolder(config.dataDir, 'SIGNET_DATA_DIR')
  const logs = join(config.dataDir, '..', 'logs')
  const children = new Children({ logs, environment })
  process.on('SIGINT', () => void children.stop())
  process.on('SIGTERM', () => void children.stop())
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
    void children.stop()
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
      `  Signet ${ownCommand()} --help`,
      '  Stop   Ctrl-C',
      ...facts.reminder.flatMap((line) => ['', line]),
      '',
      '',
    ].join('\n'),
  )
}
