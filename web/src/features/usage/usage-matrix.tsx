import type { UsageCell, UsageDetail } from '@signet/shared/api/usage'
import { None } from '../../ui/none.tsx'
import { RelativeTime } from '../../ui/relative-time.tsx'
import { SimpleTable } from '../../ui/simple-table.tsx'
import { columnsOf } from '../../ui/table-columns.ts'
import { visibleText } from '../../ui/visible-text.ts'
import { placeName, principalName, tokenWords } from './usage-words.ts'

/** Columns that fit beside the audience; what is beyond goes into one. */
const mostAcross = 5

interface Sum {
  readonly tokens: number
  readonly refused: number
  readonly lastAt: number
}

interface Line {
  readonly audience: string
  readonly sums: ReadonlyMap<string, Sum>
}

/** Audiences downwards, and across it what they were used by: places, or identities. Each with its count and last use. */
export function UsageMatrix({ usage, across }: { usage: UsageDetail; across: 'place' | 'principal' }) {
  const nameOf = (cell: UsageCell) => (across === 'place' ? placeName(cell.place) : principalName(cell.principal))
  const { names, lines } = matrixOf(usage.cells, nameOf)
  const columns = columnsOf<Line>([
    { id: 'audience', header: 'Audience', cell: ({ audience }) => audience },
    ...names.map((name, index) => ({
      id: `across-${index}`,
      header: name,
      cell: ({ sums }: Line) => <SumCell sum={sums.get(name)} />,
    })),
  ])
  return (
    <>
      <SimpleTable label="Use by audience" columns={columns} rows={lines} rowId={({ audience }) => audience} />
      {usage.moreCells > 0 && (
        <p className="muted">{usage.moreCells.toLocaleString('en')} with fewer tokens are left out.</p>
      )}
    </>
  )
}

function SumCell({ sum }: { sum: Sum | undefined }) {
  if (sum === undefined) return <None />
  const refused = sum.refused > 0 ? `, ${sum.refused.toLocaleString('en')} refused` : ''
  return (
    <>
      {`${tokenWords(sum.tokens)}${refused} `}
      <span className="muted">
        <RelativeTime at={sum.lastAt} />
      </span>
    </>
  )
}

function matrixOf(cells: readonly UsageCell[], nameOf: (cell: UsageCell) => string) {
  const all = [...new Set(cells.map(nameOf))]
  const shown = all.length > mostAcross + 1 ? all.slice(0, mostAcross) : all
  const rest = `${all.length - shown.length} others`
  const lines = new Map<string, Map<string, Sum>>()
  for (const cell of cells) {
    const audience = cell.audience === null ? 'Refused before anything was proved' : visibleText(cell.audience)
    const name = shown.includes(nameOf(cell)) ? nameOf(cell) : rest
    const sums = lines.get(audience) ?? new Map<string, Sum>()
    lines.set(audience, sums)
    const { tokens, refused, lastAt } = sums.get(name) ?? { tokens: 0, refused: 0, lastAt: 0 }
    sums.set(name, {
      tokens: tokens + cell.tokens,
      refused: refused + cell.refused,
      lastAt: Math.max(lastAt, cell.lastAt),
    })
  }
  return {
    names: shown.length < all.length ? [...shown, rest] : shown,
    lines: [...lines].map(([audience, sums]) => ({ audience, sums })),
  }
}
