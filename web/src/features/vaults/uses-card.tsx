import type { SecretUse } from '@signet/shared/api/vault'
import type { AuditAction } from '@signet/shared/vocabulary/audit-events'
import { useInfiniteQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { pagedListOf } from '../../api/pages.ts'
import { codeWords, outcomeWords } from '../../api/words.ts'
import { Card } from '../../ui/card.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import { None } from '../../ui/none.tsx'
import { PagedTable } from '../../ui/paged-table.tsx'
import { RelativeTime } from '../../ui/relative-time.tsx'
import { StatusBadge } from '../../ui/status-badge.tsx'
import { columnsOf } from '../../ui/table-columns.ts'
import { Untrusted } from '../../ui/untrusted.tsx'
import { type SecretPlace, usesOptions } from './vaults-queries.ts'

const useWords: Partial<Record<AuditAction, string>> = {
  'secret.read': 'Read',
  'secret.revealed': 'Revealed to a person',
  'secret.backed_up': 'Backed up',
}

/** Who read a secret and when, and who was refused. */
export function UsesCard({ place }: { place: SecretPlace }) {
  const query = useInfiniteQuery(usesOptions(place))
  return (
    <Card title="Who read it">
      <PagedTable
        label="Who read it"
        columns={useColumns}
        list={pagedListOf(query)}
        rowId={(use) => use.auditEventId}
        nouns={['use', 'uses']}
        empty={
          <EmptyState title="Nobody has read it yet">
            <p>Reads, reveals, backups and refusals stand here, each with who and when. Looking at it is none.</p>
          </EmptyState>
        }
      />
    </Card>
  )
}

const useColumns = columnsOf<SecretUse>([
  { id: 'at', header: 'When', cell: ({ at }) => <RelativeTime at={at} /> },
  { id: 'who', header: 'Who', cell: ({ actor }) => <Reader actor={actor} /> },
  {
    id: 'what',
    header: 'What',
    cell: ({ action, outcome }) =>
      outcome === 'ok' ? (useWords[action] ?? action) : <StatusBadge {...outcomeWords[outcome]} />,
  },
  {
    id: 'version',
    header: 'Version',
    cell: ({ secretVersion }) =>
      secretVersion === null ? <None /> : <code title={secretVersion}>{secretVersion.slice(0, 8)}…</code>,
  },
  {
    id: 'reason',
    header: 'Reason',
    cell: ({ reason }) => (reason === null ? <None /> : <Untrusted text={codeWords(reason)} />),
  },
  {
    id: 'ip',
    header: 'From',
    cell: ({ actor: { ip } }) => (ip === null ? <None /> : <Untrusted text={ip} className="mono" />),
  },
  {
    id: 'event',
    header: 'Record',
    cell: ({ auditEventId }) => (
      <Link to="/audit" search={{ range: 'all', event: auditEventId }}>
        Audit event
      </Link>
    ),
  },
])

/** Principals have a page of their own; operators have none. */
function Reader({ actor: { kind, id, label } }: Pick<SecretUse, 'actor'>) {
  const name = <Untrusted text={label} />
  return kind === 'principal' && id !== null ? (
    <Link to="/go/$" params={{ _splat: id }}>
      {name}
    </Link>
  ) : (
    name
  )
}
