import { minuteMs, secondMs } from '@signet/shared/vocabulary/time'
import type {
  DesiredState,
  ProbeRequest,
  ProbeResult,
  ProbeStepsReport,
  Revocation,
  StreamEventName,
  TokenTerms,
} from '@signet/shared/wire/agent-protocol'
import type { Clock, Timer } from '../platform/clock.ts'
import { randomShare } from '../platform/identifiers.ts'
import type { Logger } from '../platform/log.ts'
import { SignetError } from '../platform/signet-error.ts'

/** One agent's open stream, whatever carries it. */
export interface AgentConnection {
  send(event: StreamEventName, data: unknown): void
  onClose(callback: () => void): void
  end(): void
}

/** 30 ± 5 s; an agent takes a stream for dead after 90 s of silence. */
const leastHeartbeatMs = 25 * secondMs
const heartbeatSpreadMs = 10 * secondMs
/** Changes that come together are sent together: a rollover is four of them, and a state a dozen questions. */
const coalesceMs = 100
const probeTimeoutMs = 20 * secondMs
/** 4 h ± 25 %, so that agents that came together do not come back together. */
const leastStreamMs = 3 * 60 * minuteMs
const streamSpreadMs = 2 * 60 * minuteMs

interface OpenStream {
  readonly connection: AgentConnection
  readonly timers: Timer[]
  pending: Timer | undefined
  sentGeneration: number | null
}

interface OpenProbe {
  readonly agentId: string
  readonly settle: (result: ProbeResult) => void
  readonly onSteps: (report: ProbeStepsReport) => void
}

/** The agents that are connected, and what is pushed to them: whole states, heartbeats, probes. */
export class AgentStreams {
  readonly #open = new Map<string, OpenStream>()
  readonly #probes = new Map<string, OpenProbe>()
  readonly #clock: Clock
  readonly #log: Logger
  readonly #stateOf: (agentId: string) => Promise<DesiredState>
  readonly #presenceChanged: (agentId: string) => Promise<void>

  constructor(parts: {
    clock: Clock
    log: Logger
    stateOf: (agentId: string) => Promise<DesiredState>
    presenceChanged: (agentId: string) => Promise<void>
  }) {
    this.#clock = parts.clock
    this.#log = parts.log
    this.#stateOf = parts.stateOf
    this.#presenceChanged = parts.presenceChanged
  }

  get isEmpty(): boolean {
    return this.#open.size === 0
  }

  isConnected(agentId: string): boolean {
    return this.#open.has(agentId)
  }

  /** Generation of the newest state sent on the open stream; null when there is none. */
  sentGeneration(agentId: string): number | null {
    return this.#open.get(agentId)?.sentGeneration ?? null
  }

  /** The newest connection of an agent is the one that counts; an older one is ended. */
  connect(agentId: string, connection: AgentConnection): void {
    const before = this.#open.get(agentId)
    const stream: OpenStream = { connection, timers: [], pending: undefined, sentGeneration: null }
    this.#open.set(agentId, stream)
    before?.connection.end()
    this.#heartbeat(stream)
    const age = this.#clock.after(leastStreamMs + streamSpreadMs * randomShare(), () => {
      connection.send('bye', { reconnectAfterMs: secondMs })
      connection.end()
    })
    stream.timers.push(age)
    connection.onClose(() => this.#closed(agentId, stream))
    this.#push(agentId, stream)
    this.#announce(agentId)
  }

  /** Something this agent should know of has changed. */
  stateChanged(agentId: string): void {
    const stream = this.#open.get(agentId)
    if (!stream || stream.pending) return
    stream.pending = this.#clock.after(coalesceMs, () => {
      stream.pending = undefined
      this.#push(agentId, stream)
    })
  }

  allStatesChanged(): void {
    for (const agentId of this.#open.keys()) this.stateChanged(agentId)
  }

  /** To everybody at once: cached tokens that are not good under these terms go. */
  termsChanged(terms: TokenTerms): void {
    for (const { connection } of this.#open.values()) connection.send('terms', terms)
  }

  /** At once, ahead of the state that no longer lists the principal. */
  revoke(agentId: string, revocation: Revocation): void {
    this.#open.get(agentId)?.connection.send('revoke', revocation)
  }

  /**
   * @param onSteps told of steps as the agent reports them, before it resolves
   * @throws SignetError `agent_offline` when it is not connected or does not answer in time
   */
  async probe(
    agentId: string,
    request: ProbeRequest,
    onSteps: (report: ProbeStepsReport) => void = () => undefined,
  ): Promise<ProbeResult> {
    const stream = this.#open.get(agentId)
    if (!stream) throw offline('The agent of this instance is not connected.')
    const { probeId } = request
    return new Promise<ProbeResult>((resolve, reject) => {
      const timer = this.#clock.after(probeTimeoutMs, () => {
        this.#probes.delete(probeId)
        reject(offline('The agent did not answer within 20 seconds.'))
      })
      const settle = (answer: ProbeResult) => {
        timer.cancel()
        this.#probes.delete(probeId)
        resolve(answer)
      }
      this.#probes.set(probeId, { agentId, settle, onSteps })
      stream.connection.send('probe', request)
    })
  }

  /** @throws SignetError `not_found` for a probe this agent was not asked */
  answerProbe(agentId: string, probeId: string, result: ProbeResult): void {
    this.#probeOf(agentId, probeId).settle(result)
  }

  /** @throws SignetError `not_found` for a probe this agent was not asked, or has answered */
  reportProbeSteps(agentId: string, probeId: string, report: ProbeStepsReport): void {
    this.#probeOf(agentId, probeId).onSteps(report)
  }

  /** Ends the stream of an agent that is no longer trusted. */
  drop(agentId: string): void {
    this.#open.get(agentId)?.connection.end()
  }

  close(): void {
    for (const { connection } of this.#open.values()) connection.end()
  }

  #probeOf(agentId: string, probeId: string): OpenProbe {
    const probe = this.#probes.get(probeId)
    if (probe?.agentId !== agentId) throw new SignetError('not_found', 'No such probe.')
    return probe
  }

  #push(agentId: string, stream: OpenStream): void {
    this.#stateOf(agentId)
      .then((state) => {
        stream.connection.send('state', state)
        stream.sentGeneration = state.generation
      })
      .catch((error: unknown) => {
        this.#log.error({ err: error, agentId }, 'desired state could not be sent')
        stream.connection.end()
      })
  }

  #heartbeat(stream: OpenStream): void {
    const timer = this.#clock.after(leastHeartbeatMs + heartbeatSpreadMs * randomShare(), () => {
      stream.connection.send('hb', { serverTime: this.#clock.now() })
      stream.timers.splice(stream.timers.indexOf(timer), 1)
      this.#heartbeat(stream)
    })
    stream.timers.push(timer)
  }

  #closed(agentId: string, stream: OpenStream): void {
    for (const timer of stream.timers) timer.cancel()
    stream.pending?.cancel()
    if (this.#open.get(agentId) !== stream) return
    this.#open.delete(agentId)
    this.#announce(agentId)
  }

  #announce(agentId: string): void {
    this.#presenceChanged(agentId).catch((error: unknown) => {
      this.#log.warn({ err: error, agentId }, 'presence could not be recorded')
    })
  }
}

function offline(detail: string): SignetError {
  return new SignetError('agent_offline', detail, {
    fix: 'Start the agent on the instance (signet agent), or enroll it again.',
  })
}
