import type { TokenRequest } from '@signet/shared/api/resources'
import { fieldIs } from '@signet/shared/query/query-text'
import { Link } from '@tanstack/react-router'
import { codeWords } from '../../api/words.ts'
import { Copyable } from '../../ui/copyable.tsx'
import { None } from '../../ui/none.tsx'
import { ExactTime, RelativeTime } from '../../ui/relative-time.tsx'
import { StatusBadge } from '../../ui/status-badge.tsx'
import { columnsOf } from '../../ui/table-columns.ts'
import { Untrusted } from '../../ui/untrusted.tsx'
import { visibleText } from '../../ui/visible-text.ts'

const shortLength = 8

export const activityColumns = columnsOf<TokenRequest>([
  { id: 'at', header: 'Time', cell: (row) => <ExactTime at={row.at} precision="millisecond" relative /> },
  { id: 'audience', header: 'Audience', cell: (row) => <Untrusted text={row.audience} /> },
  {
    id: 'outcome',
    header: 'Outcome',
    cell: ({ outcome }) =>
      outcome === 'ok' ? (
        <StatusBadge tone="ok" word="Token issued" />
      ) : (
        <StatusBadge tone="bad" word={visibleText(codeWords(outcome))} title={visibleText(outcome)} />
      ),
  },
  {
    id: 'certificate',
    header: 'Certificate',
    cell: ({ x5tS256 }) =>
      x5tS256 === null ? <None /> : <Copyable value={x5tS256} label="SHA-256 thumbprint" short={shortLength} />,
  },
  {
    id: 'kid',
    header: 'Signed with',
    cell: ({ kid }) => (kid === null ? <None /> : <Copyable value={kid} label="signing key ID" short={shortLength} />),
  },
  {
    id: 'expires',
    header: 'Expires',
    cell: ({ expiresAt }) => (expiresAt === null ? <None /> : <RelativeTime at={expiresAt} />),
  },
  { id: 'ip', header: 'From', cell: ({ ip }) => (ip === null ? <None /> : <Untrusted text={ip} className="mono" />) },
  { id: 'correlation', header: 'Correlation ID', cell: (row) => <Correlation request={row} /> },
  { id: 'token', header: 'Token', cell: (row) => <Token request={row} /> },
])

/** Leads to what is on record of a token, where it can be taken back. */
function Token({ request: { id, outcome } }: { request: TokenRequest }) {
  if (outcome !== 'ok') return <None />
  return (
    <Link to="/tokens/issued/$uti" params={{ uti: utiOf(id) }}>
      Evidence
    </Link>
  )
}

/** The number that a token carries: that of its request, in base64url. */
function utiOf(id: string): string {
  const bytes = id.replaceAll('-', '').match(/../g) ?? []
  const text = btoa(String.fromCharCode(...bytes.map((byte) => Number.parseInt(byte, 16))))
  return text.replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')
}

/** Leads to the test that made the request, where it is kept, else to whatever else was done under the same ID. */
function Correlation({ request: { correlationId, traceId } }: { request: TokenRequest }) {
  return (
    <span className="nowrap">
      <Copyable value={correlationId} label="correlation ID" short={shortLength} />{' '}
      {traceId === null ? (
        <Link to="/audit" search={{ filter: fieldIs('correlation', correlationId), range: 'all' }}>
          Audit
        </Link>
      ) : (
        <Link to="/tokens/traces/$traceId" params={{ traceId }}>
          Trace
        </Link>
      )}
    </span>
  )
}
