import type { Download } from '@signet/shared/api/contract'
import type { ExportFormat } from '@signet/shared/api/paging'
import type { InstanceSort, InstanceSummary } from '@signet/shared/api/resources'
import { instanceFields } from '@signet/shared/query/instance-fields'
import type { InstanceId } from '@signet/shared/vocabulary/identifiers'
import type { AuditLog } from '../audit/index.ts'
import type { Clock } from '../platform/clock.ts'
import { type ExportColumns, exportedTime, exportFile } from '../platform/export-file.ts'
import { requireTerms } from '../platform/query-text.ts'
import type { RequestContext } from '../platform/request-context.ts'
import type { InstanceList } from './instance-list.ts'

interface ExportParts {
  readonly list: InstanceList
  readonly audit: AuditLog
  readonly clock: Clock
}

/**
 * The filtered list as a file, written while it is read. Times are UTC. The export is in the audit log before its first
 * byte leaves.
 *
 * @throws SignetError `invalid_request` for a filter that cannot be read
 */
export async function exportInstances(
  context: RequestContext,
  query: { filter?: string | undefined; sort: InstanceSort; format: ExportFormat },
  parts: ExportParts,
): Promise<Download> {
  const { filter, sort, format } = query
  requireTerms(filter, instanceFields)
  await parts.audit.record(context, { action: 'instances.exported', after: { filter: filter ?? '', sort, format } })
  return fileOf(parts.list.each({ filter, sort }), format, parts.clock)
}

/** As above, of instances that are named one by one; in the order of the list, each once. */
export async function exportNamedInstances(
  context: RequestContext,
  wish: { ids: readonly InstanceId[]; sort: InstanceSort; format: ExportFormat },
  parts: ExportParts,
): Promise<Download> {
  const { sort, format } = wish
  const ids = [...new Set(wish.ids)]
  await parts.audit.record(context, { action: 'instances.exported', after: { instances: ids.length, sort, format } })
  return fileOf(parts.list.named(ids, sort), format, parts.clock)
}

function fileOf(rows: AsyncIterable<InstanceSummary>, format: ExportFormat, clock: Clock): Download {
  return exportFile({ name: 'instances', format, at: clock.now(), columns, rows })
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
