import { dayMs, secondMs } from '@signet/shared/vocabulary/time'
import type { Clock } from '../platform/clock.ts'
import type { Database } from '../platform/database/database.ts'
import type { Logger } from '../platform/log.ts'
import { PeriodicTask } from '../platform/periodic.ts'
import { type Anchor, type AnchorContent, refuseRegression } from './anchor.ts'
import { MarksStore } from './marks-store.ts'
import { TakingsStore } from './takings-store.ts'

const everyMs = secondMs
/** Longer than any backup is kept by itself. */
export const takingsKeptMs = 40 * dayMs

/** Holds the data against its anchor at the start, and keeps the anchor within a second of the data after that (SEC-136). */
export class AnchorKeeper {
  readonly #anchor: Anchor
  readonly #database: Database
  readonly #marks: MarksStore
  readonly #takings: TakingsStore
  readonly #clock: Clock
  readonly #tenantId: string
  #content: AnchorContent
  #isBehind = false
  #task: PeriodicTask | undefined

  private constructor(parts: AnchorParts, content: AnchorContent) {
    this.#anchor = parts.anchor
    this.#database = parts.database
    this.#marks = new MarksStore(parts.database)
    this.#takings = new TakingsStore(parts.database)
    this.#clock = parts.clock
    this.#tenantId = parts.tenantId
    this.#content = content
  }

  /** @throws StartupError when the data is older than the anchor knows it to have been (SEC-142) */
  static async open(parts: AnchorParts): Promise<AnchorKeeper> {
    const { anchor, database, tenantId, log } = parts
    const marks = new MarksStore(database)
    const standing = { tenantId, epoch: (await marks.restore())?.epoch ?? 0, seq: await database.latestSeq() }
    const known = anchor.read()
    if (known) refuseRegression(anchor.file, known, standing)
    else log.info({ file: anchor.file }, 'no anchor file is there: one is made')
    const { number } = await marks.backups()
    const keeper = new AnchorKeeper(parts, known ?? { format: 1, ...standing, backupNumber: number, takings: [] })
    await keeper.keep()
    database.subscribe(() => {
      keeper.#isBehind = true
    })
    keeper.#task = new PeriodicTask({
      ...{ name: 'anchor', intervalMs: everyMs, clock: parts.clock, log },
      run: async () => {
        if (keeper.#isBehind) await keeper.keep()
      },
    })
    return keeper
  }

  /** Writes down where the data stands now. */
  async keep(): Promise<void> {
    this.#isBehind = false
    const since = this.#clock.now() - takingsKeptMs
    const kept = this.#content.takings.filter((taking) => taking.at >= since)
    const fresh = await this.#takings.since(since, kept.at(-1)?.id ?? '')
    this.#content = {
      format: 1,
      tenantId: this.#tenantId,
      epoch: (await this.#marks.restore())?.epoch ?? 0,
      seq: await this.#database.latestSeq(),
      backupNumber: (await this.#marks.backups()).number,
      takings: [...kept, ...fresh],
    }
    this.#anchor.write(this.#content)
  }

  async stop(): Promise<void> {
    await this.#task?.stop()
    await this.keep()
  }
}

interface AnchorParts {
  readonly anchor: Anchor
  readonly database: Database
  readonly clock: Clock
  readonly log: Logger
  readonly tenantId: string
}
