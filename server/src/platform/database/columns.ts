/** Columns that every changeable row has; `version` rises by one with every change. */
export interface Versioned {
  tenant_id: string
  version: number
  created_at: number
  updated_at: number
}

export type Flag = 0 | 1

/** Columns of work that one process at a time takes up, as `leases.ts` hands it out; `fence` rises with every lease. */
export interface Leased {
  due_at: number
  lease_owner: string | null
  fence: number
  finished_at: number | null
}

/** Who asked for it, as they were called then. */
export interface ByActor {
  actor_kind: string
  actor_id: string | null
  actor_label: string
}
