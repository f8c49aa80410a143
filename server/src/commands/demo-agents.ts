import { DemoAgents, DemoFolder, demoFleet, hasLiveAgent, runWorkload } from '../demo/index.ts'
import { systemClock as clock } from '../platform/clock.ts'
import { type Config, readConfig } from '../platform/config.ts'
import { Lifecycle, stopOnSignal } from '../platform/lifecycle.ts'
import { createLogger } from '../platform/log.ts'
import { hardenProcess } from '../platform/process-hardening.ts'
import { StartupError } from '../platform/signet-error.ts'
import { agentFacts } from './agent-facts.ts'

const longestConnectMs = 20_000

/** `signet demo-agents`: the agents of a demo and the load on them, until a signal stops them. */
export async function runDemoAgents(environment: NodeJS.ProcessEnv): Promise<void> {
  hardenProcess('agent')
  const config = readConfig(environment)
  const log = createLogger(config.logLevel)
  const lifecycle = new Lifecycle(log)
  const agents = new DemoAgents({
    folder: demoFolderOf(config).agentsDir,
    localBind: config.local.bind,
    facts: agentFacts(),
    log,
    clock,
  })
  lifecycle.started('agents', () => agents.stopAll())
  const fleet = demoFleet.filter((instance) => hasLiveAgent(instance) && agents.isEnrolled(instance.name))
  for (const { name } of fleet) await agents.start(name)
  // Until they are, the dashboard takes all of them for late.
  await agents.connected(longestConnectMs)
  const workload = runWorkload({ agents, fleet: fleet.filter(({ fate }) => fate === 'on'), clock, log })
  lifecycle.started('workload', () => workload.stop())
  process.send?.({ ready: true })
  stopOnSignal(() => lifecycle.stop())
}

/** @throws StartupError when the data folder is no demo's */
export function demoFolderOf({ dataDir }: Config): DemoFolder {
  const folder = DemoFolder.holding(dataDir)
  if (!folder) throw new StartupError(`${dataDir} is not the data of a demo: run signet start --demo`)
  return folder
}
