import { join, relative } from 'node:path'
import { consoleApi } from '@signet/shared/api/console'
import type { DemoFolder } from '../demo/index.ts'
import { readConfig } from '../platform/config.ts'
import { writePrivateFile } from '../platform/data-folder.ts'
import { shellLines } from '../platform/shell-lines.ts'
import { Children } from './children.ts'
import { clientEnvironment } from './client-environment.ts'
import { ConsoleClient } from './console-client.ts'
import { demoEnvironment } from './demo-environment.ts'

/**
 * The demo in the place of the stack: made the first time, then a server and one process with all the agents, as any stack.
 *
 * @returns whether somebody removed it, in which case nothing of it is left, or it was stopped
 */
export async function runDemo(folder: DemoFolder, environment: NodeJS.ProcessEnv): Promise<'removed' | 'stopped'> {
  const startedAt = performance.now()
  const removal = Promise.withResolvers<'removed'>()
  const stop = Promise.withResolvers<'stopped'>()
  const made = demoEnvironment(folder, environment)
  const onSignal = () => stop.resolve('stopped')
  process.on('SIGINT', onSignal)
  process.on('SIGTERM', onSignal)
  // A history that was cut short cannot be gone on with: its agents stand in the middle of it.
  if (folder.state() === 'making') folder.remove()
  if (folder.state() === 'absent') folder.begin()
  const children = new Children({
    logs: folder.logs,
    environment: made,
    onReport: ({ removeDemo, progress }) => {
      if (removeDemo) removal.resolve('removed')
      if (progress !== undefined) process.stdout.write(`${progress}\n`)
    },
  })
  try {
    const running = runChildren(children, folder, made, startedAt)
    const outcome = await Promise.race([removal.promise, stop.promise, running])
    await children.stop()
    if (outcome !== 'removed') return 'stopped'
    folder.remove()
    process.stdout.write('The demo data is removed. Starting Signet without it.\n')
    return 'removed'
  } catch (error) {
    await children.stop()
    throw error
  } finally {
    process.off('SIGINT', onSignal)
    process.off('SIGTERM', onSignal)
  }
}

/** Never resolves: what ends it is a signal, a removal, or a failure. */
async function runChildren(
  children: Children,
  folder: DemoFolder,
  environment: NodeJS.ProcessEnv,
  startedAt: number,
): Promise<never> {
  if (folder.state() === 'making') {
    process.stdout.write('Making the demo, once: 40 agents live through twelve weeks.\n')
    await children.runToEnd('demo-history')
    if (!children.isStopping) folder.markReady()
  }
  if (!children.isStopping) await children.run('serve')
  if (!children.isStopping) await children.run('demo-agents')
  if (!children.isStopping) await printDemoReady(folder, environment, startedAt)
  return new Promise<never>(() => undefined)
}

async function printDemoReady(folder: DemoFolder, environment: NodeJS.ProcessEnv, startedAt: number): Promise<void> {
  const config = readConfig(environment)
  const envFile = join(folder.dataDir, 'signet.env')
  writePrivateFile(envFile, shellLines(await clientEnvironment(config)))
  const { url } = await new ConsoleClient(config.dataDir).call(consoleApi.issueCode, { body: {} })
  const here = (path: string) => relative(process.cwd(), path) || path
  process.stdout.write(
    [
      '',
      `The demo of Signet is ready (${((performance.now() - startedAt) / 1_000).toFixed(1)} s)`,
      '',
      `  Open   ${url}`,
      '         (signs you in once, within 30 minutes)',
      `  Shell  . ${here(envFile)}`,
      `  Logs   ${here(folder.logs)}`,
      '  Remove with the button at the top of every page',
      '  Stop   Ctrl-C',
      '',
      '',
    ].join('\n'),
  )
}
