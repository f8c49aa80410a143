import type { CredentialId } from '@signet/shared/vocabulary/identifiers'
import { minuteMs } from '@signet/shared/vocabulary/time'
import type { Logger } from '../platform/log.ts'

/** As many as the authority keeps in its cache of credentials. */
const mostRemembered = 100_000

export interface CredentialUsesParts {
  readonly log: Logger
  /** Writes the last use (epoch milliseconds) of each credential, together. */
  readonly record: (uses: ReadonlyMap<CredentialId, number>) => Promise<void>
  /** Told of the first use that is seen here; one that was told before changes nothing. */
  readonly firstUse: (id: CredentialId) => Promise<void>
  readonly mostRemembered?: number
}

/**
 * First and last uses of credentials, off the path of the token: gathered in memory and written together, a last use at
 * most once a minute, since the token log has every one. Which ones were
 * seen is remembered for the most recently used only; one that fell out is told as a first use once more.
 */
export class CredentialUses {
  readonly #parts: CredentialUsesParts
  readonly #mostRemembered: number
  /** When each was told last, in the order of their last use, the oldest first. */
  readonly #seen = new Map<CredentialId, number>()
  readonly #observers: ((uses: ReadonlyMap<CredentialId, number>) => Promise<void>)[] = []
  #pending = new Map<CredentialId, number>()

  constructor(parts: CredentialUsesParts) {
    this.#parts = parts
    this.#mostRemembered = parts.mostRemembered ?? mostRemembered
  }

  /** Told of what was written, after it was. */
  onWritten(observer: (uses: ReadonlyMap<CredentialId, number>) => Promise<void>): void {
    this.#observers.push(observer)
  }

  add(id: CredentialId, at: number): void {
    const before = this.#seen.get(id)
    const isFresh = before !== undefined && at - before < minuteMs
    this.#seen.delete(id)
    this.#seen.set(id, isFresh ? before : at)
    if (isFresh) return
    this.#pending.set(id, at)
    if (before !== undefined) return
    const [oldest] = this.#seen.keys()
    if (this.#seen.size > this.#mostRemembered && oldest !== undefined) this.#seen.delete(oldest)
    this.#parts.firstUse(id).catch((error: unknown) => {
      // The next use tells it again.
      this.#seen.delete(id)
      this.#parts.log.warn({ err: error }, 'first use could not be recorded')
    })
  }

  /** Writes what has come together; what could not be written is kept for the next time. */
  async flush(): Promise<void> {
    const uses = this.#pending
    if (uses.size === 0) return
    this.#pending = new Map()
    try {
      await this.#parts.record(uses)
    } catch (error) {
      this.#pending = new Map([...uses, ...this.#pending])
      throw error
    }
    for (const observe of this.#observers) await observe(uses)
  }
}
