import { randomShare } from '../platform/identifiers.ts'
import { mostJitter } from './rotation-policy.ts'
import type { SlotRow } from './rotation-store.ts'

/** A slot that was just opened: nothing is in it, and its first rotation is the first certificate. */
export function newSlot(given: {
  id: string
  tenantId: string
  principalId: string
  principalName: string
  agentId: string
  place: Pick<SlotRow, 'group_id' | 'instance_kind'>
  now: number
}): SlotRow {
  return {
    id: given.id,
    tenant_id: given.tenantId,
    principal_id: given.principalId,
    principal_name: given.principalName,
    agent_id: given.agentId,
    holder: 'agent',
    state: 'open',
    ...given.place,
    active_credential_id: null,
    prepared_credential_id: null,
    jitter: randomShare() * mostJitter,
    first_cycle: 1,
    due_after: null,
    rotate_after: null,
    failures: 0,
    version: 1,
    created_at: given.now,
    updated_at: given.now,
  }
}
