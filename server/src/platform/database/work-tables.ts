import type { BulkKind, BulkList } from '@signet/shared/api/bulk'
import type { ByActor, Flag, Leased, Versioned } from './columns.ts'

// Tables of `Schema` that hold work: rotation with its slots and runs, and bulk jobs.

export interface RotationPoliciesTable extends Versioned {
  id: string
  scope: 'default' | 'instances' | 'group' | 'identity'
  /** Of the default empty; else a kind of instance, or the ID of a resource group or a principal. */
  target: string
  lifetime_s: number
  rotate_at: number
  overlap_s: number
  jitter: number
  key_alg: 'rsa2048' | 'p256'
  /** JSON, as the contract has them. */
  windows: string
  blackouts: string
  /** Null without a limit. */
  per_day: number | null
}

/** Scheduled rotations of a day, of policies that limit them. */
export interface RotationPolicyDaysTable {
  policy_id: string
  /** Of UTC, since 1970. */
  day: number
  opened: number
}

export interface RotationFreezesTable extends ByActor {
  tenant_id: string
  /** `all`, or the ID of a policy. */
  policy_id: string
  until: number
  reason: string
  created_at: number
}

/** Slots whose due times have yet to follow a policy. */
export interface RotationReplansTable extends Pick<RotationPoliciesTable, 'scope' | 'target'> {
  tenant_id: string
  /** The last slot that did follow; empty at the beginning. */
  after_slot: string
}

export interface CredentialSlotsTable extends Versioned {
  id: string
  principal_id: string
  /** As it was when the slot was opened; evidence names things as they were. */
  principal_name: string
  agent_id: string
  holder: 'agent' | 'server' | 'external'
  state: 'open' | 'closed'
  /** Resource group of the identity, by which a policy rules it. */
  group_id: string | null
  /** Kind of the instance that the agent serves. */
  instance_kind: string | null
  active_credential_id: string | null
  prepared_credential_id: string | null
  /** Share of the lifetime, 0 to 0.2, by which this slot rotates earlier; drawn once (SEC-146). */
  jitter: number
  /** Whether the credential in use is the first of the slot, which is due by another rule. */
  first_cycle: Flag
  /** When it would roll by the age of its credential alone. */
  due_after: number | null
  /** When it rolls, windows and freezes taken into account. */
  rotate_after: number | null
  failures: number
}

export interface RotationRunsTable extends Versioned, Leased, ByActor {
  id: string
  slot_id: string
  principal_id: string
  /** As it was when the run was opened. */
  principal_name: string
  trigger: 'schedule' | 'expiring' | 'enable' | 'manual' | 'emergency' | 'policy' | 'reenroll'
  state: 'requested' | 'prepared' | 'activated' | 'completed' | 'failed' | 'cancelled' | 'rolled_back'
  lane: number
  /** Seconds, where somebody chose; null follows the policy. */
  overlap_s: number | null
  from_credential_id: string | null
  to_credential_id: string | null
  attempt: number
  error_code: string | null
  error_detail: string | null
  prepared_at: number | null
  activated_at: number | null
}

export interface RotationAttemptsTable extends ByActor {
  id: string
  tenant_id: string
  run_id: string
  attempt: number
  fence: number
  from_state: RotationRunsTable['state'] | null
  to_state: RotationRunsTable['state'] | null
  outcome: 'ok' | 'error' | 'lost_lease'
  started_at: number
  ended_at: number
  error_code: string | null
  detail: string | null
}

export interface RotationReviewsTable extends ByActor {
  run_id: string
  tenant_id: string
  reviewed_at: number
}

export interface RotationDrillsTable extends Versioned, ByActor {
  id: string
  slot_id: string
  principal_id: string
  principal_name: string
  agent_id: string
  state: 'running' | 'passed' | 'failed'
  /** How many were issued for it. */
  certificates: number
  x5t_s256: string | null
  acknowledged_at: number | null
  /** JSON. */
  steps: string
  gives_up_at: number
  finished_at: number | null
}

export interface BulkJobsTable extends Versioned, Leased, ByActor {
  id: string
  list: BulkList
  kind: BulkKind
  state: 'selecting' | 'running' | 'paused' | 'cancelled' | 'finished'
  /** Filter text of the selection; null when items were given, or come from the job that is undone. */
  q: string | null
  undo_of: string | null
  tags: string | null
  /** Of the user-assigned identity that instances get or lose. */
  identity_id: string | null
  reason: string | null
  actor_ip: string | null
  correlation_id: string
  /** Where selecting goes on; null at its beginning. */
  cursor: string | null
  /** Whether every item is there. */
  selected: Flag
  total: number
  changed: number
  already: number
  refused: number
  failed: number
}

export interface BulkItemsTable {
  job_id: string
  position: number
  /** Of the thing, in the list of the job. */
  item_id: string
  /** What is special about this item, as JSON; of a job that undoes another one. */
  input: string | null
  state: 'waiting' | 'changed' | 'already' | 'refused' | 'failed'
  detail: string | null
  /** Input of the item that would undo this one. */
  undo: string | null
  done_at: number | null
}
