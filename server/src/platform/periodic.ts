import type { Clock, Timer } from './clock.ts'
import type { Logger } from './log.ts'

/**
 * Repeats one task: the next run is planned when the last one has ended, so a task never overlaps itself. A run that
 * fails is logged and tried again at the next turn. `poke` brings the next run forward to now.
 */
export class PeriodicTask {
  readonly #options: { name: string; intervalMs: number; clock: Clock; log: Logger; run: () => Promise<void> }
  #timer: Timer | undefined
  #running: Promise<void> | undefined
  #pokedWhileRunning = false
  #stopped = false

  constructor(options: { name: string; intervalMs: number; clock: Clock; log: Logger; run: () => Promise<void> }) {
    this.#options = options
    this.#plan(options.intervalMs)
  }

  poke(): void {
    if (this.#running !== undefined) {
      this.#pokedWhileRunning = true
      return
    }
    this.#plan(0)
  }

  async stop(): Promise<void> {
    this.#stopped = true
    this.#timer?.cancel()
    await this.#running
  }

  #plan(delayMs: number): void {
    this.#timer?.cancel()
    if (this.#stopped) return
    this.#timer = this.#options.clock.after(delayMs, () => {
      this.#running = this.#runOnce().finally(() => {
        this.#running = undefined
        const soon = this.#pokedWhileRunning
        this.#pokedWhileRunning = false
        this.#plan(soon ? 0 : this.#options.intervalMs)
      })
    })
  }

  async #runOnce(): Promise<void> {
    try {
      await this.#options.run()
    } catch (error) {
      this.#options.log.error({ task: this.#options.name, err: error }, 'periodic task failed')
    }
  }
}
