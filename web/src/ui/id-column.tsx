import { Copyable } from './copyable.tsx'
import { Fact } from './facts.tsx'
import { None } from './none.tsx'
import type { Column } from './table-columns.ts'

const idLength = 8

interface IdColumn<T> {
  readonly id: string
  readonly header: string
  /** What the value is; the button is called `Copy principal ID`. */
  readonly label: string
  readonly width?: number
  readonly isExtra?: boolean
  readonly of: (row: T) => string | undefined
}

/** A column of IDs: their beginning, and a button that copies one whole. */
export function idColumn<T>({ of, label, ...column }: IdColumn<T>): Column<T> {
  const cell = (row: T) => {
    const value = of(row)
    return value === undefined ? <None /> : <Copyable value={value} label={label} short={idLength} />
  }
  return { width: 130, ...column, cell }
}

interface IdFactsProps {
  ids: readonly (readonly [name: string, value: string | undefined, label: string])[]
  /** Stands in the place of an ID that there is none of. */
  none?: string
}

/** IDs below each other, whole, each with a button that copies it. Part of `Facts`. */
export function IdFacts({ ids, none = '–' }: IdFactsProps) {
  return ids.map(([name, value, label]) => (
    <Fact key={name} name={name}>
      {value === undefined ? <span className="muted">{none}</span> : <Copyable value={value} label={label} />}
    </Fact>
  ))
}
