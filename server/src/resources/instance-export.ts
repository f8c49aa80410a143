import type { InstanceSort, InstanceSummary } from '@signet/shared/api/resources'
import { instanceFields } from '@signet/shared/query/instance-fields'
import type { AuditLog } from '../audit/index.ts'
import type { Clock } from '../platform/clock.ts'
import { type ExportColumns, exportedTime } from '../platform/export-file.ts'
import { listExports } from '../platform/list-exports.ts'
import { requireTerms } from '../platform/query-text.ts'
import type { InstanceList } from './instance-list.ts'

/** The handlers of the list of instances as a file. */
export function instanceExports({ list, audit, clock }: { list: InstanceList; audit: AuditLog; clock: Clock }) {
  return listExports<InstanceSummary, InstanceSort>({
    name: 'instances',
    action: 'instances.exported',
    columns,
    check: (filter) => requireTerms(filter, instanceFields),
    each: (query) => list.each(query),
    named: (ids, sort) => list.named(ids, sort),
    audit,
    clock,
  })
}

const columns: ExportColumns<InstanceSummary> = [
  ['id', (row) => row.id],
  ['name', (row) => row.name],
  ['kind', (row) => row.kind],
  ['identity_state', (row) => row.identityState],
  ['resource_id', (row) => row.resourceId],
  ['principal_id', (row) => row.identity?.principalId ?? null],
  ['client_id', (row) => row.identity?.clientId ?? null],
  ['certificate_thumbprint', (row) => row.credential?.thumbprint ?? null],
  ['certificate_not_before', (row) => exportedTime(row.credential?.notBefore)],
  ['certificate_not_after', (row) => exportedTime(row.credential?.notAfter)],
  ['next_rotation', (row) => exportedTime(row.nextRotationAt)],
  ['last_token', (row) => exportedTime(row.lastToken?.at)],
  ['last_token_audience', (row) => row.lastToken?.audience ?? null],
  ['agent_connected', (row) => (row.agent === null ? null : row.agent.connected ? 'yes' : 'no')],
  ['agent_version', (row) => row.agent?.version ?? null],
  ['agent_last_seen', (row) => exportedTime(row.agent?.lastSeenAt)],
  ['created', (row) => exportedTime(row.createdAt)],
]
