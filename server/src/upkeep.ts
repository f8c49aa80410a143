import { hourMs, minuteMs, secondMs } from '@signet/shared/vocabulary/time'
import type { AssignmentUses } from './authorization/index.ts'
import type { Clock } from './platform/clock.ts'
import type { Steadiness } from './platform/clock-watch.ts'
import type { Database } from './platform/database/database.ts'
import { newGuid } from './platform/identifiers.ts'
import type { Logger } from './platform/log.ts'
import { PeriodicTask } from './platform/periodic.ts'
import { systemContext } from './platform/request-context.ts'
import type { CredentialUses } from './principals/index.ts'
import type { InstanceList } from './resources/index.ts'
import type { Drills } from './rotation/index.ts'

interface UpkeepParts {
  readonly database: Pick<Database, 'forgetChangesBefore' | 'boundLog'>
  readonly clock: Clock
  readonly steadiness: Steadiness
  readonly log: Logger
  readonly uses: Pick<CredentialUses, 'flush'>
  readonly assignmentUses: Pick<AssignmentUses, 'flush'>
  readonly list: Pick<InstanceList, 'settle'>
  readonly drills: Pick<Drills, 'giveUp'>
  readonly idempotency: { prune(): Promise<void> }
}

const usesEveryMs = 2 * secondMs
/** Reading the list brings it up to date anyway; this spares the reader most of it. */
const listEveryMs = 5 * secondMs
const changesKeptMs = hourMs
const logEveryMs = 5 * secondMs

/**
 * Begins what is done by the clock for no domain in particular: uses are written, the list of instances is kept fresh,
 * the write-ahead log is kept short, change events and idempotency keys are forgotten.
 *
 * @returns ends it, once the uses that came together are written
 */
export function startUpkeep(parts: UpkeepParts): () => Promise<void> {
  const { database, clock, steadiness, log, uses, assignmentUses, list, drills, idempotency } = parts
  const every = (intervalMs: number, name: string, run: () => Promise<void>) =>
    new PeriodicTask({ name, intervalMs, clock, log, run })
  const tasks = [
    every(usesEveryMs, 'credential uses', () => uses.flush()),
    every(usesEveryMs, 'role assignment uses', () => assignmentUses.flush()),
    every(listEveryMs, 'instance list', () => list.settle()),
    every(changesKeptMs / 4, 'change events', async () => {
      if (steadiness.isSteady) await database.forgetChangesBefore(clock.now() - changesKeptMs)
    }),
    every(logEveryMs, 'write-ahead log', async () => void (await database.boundLog())),
    every(minuteMs, 'rotation drills', () => drills.giveUp(systemContext('rotation drills', newGuid()))),
    every(hourMs, 'idempotency keys', () => idempotency.prune()),
  ]
  return async () => {
    await Promise.all(tasks.map((task) => task.stop()))
    await uses.flush()
    await assignmentUses.flush({ all: true })
  }
}
