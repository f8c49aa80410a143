import type { ByActor, Leased, Versioned } from './columns.ts'

export interface RolloutsTable extends Versioned, Leased, ByActor {
  id: string
  act: 'rotate' | 'emergency' | 'drill'
  state: 'starting' | 'running' | 'paused' | 'halted' | 'completed' | 'cancelled'
  list: 'instances' | 'identities'
  /** Filter text of the selection; null when IDs were given. */
  q: string | null
  wave_size: number
  pause_s: number
  most_failed: number | null
  most_failed_share: number | null
  item_s: number
  reason: string | null
  actor_ip: string | null
  correlation_id: string
  /** Items that were not skipped from the beginning. */
  total: number
  /** The wave that opened last; 0 before the first. */
  wave: number
  waves: number
  /** When the next wave may open; null while one is under way. */
  next_wave_at: number | null
  /** Items that stand at `failed`. */
  failed: number
  /** How many of those do not count against the limit, because somebody resumed in spite of them. */
  excused: number
  halt_reason: string | null
  /** Who wished last that credentials are put back, and why; JSON. */
  undo: string | null
  /** When it was completed or cancelled; `finished_at` is when nothing was left to follow. */
  ended_at: number | null
}

export interface RolloutItemsTable {
  rollout_id: string
  position: number
  /** 0 for what was skipped from the beginning. */
  wave: number
  /** What this rollout made of it; how far its rotation is, the run knows. */
  state: 'waiting' | 'open' | 'activated' | 'failed' | 'returning' | 'rolled_back' | 'skipped' | 'cancelled'
  slot_id: string | null
  principal_id: string | null
  agent_id: string | null
  instance_id: string | null
  /** Names as they were when the rollout started. */
  name: string
  instance_name: string | null
  run_id: string | null
  drill_id: string | null
  error_code: string | null
  detail: string | null
  asked_at: number | null
  deadline_at: number | null
}
