import { hourMs } from '@signet/shared/vocabulary/time'
import type { Database } from '../platform/database/database.ts'
import type { Cursors } from '../platform/database/paging.ts'
import { PeriodicTask } from '../platform/periodic.ts'
import { TestTargetList } from './test-targets.ts'
import { type LookupParts, TokenLookups } from './token-lookup.ts'
import { type TesterParts, TokenTester } from './token-tester.ts'
import { TokenTraces } from './token-traces.ts'
import { TokenTracesStore } from './token-traces-store.ts'

type TargetParts = ConstructorParameters<typeof TestTargetList>[0]

/** The token tester put together. */
export interface TokenTests {
  readonly tester: TokenTester
  readonly targets: TestTargetList
  readonly traces: TokenTraces
  readonly lookup: TokenLookups
  /** Ends the task that forgets old traces. */
  stop(): Promise<void>
}

export function openTokenTests(
  parts: Omit<TesterParts, 'kept' | 'database' | 'resources'> &
    Omit<LookupParts, 'kept' | 'resources'> &
    TargetParts & { resources: TesterParts['resources'] } & {
      readonly database: Database
      readonly cursors: Cursors
      readonly tenantId: string
    },
): TokenTests {
  const { database, clock, log } = parts
  const store = new TokenTracesStore(database, parts.cursors, parts.tenantId)
  const traces = new TokenTraces({ store, database, clock })
  const task = new PeriodicTask({ name: 'token traces', intervalMs: hourMs, clock, log, run: () => traces.prune() })
  return {
    tester: new TokenTester({ ...parts, kept: traces }),
    targets: new TestTargetList(parts),
    traces,
    lookup: new TokenLookups({ ...parts, kept: traces }),
    stop: () => task.stop(),
  }
}
