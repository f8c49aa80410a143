import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { JoinToken } from '@signet/shared/api/enrollment'
import type { AgentFacts } from '@signet/shared/wire/agent-protocol'
import { enrollAgent, type RunningAgent, startAgent } from '../agent/index.ts'
import type { Clock } from '../platform/clock.ts'
import type { Logger } from '../platform/log.ts'
import { Secret } from '../platform/secret.ts'

const pollMs = 50

interface DemoAgentsParts {
  /** One folder for each agent is made in it. */
  readonly folder: string
  readonly localBind: string
  readonly facts: AgentFacts
  readonly log: Logger
  readonly clock: Clock
}

/**
 * Many agents in one process. Each is the agent as it runs on an instance: its own folder and keys, mutual TLS to the server,
 * a local endpoint of its own on a free port.
 */
export class DemoAgents {
  readonly #parts: DemoAgentsParts
  readonly #running = new Map<string, RunningAgent>()

  constructor(parts: DemoAgentsParts) {
    this.#parts = parts
  }

  folderOf(name: string): string {
    return join(this.#parts.folder, name)
  }

  isEnrolled(name: string): boolean {
    return existsSync(join(this.folderOf(name), 'agent.json'))
  }

  async enroll(name: string, { token, serverUrl, caPin }: JoinToken): Promise<void> {
    const { facts, log, clock } = this.#parts
    await enrollAgent({
      serverUrl,
      caPin,
      joinToken: new Secret(token),
      agentDir: this.folderOf(name),
      facts: { ...facts, hostName: name },
      log: log.child({ instance: name }),
      clock,
    })
  }

  async start(name: string): Promise<RunningAgent> {
    const running = this.#running.get(name)
    if (running) return running
    const { facts, localBind, log, clock } = this.#parts
    const agent = await startAgent({
      agentDir: this.folderOf(name),
      // Of forty agents on one machine none has the ports and the folder that some clients know.
      local: {
        bind: localBind,
        port: 0,
        serviceFabricPort: undefined,
        cloudShellPort: undefined,
        arcPort: undefined,
        arcFolder: undefined,
        arcGroup: undefined,
        wellKnownAddress: false,
        absoluteForm: false,
        tokenFiles: false,
        limits: { perSecond: undefined, inFlight: undefined },
        callers: { users: undefined, units: undefined },
      },
      facts: { ...facts, hostName: name },
      log: log.child({ instance: name }),
      clock,
    })
    this.#running.set(name, agent)
    return agent
  }

  /** Resolves when all that run are connected to the server, or after so long. */
  async connected(longestMs: number): Promise<void> {
    const { clock } = this.#parts
    const deadline = clock.monotonicMs() + longestMs
    const areAll = () => [...this.#running.values()].every((agent) => agent.instanceState().connected)
    while (!areAll() && clock.monotonicMs() < deadline) await clock.sleep(pollMs)
  }

  async stop(name: string): Promise<void> {
    const agent = this.#running.get(name)
    this.#running.delete(name)
    await agent?.stop()
  }

  async stopAll(): Promise<void> {
    await Promise.all([...this.#running.keys()].map((name) => this.stop(name)))
  }
}
