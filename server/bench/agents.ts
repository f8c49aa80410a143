import { text } from 'node:stream/consumers'
import { JoinToken } from '@signet/shared/api/enrollment'
import { z } from 'zod'
import { agentFacts } from '../src/commands/agent-facts.ts'
import { DemoAgents } from '../src/demo/index.ts'
import { systemClock as clock } from '../src/platform/clock.ts'
import { readConfig } from '../src/platform/config.ts'
import { stopOnSignal } from '../src/platform/lifecycle.ts'
import { createLogger } from '../src/platform/log.ts'

const Members = z.array(z.object({ name: z.string(), join: JoinToken }))
const atOnce = 4
const longestConnectMs = 60_000

/**
 * Many real agents in one process: `node bench/agents.ts <folder>`, with `[{ name, join }]` on standard input, `join` being
 * what the server answers to a wish for a join token. Prints `connected` when all are, and runs until a signal stops it.
 */
async function run(folder: string): Promise<void> {
  const config = readConfig(process.env)
  const log = createLogger(config.logLevel)
  const agents = new DemoAgents({ folder, localBind: config.local.bind, facts: agentFacts(), log, clock })
  const waiting = Members.parse(JSON.parse(await text(process.stdin)))
  const joinNext = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      await agents.enroll(next.name, next.join)
      await agents.start(next.name)
    }
  }
  await Promise.all(Array.from({ length: atOnce }, joinNext))
  await agents.connected(longestConnectMs)
  process.stdout.write('connected\n')
  stopOnSignal(() => agents.stopAll())
}

const [folder] = process.argv.slice(2)
if (folder === undefined) throw new Error('agents.ts needs a folder to keep the agents in')
await run(folder)
