import type { FieldSpec } from '@signet/shared/query/fields'
import { parseQuery } from '@signet/shared/query/query'
import { useMemo, useState } from 'react'
import type { ValueWords } from './query-offers.ts'
import { nothingSelected, type RowSelection } from './row-selection.ts'
import { type Column, type ColumnLayout, readLayout } from './table-columns.ts'

/** The search parameters of a list, as they were typed or linked. */
export interface ListSearch {
  readonly q?: string | undefined
  readonly sort?: string | undefined
  readonly cols?: string | undefined
  readonly peek?: string | undefined
  readonly view?: string | undefined
}

/** What a list is of, and how it can be looked at. */
export interface ListSpec<T, S extends string> {
  /** What it lists; its name for assistive technology. */
  readonly label: string
  /** What one row is, and what many are. */
  readonly nouns: readonly [one: string, many: string]
  readonly columns: readonly Column<T>[]
  readonly fields: readonly FieldSpec[]
  /** Words of the values of the filter that are no words themselves. */
  readonly words?: ValueWords
  /** What it can be sorted by; `-` in front turns it round. */
  readonly sorts: readonly S[]
  readonly usualSort: S
  readonly idOf: (row: T) => string
  /** What a row is called by assistive technology. */
  readonly nameOf: (row: T) => string
  /** As many rows as one request may name. */
  readonly mostNamed: number
  /** Rises with every change of a row. */
  readonly versionOf: (row: T) => number
}

/** A list, made once, outside of components. */
export function listOf<T, S extends string>(spec: ListSpec<T, S>): ListSpec<T, S> {
  return spec
}

/** What the server is asked. */
export interface ListQuestion<S extends string> {
  readonly filter: string
  readonly sort: S
  /** Off for a filter that cannot be read: it is shown with its faults and not asked. */
  readonly enabled: boolean
}

interface ReadSearch<S extends string> {
  readonly question: ListQuestion<S>
  readonly layout: ColumnLayout
  /** What the address had that there is not, in words; what is usual stands in its place. */
  readonly complaints: readonly string[]
}

export function readListSearch<T, S extends string>(
  { q = '', sort, cols }: ListSearch,
  { columns, fields, sorts, usualSort }: ListSpec<T, S>,
): ReadSearch<S> {
  const { layout, unknown } = readLayout(cols, columns)
  const complaints = unknown.map((name) => `There is no column “${name}”.`)
  const sorting = sorts.find((each) => each === (sort ?? usualSort))
  if (sorting === undefined) complaints.push(`Nothing can be sorted by “${sort}”.`)
  const enabled = parseQuery(q, fields).faults.length === 0
  return { question: { filter: q, sort: sorting ?? usualSort, enabled }, layout, complaints }
}

/** A list as one address shows it. */
export interface ListView<T, S extends string> extends ReadSearch<S> {
  readonly spec: ListSpec<T, S>
  readonly search: ListSearch
  /** Shows something else of it; what is not named stays. @param push whether going back leads to what was shown before */
  readonly change: (next: ListSearch, push?: boolean) => void
  readonly selection: RowSelection
  readonly select: (selection: RowSelection) => void
}

/** @param onSearch leads to another address of the list */
export function useListView<T, S extends string>(
  spec: ListSpec<T, S>,
  search: ListSearch,
  onSearch: (search: ListSearch, push: boolean) => void,
): ListView<T, S> {
  const { q, sort, cols } = search
  const read = useMemo(() => readListSearch({ q, sort, cols }, spec), [q, sort, cols, spec])
  const [selection, select] = useRowSelection(read.question.filter)
  const change = (next: ListSearch, push = false) => onSearch({ ...search, view: undefined, ...next }, push)
  return { ...read, spec, search, change, selection, select }
}

/** What was selected under another filter is not selected under this one, nor once that other is back. */
function useRowSelection(filter: string): [RowSelection, (next: RowSelection) => void] {
  const [held, hold] = useState<{ filter: string; selection: RowSelection }>({ filter, selection: nothingSelected })
  const isHeld = held.filter === filter
  if (!isHeld) hold({ filter, selection: nothingSelected })
  return [isHeld ? held.selection : nothingSelected, (next) => hold({ filter, selection: next })]
}
