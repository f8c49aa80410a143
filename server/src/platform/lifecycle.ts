import type { Logger } from './log.ts'

interface Part {
  readonly name: string
  stop(): Promise<void> | void
}

/** Parts in the order they were started; `stop` takes them down in reverse and never throws. */
export class Lifecycle {
  readonly #log: Logger
  readonly #parts: Part[] = []
  #stopping: Promise<void> | undefined

  constructor(log: Logger) {
    this.#log = log
  }

  started(name: string, stop: Part['stop']): void {
    this.#parts.push({ name, stop })
  }

  stop(): Promise<void> {
    this.#stopping ??= this.#stopAll()
    return this.#stopping
  }

  async #stopAll(): Promise<void> {
    for (const part of this.#parts.reverse()) {
      try {
        await part.stop()
      } catch (error) {
        this.#log.error({ part: part.name, err: error }, 'part did not stop cleanly')
      }
    }
  }
}

/**
 * Runs `stop` on the first SIGINT or SIGTERM and lets the event loop drain; a second signal exits at once (SEC-147).
 * A parent that goes away without a signal (its IPC channel closes) counts as SIGTERM.
 */
export function stopOnSignal(stop: () => Promise<void>): void {
  let stopping = false
  const onSignal = () => {
    if (stopping) process.exit(1)
    stopping = true
    void stop().finally(() => {
      process.exitCode ??= 0
      if (process.connected) process.disconnect()
    })
  }
  // A terminal sends Ctrl-C to the whole family; whoever has a parent of ours stops at its word, and once.
  process.on('SIGINT', () => process.connected || onSignal())
  process.on('SIGTERM', onSignal)
  if (process.connected) process.once('disconnect', () => stopping || onSignal())
}
