import type { DesiredState } from '@signet/shared/wire/agent-protocol'
import { FailureCountersStore } from '../platform/database/failure-counters-store.ts'
import type { Logger } from '../platform/log.ts'
import { Throttle } from '../platform/throttle.ts'
import type { Change } from '../platform/transaction.ts'
import type { Rotation } from '../rotation/index.ts'
import { AgentDirectory } from './agent-directory.ts'
import { AgentRecovery } from './agent-recovery.ts'
import { AgentStreams } from './agent-streams.ts'
import { type AgentRow, AgentsStore } from './agents-store.ts'
import { Announcer } from './announcer.ts'
import { type DesiredStateParts, desiredStateOf } from './desired-state.ts'
import { Enrollment, type EnrollmentParts } from './enrollment.ts'
import { JoinRefusals } from './join-refusals.ts'
import { Withdrawals } from './withdrawals.ts'
import { WithdrawalsStore } from './withdrawals-store.ts'

type StoreParts = ConstructorParameters<typeof AgentsStore>

/** The domain put together: admission, streams, and what is pushed when something changes. */
export interface AgentPlane {
  readonly enrollment: Enrollment
  readonly directory: AgentDirectory
  readonly recovery: AgentRecovery
  readonly streams: AgentStreams
  readonly withdrawals: Withdrawals
  stateOf(agent: AgentRow): Promise<DesiredState>
  /** Tells the agents concerned; called with every committed change. */
  changed(changes: readonly Change[]): void
}

export function openAgentPlane(
  options: Omit<EnrollmentParts, 'store' | 'database' | 'refusals'> &
    Omit<DesiredStateParts, 'slots' | 'latestSeq'> & {
      database: StoreParts[0] & EnrollmentParts['database'] & { latestSeq(): Promise<number> }
      rotation: Rotation
      log: Logger
      lastTokenOf: (principalIds: readonly string[], issuedBefore: number) => Promise<number | null>
    },
): AgentPlane {
  const store = new AgentsStore(options.database)
  const throttle = new Throttle(new FailureCountersStore(options.database), options.clock)
  const enrollment = new Enrollment({ ...options, store, refusals: new JoinRefusals({ ...options, throttle }) })
  const stateOf = (agent: AgentRow) =>
    desiredStateOf(agent, {
      ...options,
      slots: options.rotation.slots,
      latestSeq: () => options.database.latestSeq(),
    })
  const streams: AgentStreams = new AgentStreams({
    clock: options.clock,
    log: options.log,
    stateOf: async (agentId) => {
      const agent = await store.agent(agentId)
      if (agent?.state !== 'active') throw new Error('the agent is no longer trusted')
      return stateOf(agent)
    },
    presenceChanged: (agentId) => directory.presenceChanged(agentId),
  })
  options.terms.onChange((terms) => streams.termsChanged(terms))
  const withdrawals = new Withdrawals({
    ...{ ...options, store: new WithdrawalsStore(options.database), agents: store },
    ...{ slots: options.rotation.slots, presence: streams },
  })
  options.registry.observeWithdrawals(withdrawals)
  options.rotation.rollover.observeSlots(withdrawals)
  const directory = new AgentDirectory({
    ...options,
    withdrawals,
    acts: options.rotation.acts,
    store,
    presence: streams,
  })
  const recovery = new AgentRecovery({ ...options, store })
  const announcer = new Announcer({ ...options, streams, store, slots: options.rotation.slots })
  const changed = (changes: readonly Change[]) => void announcer.announce(changes)
  return { enrollment, directory, recovery, streams, withdrawals, stateOf, changed }
}
