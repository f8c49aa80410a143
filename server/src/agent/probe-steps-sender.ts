import type { ProbeStep } from '@signet/shared/wire/agent-protocol'
import type { ServerClient } from './server-client.ts'

/**
 * Tells the server of the steps of one test as they come: one report at a time, what comes meanwhile goes with the next.
 * A report that does not arrive does not matter, because the result has every step.
 */
export class ProbeStepsSender {
  readonly #client: Pick<ServerClient, 'reportProbeSteps'>
  readonly #probeId: string
  #waiting = new Map<number, ProbeStep>()
  #sending: Promise<void> | undefined
  #failed = false

  constructor(client: Pick<ServerClient, 'reportProbeSteps'>, probeId: string) {
    this.#client = client
    this.#probeId = probeId
  }

  readonly note = (index: number, step: ProbeStep): void => {
    if (this.#failed) return
    this.#waiting.set(index, step)
    this.#sending ??= this.#send()
  }

  /** Nothing is sent any more once this resolves: the result must not be followed by a step. */
  async stop(): Promise<void> {
    this.#failed = true
    this.#waiting.clear()
    await this.#sending
  }

  async #send(): Promise<void> {
    // Steps of the same turn go together.
    await Promise.resolve()
    while (this.#waiting.size > 0) {
      const steps = [...this.#waiting].map(([index, step]) => ({ index, step }))
      this.#waiting = new Map()
      try {
        await this.#client.reportProbeSteps(this.#probeId, { steps })
      } catch {
        this.#failed = true
        this.#waiting.clear()
      }
    }
    this.#sending = undefined
  }
}
