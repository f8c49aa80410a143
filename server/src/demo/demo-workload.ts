import { get } from 'node:http'
import { firstApiVersion, localPaths } from '@signet/shared/wire/managed-identity'
import type { RunningAgent } from '../agent/index.ts'
import type { Clock } from '../platform/clock.ts'
import { randomShare } from '../platform/identifiers.ts'
import type { Logger } from '../platform/log.ts'
import { PeriodicTask } from '../platform/periodic.ts'
import type { DemoAgents } from './demo-agents.ts'
import type { DemoInstance } from './demo-fleet.ts'

const longestAnswerMs = 20_000

/**
 * Asks the local endpoint of an agent for a token over HTTP, as unmodified code on the instance would.
 *
 * @returns the status of the answer
 */
export function askForToken(agent: RunningAgent, audience: string): Promise<number> {
  const query = new URLSearchParams({ 'api-version': firstApiVersion.imds, resource: audience })
  const url = `${agent.endpoints.urls.imds}${localPaths.imdsToken}?${query}`
  return new Promise((resolve, reject) => {
    const signal = AbortSignal.timeout(longestAnswerMs)
    get(url, { headers: { metadata: 'true' }, signal, agent: false }, (response) => {
      response.resume()
      response.on('end', () => resolve(response.statusCode ?? 0))
      response.on('error', reject)
    }).on('error', reject)
  })
}

const everyMs = 3_000
const asksPerTurn = 4

/**
 * A modest load: every few seconds some instances ask for a token. Agents answer most of it from their caches, so that the
 * authority sees each pair of instance and audience about once an hour.
 */
export function runWorkload(parts: {
  agents: DemoAgents
  fleet: readonly DemoInstance[]
  clock: Clock
  log: Logger
}): PeriodicTask {
  const { agents, fleet, clock, log } = parts
  const pick = <T>(from: readonly T[]): T | undefined => from[Math.floor(randomShare() * from.length)]
  const ask = async () => {
    const instance = pick(fleet)
    const audience = pick(instance?.audiences ?? [])
    if (instance && audience) await askForToken(await agents.start(instance.name), audience)
  }
  return new PeriodicTask({
    name: 'demo workload',
    intervalMs: everyMs,
    clock,
    log,
    run: async () => {
      for (let asked = 0; asked < asksPerTurn; asked += 1) await ask()
    },
  })
}
