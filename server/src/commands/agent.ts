import { startAgents } from '../agent/index.ts'
import { systemClock } from '../platform/clock.ts'
import { readConfig } from '../platform/config.ts'
import { stopOnSignal } from '../platform/lifecycle.ts'
import { createLogger } from '../platform/log.ts'
import { hardenProcess } from '../platform/process-hardening.ts'
import { agentFacts } from './agent-facts.ts'

/** `signet agent`: the local identity endpoints of every instance on this machine, until a signal stops them. */
export async function runAgent(environment: NodeJS.ProcessEnv): Promise<void> {
  hardenProcess('agent')
  const config = readConfig(environment)
  const host = await startAgents({
    agentDir: config.agentDir,
    local: config.local,
    facts: agentFacts(),
    log: createLogger(config.logLevel),
    clock: systemClock,
  })
  process.send?.({ ready: true })
  stopOnSignal(() => host.stop())
}
