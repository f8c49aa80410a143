import { minuteMs, secondMs } from '@signet/shared/vocabulary/time'
import type { DesiredState } from '@signet/shared/wire/agent-protocol'
import type { Clock } from '../platform/clock.ts'
import { randomShare } from '../platform/identifiers.ts'
import type { Logger } from '../platform/log.ts'
import { SignetError } from '../platform/signet-error.ts'
import { EventStreamReader, type StreamEvent } from './event-stream.ts'
import type { ServerClient } from './server-client.ts'

const firstWaitMs = secondMs
const longestWaitMs = minuteMs
const longestByeMs = 10 * minuteMs
/** The server says something every 30 s; who is silent three times is gone. */
const silenceMs = 90 * secondMs

export interface ServerLinkParts {
  readonly client: Pick<ServerClient, 'stream' | 'sync'>
  readonly clock: Clock
  readonly log: Logger
  readonly onEvent: (event: StreamEvent) => void
  /** Before each attempt; renews a certificate that has run out, without which the server refuses everything else. */
  readonly beforeConnect: () => Promise<void>
  /** The server refused this agent. Must not throw. */
  readonly onRefused: () => Promise<void>
}

/** Keeps the event stream open for as long as the agent runs; asks for the whole state when streams do not get through. */
export class ServerLink {
  readonly #parts: ServerLinkParts
  readonly #stopping = new AbortController()
  #running: Promise<void> | undefined
  #connected = false
  /** Of the attempt or the wait under way. */
  #interruption = new AbortController()

  constructor(parts: ServerLinkParts) {
    this.#parts = parts
  }

  get isConnected(): boolean {
    return this.#connected
  }

  start(): void {
    this.#running ??= this.#run()
  }

  /** Gives up the connection or the wait that there is, and opens a new one at once. */
  reconnect(): void {
    this.#interruption.abort(new Error('a new connection was asked for'))
  }

  async stop(): Promise<void> {
    this.#stopping.abort()
    await this.#running
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopping
    let failures = 0
    while (!signal.aborted) {
      const interruption = new AbortController()
      this.#interruption = interruption
      const attempt = await this.#attempt()
      failures = attempt.gotThrough ? 0 : failures + 1
      // Half of it is random, so that a fleet that lost its server does not come back as one.
      const backoff = Math.min(firstWaitMs * 2 ** failures, longestWaitMs) * (0.5 + 0.5 * randomShare())
      const waitMs = attempt.waitMs ?? backoff
      const either = AbortSignal.any([signal, interruption.signal])
      if (!either.aborted) await this.#parts.clock.sleep(waitMs, either).catch(() => undefined)
    }
  }

  /** One connection from its opening to its end. Never throws. */
  async #attempt(): Promise<{ gotThrough: boolean; waitMs?: number }> {
    const { log } = this.#parts
    const outcome: { gotThrough: boolean; waitMs?: number } = { gotThrough: false }
    try {
      await this.#parts.beforeConnect()
      await this.#follow(outcome)
    } catch (thrown) {
      if (this.#stopping.signal.aborted) return outcome
      const error =
        thrown instanceof SignetError
          ? thrown
          : new SignetError('unavailable', 'The stream broke off.', { cause: thrown })
      log.warn({ code: error.code, detail: error.detail }, 'server not reached')
      if (error.code === 'agent_refused') await this.#parts.onRefused()
      if (error.retryAfterSeconds !== undefined)
        outcome.waitMs = Math.min(error.retryAfterSeconds * secondMs, longestByeMs)
    } finally {
      this.#connected = false
    }
    if (!outcome.gotThrough && !this.#stopping.signal.aborted) await this.#poll()
    return outcome
  }

  async #follow(outcome: { gotThrough: boolean; waitMs?: number }): Promise<void> {
    const { client, clock, log, onEvent } = this.#parts
    const ending = new AbortController()
    const signal = AbortSignal.any([this.#stopping.signal, this.#interruption.signal, ending.signal])
    const giveUp = () => ending.abort(new Error('the stream was silent'))
    let silence = clock.after(silenceMs, giveUp)
    try {
      const reader = new EventStreamReader()
      for await (const chunk of (await client.stream(signal)) as AsyncIterable<Buffer>) {
        silence.cancel()
        silence = clock.after(silenceMs, giveUp)
        const { events, refused } = reader.read(chunk)
        if (refused > 0) log.warn({ refused }, 'events of the server not understood')
        for (const event of events) {
          if (event.name === 'state') this.#connected = true
          if (event.name === 'state') outcome.gotThrough = true
          if (event.name === 'bye') outcome.waitMs = Math.min(Math.max(event.data.reconnectAfterMs, 0), longestByeMs)
          onEvent(event)
        }
      }
    } finally {
      silence.cancel()
      ending.abort()
    }
  }

  /** Where streams are blocked, the whole state can still be asked for. */
  async #poll(): Promise<void> {
    try {
      const data: DesiredState = await this.#parts.client.sync()
      this.#parts.onEvent({ name: 'state', data })
    } catch (error) {
      this.#parts.log.debug({ code: SignetError.from(error).code }, 'state not fetched')
    }
  }
}
