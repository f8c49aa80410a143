import { minuteMs } from '@signet/shared/vocabulary/time'
import type { Clock } from '../platform/clock.ts'

interface AssignmentUsesParts {
  readonly clock: Clock
  /** Writes the last use (epoch milliseconds) of each assignment, together. */
  readonly record: (uses: ReadonlyMap<string, number>) => Promise<void>
}

interface Use {
  at: number
  /** What is written of it; null when nothing is. */
  writtenAt: number | null
}

/**
 * When each role assignment last allowed something. It is told with every decision, so it only remembers: uses are written
 * together, those of one assignment at most once a minute. What is read here is current; what is on disk lags by that.
 */
export class AssignmentUses {
  readonly #parts: AssignmentUsesParts
  readonly #uses = new Map<string, Use>()
  readonly #unwritten = new Set<string>()

  constructor(parts: AssignmentUsesParts) {
    this.#parts = parts
  }

  /** As it was written once; what is known to be later stays. */
  know(id: string, writtenAt: number | null): void {
    if (writtenAt === null || this.#uses.has(id)) return
    this.#uses.set(id, { at: writtenAt, writtenAt })
  }

  /** It allowed something just now. */
  add(id: string): void {
    const at = this.#parts.clock.now()
    const use = this.#uses.get(id)
    if (use) use.at = Math.max(use.at, at)
    else this.#uses.set(id, { at, writtenAt: null })
    this.#unwritten.add(id)
  }

  /** Epoch milliseconds; null when it never allowed anything. */
  lastOf(id: string): number | null {
    return this.#uses.get(id)?.at ?? null
  }

  /** It is gone. */
  forget(id: string): void {
    this.#uses.delete(id)
    this.#unwritten.delete(id)
  }

  /**
   * Writes what is due; what could not be written is kept for the next time.
   *
   * @param all nothing is left for later, since the process ends
   */
  async flush({ all = false } = {}): Promise<void> {
    const now = this.#parts.clock.now()
    const due = new Map<string, number>()
    for (const id of this.#unwritten) {
      const use = this.#uses.get(id)
      if (use && (all || use.writtenAt === null || now - use.writtenAt >= minuteMs)) due.set(id, use.at)
    }
    if (due.size === 0) return
    await this.#parts.record(due)
    for (const [id, at] of due) {
      const use = this.#uses.get(id)
      if (use) use.writtenAt = at
      if (use?.at === at) this.#unwritten.delete(id)
    }
  }
}
