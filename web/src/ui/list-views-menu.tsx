import type { ListSearch, ListView } from './list-view.ts'
import type { ProblemView } from './problem.ts'
import { type NamedView, ViewsMenu } from './views-menu.tsx'

interface KeptContent {
  readonly filter: string
  readonly sort: string
  readonly columns: string
}

/** The views of a list: those everybody has, and those that somebody keeps on the server. */
export interface ListViews {
  readonly builtIn: readonly NamedView<ListSearch>[]
  readonly views: readonly (KeptContent & {
    readonly id: string
    readonly name: string
    readonly shared: boolean
    readonly own: boolean
  })[]
  /** @returns why it could not be saved */
  readonly save: (view: KeptContent & { name: string; shared: boolean }) => Promise<ProblemView | undefined>
  /** @returns why it could not be deleted */
  readonly remove: (id: string) => Promise<ProblemView | undefined>
}

interface ListViewsMenuProps<T, S extends string> {
  view: ListView<T, S>
  views: ListViews
}

/** What a list is looked at by again and again. */
export function ListViewsMenu<T, S extends string>({ view, views }: ListViewsMenuProps<T, S>) {
  const { q = '', sort = '', cols = '' } = view.search
  return (
    <ViewsMenu<ListSearch>
      keeps="Filter, sorting and columns are kept."
      builtIn={views.builtIn}
      kept={views.views.map((each) => ({ ...each, address: addressOf(each) }))}
      currentId={view.search.view}
      onOpen={(address) => view.change({ q: undefined, sort: undefined, ...address, peek: undefined }, true)}
      onSave={(named) => views.save({ ...named, filter: q, sort, columns: cols })}
      onDelete={views.remove}
    />
  )
}

function addressOf({ id, filter, sort, columns }: KeptContent & { readonly id: string }): ListSearch {
  return { q: filter || undefined, sort: sort || undefined, cols: columns || undefined, view: id }
}
