import type { TraceSummary } from '@signet/shared/api/token-tests'
import { Link } from '@tanstack/react-router'
import { dialectWords } from '../../api/dialect-words.ts'
import { codeWords } from '../../api/words.ts'
import { None } from '../../ui/none.tsx'
import { ExactTime } from '../../ui/relative-time.tsx'
import { StatusBadge } from '../../ui/status-badge.tsx'
import { columnsOf } from '../../ui/table-columns.ts'
import { Untrusted } from '../../ui/untrusted.tsx'
import { stepTime } from '../../ui/waterfall.tsx'

export const traceColumns = columnsOf<TraceSummary>([
  {
    id: 'time',
    header: 'Time',
    cell: ({ id, at }) => (
      <Link to="/tokens/traces/$traceId" params={{ traceId: id }}>
        <ExactTime at={at} />
      </Link>
    ),
  },
  {
    id: 'outcome',
    header: 'Outcome',
    cell: ({ outcome }) => (
      <StatusBadge tone={outcome === 'ok' ? 'ok' : 'bad'} word={outcome === 'ok' ? 'Token received' : 'No token'} />
    ),
  },
  {
    id: 'reason',
    header: 'Reason',
    cell: ({ code }) => (code === null ? <None /> : codeWords(code)),
  },
  { id: 'instance', header: 'Instance', cell: ({ instance }) => <Untrusted text={instance.name} /> },
  { id: 'audience', header: 'Audience', cell: ({ resource }) => <Untrusted text={resource} /> },
  { id: 'endpoint', header: 'Endpoint', cell: ({ dialect }) => dialectWords[dialect] },
  { id: 'took', header: 'Took', cell: ({ durationMs }) => stepTime(durationMs) },
  { id: 'actor', header: 'By', cell: ({ actor }) => <Untrusted text={actor} /> },
  {
    id: 'compare',
    header: 'Compare',
    cell: ({ id }) => (
      <Link to="/tokens/compare" search={{ left: id }}>
        Compare…
      </Link>
    ),
  },
])
