import type { Page } from '@signet/shared/api/paging'
import type { TokenTest, TraceSummary } from '@signet/shared/api/token-tests'
import { dayMs } from '@signet/shared/vocabulary/time'
import type { Clock } from '../platform/clock.ts'
import { SignetError } from '../platform/signet-error.ts'
import type { Transactor, Tx } from '../platform/transaction.ts'
import type { TokenTracesStore, TraceFilter } from './token-traces-store.ts'

const keptMs = 7 * dayMs
const prunedPerStep = 500

/** Finished tests, kept for seven days without their tokens. */
export class TokenTraces {
  readonly #store: TokenTracesStore
  readonly #database: Transactor
  readonly #clock: Clock

  constructor(parts: { store: TokenTracesStore; database: Transactor; clock: Clock }) {
    this.#store = parts.store
    this.#database = parts.database
    this.#clock = parts.clock
  }

  /** Keeps a test that has ended. */
  keep(tx: Tx, test: TokenTest): Promise<void> {
    return this.#store.insert(tx, test)
  }

  /** @throws SignetError `not_found` */
  async show(id: string): Promise<TokenTest> {
    const test = await this.#store.find(id)
    if (test && test.at > this.#clock.now() - keptMs) return test
    throw new SignetError('not_found', 'This test is not kept: tests are forgotten after seven days.', {
      fix: 'Run the test again.',
    })
  }

  page(filter: TraceFilter): Promise<Page<TraceSummary>> {
    return this.#store.page(filter)
  }

  /** Those of the IDs under which a test is kept. */
  existing(ids: readonly string[]): Promise<ReadonlySet<string>> {
    return this.#store.existing(ids, this.#clock.now() - keptMs)
  }

  /** Forgets what has had its time, in portions, so that no writer waits for long. */
  async prune(): Promise<void> {
    const before = this.#clock.now() - keptMs
    let forgotten = prunedPerStep
    while (forgotten === prunedPerStep) {
      forgotten = await this.#database.transact((tx) => this.#store.forgetBefore(tx, before, prunedPerStep))
    }
  }
}
