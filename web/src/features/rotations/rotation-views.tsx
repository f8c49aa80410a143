import type { SavedView } from '@signet/shared/api/views'
import { useSavedViews } from '../../api/saved-views.ts'
import { type NamedView, ViewsMenu } from '../../ui/views-menu.tsx'

/** The search parameters of the lists of rotations. */
export interface RunListSearch {
  readonly filter?: string | undefined
  readonly cols?: string | undefined
  readonly view?: string | undefined
}

/** Views of the lists of rotations that every deployment has. */
export const builtInViews: readonly NamedView<RunListSearch>[] = [
  { name: 'Failed', address: { filter: 'state:failed' } },
  { name: 'Not reviewed yet', address: { filter: 'reviewed:no open:no' } },
  { name: 'Asked for by somebody', address: { filter: 'trigger:manual' } },
  { name: 'More than one attempt', address: { filter: 'attempt:>1' } },
  { name: 'Under way for more than a day', address: { filter: 'open:yes requested:>1d' } },
]

/** Questions that are asked of the queue and the history again and again. */
export function RotationViews({ search, onOpen }: { search: RunListSearch; onOpen: (view: RunListSearch) => void }) {
  const { views, save, remove } = useSavedViews('rotations')
  const { filter = '', cols = '' } = search
  return (
    <ViewsMenu
      keeps="Filter and columns are kept, for the queue as for the history."
      builtIn={builtInViews}
      kept={views.map((view) => ({ ...view, address: shownBy(view) }))}
      currentId={search.view}
      onOpen={onOpen}
      onSave={(named) => save({ ...named, filter, columns: cols })}
      onDelete={remove}
    />
  )
}

function shownBy({ id, filter, columns }: SavedView): RunListSearch {
  return { filter: filter || undefined, cols: columns || undefined, view: id }
}
