import { Thread } from '../platform/thread.ts'
import type { IssuanceRow, PruneLimits, SpentAssertion } from './issuance-log-store.ts'
import type { HostName } from './usage-counters-store.ts'

/** What the thread is asked for. */
export type WriterCall =
  | { readonly kind: 'write'; readonly rows: readonly IssuanceRow[] }
  | { readonly kind: 'prune'; readonly limits: PruneLimits }
  | { readonly kind: 'spend'; readonly use: SpentAssertion }
  | { readonly kind: 'tell'; readonly hosts: readonly HostName[] }

/**
 * Writes the token log on a thread of its own, so that a disk that flushes slowly holds up the requests that wait for it
 * and nothing else. Requests are carried out in the order they are made. A thread that dies fails what was under way,
 * whose fate is then unknown, and the next request starts another.
 */
export class IssuanceWriter {
  readonly #thread: Thread<WriterCall, unknown>

  /** @param file a `telemetry.db` with its schema in place */
  constructor(file: string) {
    this.#thread = new Thread(new URL('./issuance-worker.ts', import.meta.url), 'writer of the token log', file)
    this.#thread.warmUp()
  }

  /**
   * Commits the rows together; they are on stable storage when it resolves. false marks a row whose assertion was spent
   * before: it is recorded as the refusal it is.
   */
  async write(rows: readonly IssuanceRow[]): Promise<readonly boolean[]> {
    return (await this.#thread.ask({ kind: 'write', rows })) as boolean[]
  }

  /** @returns rows deleted */
  async prune(limits: PruneLimits): Promise<number> {
    return (await this.#thread.ask({ kind: 'prune', limits })) as number
  }

  /** @returns false for an assertion that was spent before */
  async spend(use: SpentAssertion): Promise<boolean> {
    return (await this.#thread.ask({ kind: 'spend', use })) as boolean
  }

  /** Somebody was told of these hosts. */
  async tell(hosts: readonly HostName[]): Promise<void> {
    await this.#thread.ask({ kind: 'tell', hosts })
  }

  /** Carries out what was asked for, then ends the thread. Later requests are refused. */
  close(): Promise<void> {
    return this.#thread.finish()
  }
}
