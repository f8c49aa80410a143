import type { ReactNode } from 'react'
import { countWords } from './count-words.ts'
import { type ListExporter, ListExportMenu } from './list-export-menu.tsx'
import type { ListView } from './list-view.ts'
import { nothingSelected } from './row-selection.ts'
import { SelectionBar } from './selection-bar.tsx'

/** What is selected, as the server is told of it. */
export interface SelectedRows {
  readonly selection: { readonly q: string } | { readonly ids: readonly string[] }
  /** How many that is, as far as the list knows. */
  readonly count: number
  /** Why nothing can be done with it. */
  readonly refusal: string | undefined
  readonly onDone: () => void
}

interface ListSelectionProps<T, S extends string> {
  view: ListView<T, S>
  count: { shown: number; isCapped: boolean } | undefined
  bulk: (selected: SelectedRows) => ReactNode
  exporter: ListExporter<S>
}

/** The bar below a list, while something in it is selected. */
export function ListSelection<T, S extends string>({ view, count, bulk, exporter }: ListSelectionProps<T, S>) {
  const { selection, select, question } = view
  const { mostNamed } = view.spec
  const { filter, sort } = question
  const named = selection.kind === 'some' ? [...selection.ids] : undefined
  const refusal =
    named === undefined || named.length <= mostNamed
      ? undefined
      : `At most ${mostNamed} can be picked one by one; select all that match a filter instead.`
  const clear = () => select(nothingSelected)
  return (
    <SelectionBar
      selection={selection}
      matching={count === undefined ? '' : countWords(count)}
      canSelectAll={count !== undefined && (count.isCapped || count.shown > (named?.length ?? 0))}
      onSelectAll={() => select({ kind: 'all', filter })}
      onClear={clear}
    >
      {bulk({
        selection: named === undefined ? { q: filter } : { ids: named },
        count: named?.length ?? count?.shown ?? 0,
        refusal,
        onDone: clear,
      })}
      <ListExportMenu
        small
        exporter={exporter}
        wanted={named === undefined ? { filter, sort } : { ids: named, sort }}
        refusal={refusal}
      />
    </SelectionBar>
  )
}
