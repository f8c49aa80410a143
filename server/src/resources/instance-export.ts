import type { Download } from '@signet/shared/api/contract'
import type { ExportFormat, InstanceSort, InstanceSummary } from '@signet/shared/api/resources'
import { instanceFields } from '@signet/shared/query/instance-fields'
import type { AuditLog } from '../audit/index.ts'
import { csvLine } from '../platform/csv.ts'
import { requireTerms } from '../platform/query-text.ts'
import type { RequestContext } from '../platform/request-context.ts'
import type { InstanceList } from './instance-list.ts'

/**
 * The filtered list as a file, written while it is read. Times are UTC. The export is in the audit log before its first
 * byte leaves.
 *
 * @throws SignetError `invalid_request` for a filter that cannot be read
 */
export async function exportInstances(
  context: RequestContext,
  query: { filter?: string | undefined; sort: InstanceSort; format: ExportFormat },
  parts: { list: InstanceList; audit: AuditLog },
): Promise<Download> {
  const { filter, sort, format } = query
  requireTerms(filter, instanceFields)
  await parts.audit.record(context, { action: 'instances.exported', after: { filter: filter ?? '', sort, format } })
  const rows = parts.list.each({ filter, sort })
  return format === 'csv'
    ? { fileName: 'instances.csv', contentType: 'text/csv; charset=utf-8', chunks: csvOf(rows) }
    : { fileName: 'instances.ndjson', contentType: 'application/x-ndjson; charset=utf-8', chunks: linesOf(rows) }
}

type Cell = string | number | null

const columns: readonly (readonly [string, (row: InstanceSummary) => Cell])[] = [
  ['id', (row) => row.id],
  ['name', (row) => row.name],
  ['kind', (row) => row.kind],
  ['identity_state', (row) => row.identityState],
  ['resource_id', (row) => row.resourceId],
  ['principal_id', (row) => row.identity?.principalId ?? null],
  ['client_id', (row) => row.identity?.clientId ?? null],
  ['certificate_thumbprint', (row) => row.credential?.thumbprint ?? null],
  ['certificate_not_before', (row) => timeOf(row.credential?.notBefore)],
  ['certificate_not_after', (row) => timeOf(row.credential?.notAfter)],
  ['next_rotation', (row) => timeOf(row.nextRotationAt)],
  ['last_token', (row) => timeOf(row.lastToken?.at)],
  ['last_token_audience', (row) => row.lastToken?.audience ?? null],
  ['agent_connected', (row) => (row.agent === null ? null : row.agent.connected ? 'yes' : 'no')],
  ['agent_version', (row) => row.agent?.version ?? null],
  ['agent_last_seen', (row) => timeOf(row.agent?.lastSeenAt)],
  ['created', (row) => timeOf(row.createdAt)],
]

async function* csvOf(rows: AsyncIterable<InstanceSummary>): AsyncGenerator<string> {
  yield csvLine(columns.map(([name]) => name))
  for await (const row of rows) yield csvLine(columns.map(([, cell]) => cell(row)))
}

async function* linesOf(rows: AsyncIterable<InstanceSummary>): AsyncGenerator<string> {
  for await (const row of rows) {
    yield `${JSON.stringify(Object.fromEntries(columns.map(([name, cell]) => [name, cell(row)])))}\n`
  }
}

function timeOf(at: number | null | undefined): string | null {
  return at === null || at === undefined ? null : new Date(at).toISOString()
}
