import type { InstanceSummary } from '@signet/shared/api/resources'
import { fieldIs } from '@signet/shared/query/query-text'

/** The part of the audit log about an instance: all that was ever done to it and to the principal it has. */
export function auditOf({ id, identity }: Pick<InstanceSummary, 'id' | 'identity'>) {
  const ids = identity === null ? [id] : [id, identity.principalId]
  return { filter: fieldIs('target', ...ids), range: 'all' } as const
}
