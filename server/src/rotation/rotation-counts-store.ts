import { RunState } from '@signet/shared/vocabulary/credential-states'
import { secondMs } from '@signet/shared/vocabulary/time'
import type { Clock } from '../platform/clock.ts'
import type { Database } from '../platform/database/database.ts'
import { firstIdAt } from '../platform/identifiers.ts'

/** A step is written under an ID of when it was taken, and is there once its transaction is: nothing takes this long. */
const settledMs = 10 * secondMs

/** How many rotations there are: under way, and ended since this process began. For metrics; nothing is decided by it. */
export class RotationCountsStore {
  readonly #database: Database
  readonly #tenantId: string
  readonly #clock: Clock
  readonly #ended = new Map<string, number>()
  #countedTo: number
  #counting: Promise<void> = Promise.resolve()

  constructor({ database, tenantId, clock }: { database: Database; tenantId: string; clock: Clock }) {
    this.#database = database
    this.#tenantId = tenantId
    this.#clock = clock
    this.#countedTo = clock.now()
  }

  /** Runs that have not ended, by state. */
  async open(): Promise<{ state: RunState; count: number }[]> {
    const rows = await this.#database.reports
      .selectFrom('rotation_runs')
      .select((eb) => ['state', eb.fn.countAll<number>().as('count')])
      .where('tenant_id', '=', this.#tenantId)
      .where('finished_at', 'is', null)
      .groupBy('state')
      .execute()
    const counts = new Map(rows.map(({ state, count }) => [state, Number(count)]))
    return (['requested', 'prepared', 'activated'] as const).map((state) => ({ state, count: counts.get(state) ?? 0 }))
  }

  /** Runs that ended up to some seconds ago, by how. Each is counted once, whoever asks. */
  async ended(): Promise<{ state: RunState; count: number }[]> {
    this.#counting = this.#counting.catch(() => undefined).then(() => this.#count())
    await this.#counting
    return ends.map((state) => ({ state, count: this.#ended.get(state) ?? 0 }))
  }

  /** Steps lie in the order of their IDs, so those since the last time are one stretch of the table. */
  async #count(): Promise<void> {
    const until = this.#clock.now() - settledMs
    if (until <= this.#countedTo) return
    const rows = await this.#database.reports
      .selectFrom('rotation_attempts')
      .select((eb) => ['to_state', eb.fn.countAll<number>().as('count')])
      .where('id', '>=', firstIdAt(this.#countedTo))
      .where('id', '<', firstIdAt(until))
      .where('tenant_id', '=', this.#tenantId)
      .where('to_state', 'in', [...ends])
      .whereRef('to_state', 'is distinct from', 'from_state')
      .groupBy('to_state')
      .execute()
    for (const { to_state: state, count } of rows) {
      if (state !== null) this.#ended.set(state, (this.#ended.get(state) ?? 0) + Number(count))
    }
    this.#countedTo = until
  }
}

const ends = RunState.extract(['completed', 'failed', 'cancelled', 'rolled_back']).options
