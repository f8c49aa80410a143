import { useQuery } from '@tanstack/react-query'
import { absoluteTime } from '../../ui/absolute-time.ts'
import { Histogram } from '../../ui/histogram.tsx'
import { usePreferences } from '../../ui/preferences.ts'
import { type AuditSearch, auditHistogramOptions } from './audit-queries.ts'
import { ownRange, type RangeSearch } from './audit-range.ts'

interface AuditHistogramProps {
  search: AuditSearch
  isReadable: boolean
  onRange: (range: RangeSearch) => void
}

/** Matching events over time; a bar leads to its own stretch. Says nothing where there is nothing to show. */
export function AuditHistogram({ search, isReadable, onRange }: AuditHistogramProps) {
  usePreferences()
  const { data } = useQuery({ ...auditHistogramOptions(search), enabled: isReadable })
  const first = data?.buckets[0]
  const last = data?.buckets.at(-1)
  if (!isReadable || data === undefined || first === undefined || last === undefined) return null
  const { bucketMs, buckets } = data
  return (
    <Histogram
      label="Events over time"
      bars={buckets.map(({ at, ok, refused, failed }) => ({
        key: String(at),
        name: `${absoluteTime(at, 'minute')}: ${wordsFor(ok, refused, failed)}`,
        parts: [
          { tone: 'accent', value: ok },
          { tone: 'warn', value: refused },
          { tone: 'bad', value: failed },
        ],
      }))}
      ends={[absoluteTime(first.at, 'minute'), absoluteTime(last.at + bucketMs, 'minute')]}
      onPick={(index) => {
        const bar = buckets[index]
        if (bar !== undefined) onRange(ownRange(bar.at, bar.at + bucketMs))
      }}
    />
  )
}

function wordsFor(ok: number, refused: number, failed: number): string {
  const total = ok + refused + failed
  const bad = [refused > 0 ? `${refused} refused` : '', failed > 0 ? `${failed} failed` : ''].filter(
    (word) => word !== '',
  )
  const events = total === 1 ? '1 event' : `${total.toLocaleString('en')} events`
  return bad.length === 0 ? events : `${events}, ${bad.join(', ')}`
}
