import type { UsageDetail } from '@signet/shared/api/usage'
import { dayMs } from '@signet/shared/vocabulary/time'
import { useState } from 'react'
import { Histogram } from '../../ui/histogram.tsx'
import { SimpleTable } from '../../ui/simple-table.tsx'
import { columnsOf } from '../../ui/table-columns.ts'

type Day = UsageDetail['days'][number]
interface Stretch extends Day {
  readonly until: number
}

/** More days than these are told by the week. */
const mostDays = 120

/** Tokens and refusals over time as bars, and as a table. */
export function UsageBars({ usage: { days } }: { usage: UsageDetail }) {
  const [picked, setPicked] = useState<number>()
  const stretches = stretchesOf(days)
  const [first, last] = [stretches[0], stretches.at(-1)]
  if (first === undefined || last === undefined) return null
  const chosen = stretches.find(({ at }) => at === picked)
  const used = stretches.filter(({ tokens, refused }) => tokens + refused > 0)
  return (
    <div>
      <Histogram
        label={days.length > mostDays ? 'Tokens by week' : 'Tokens by day'}
        bars={stretches.map((stretch) => ({
          key: String(stretch.at),
          name: sentenceOf(stretch),
          parts: [
            { tone: 'accent', value: stretch.tokens },
            { tone: 'bad', value: stretch.refused },
          ],
        }))}
        ends={[dateOf(first.at), dateOf(last.until - dayMs)]}
        onPick={(index) => setPicked(stretches[index]?.at)}
      />
      <p role="status" className="muted">
        {chosen && sentenceOf(chosen)}
      </p>
      <details>
        <summary>The same as a table</summary>
        <SimpleTable
          label="Tokens over time"
          columns={columns}
          rows={[...used].reverse()}
          rowId={({ at }) => String(at)}
        />
      </details>
    </div>
  )
}

const columns = columnsOf<Stretch>([
  { id: 'when', header: 'When (UTC)', cell: nameOf },
  { id: 'tokens', header: 'Issued', cell: ({ tokens }) => tokens.toLocaleString('en') },
  { id: 'refused', header: 'Refused', cell: ({ refused }) => refused.toLocaleString('en') },
])

function stretchesOf(days: readonly Day[]): Stretch[] {
  const length = days.length > mostDays ? 7 : 1
  // From the end, so that the last week is a whole one.
  const offset = days.length % length
  const starts = Array.from({ length: Math.ceil(days.length / length) }, (_, index) =>
    offset === 0 ? index * length : Math.max(0, (index - 1) * length + offset),
  )
  return starts.map((start, index) => {
    const within = days.slice(start, starts[index + 1] ?? days.length)
    const at = within[0]?.at ?? 0
    return {
      at,
      until: (within.at(-1)?.at ?? at) + dayMs,
      tokens: within.reduce((sum, day) => sum + day.tokens, 0),
      refused: within.reduce((sum, day) => sum + day.refused, 0),
    }
  })
}

function sentenceOf(stretch: Stretch): string {
  return `${nameOf(stretch)}: ${stretch.tokens} issued, ${stretch.refused} refused`
}

function nameOf({ at, until }: Stretch): string {
  const last = until - dayMs
  return last === at ? dateOf(at) : `${dateOf(at)} to ${dateOf(last)}`
}

/** Days are those of UTC, whatever zone times are shown in. */
function dateOf(at: number): string {
  return new Date(at).toISOString().slice(0, 10)
}
