import type { SavedView } from '@signet/shared/api/views'
import { useSavedViews } from '../../api/saved-views.ts'
import { ViewsMenu } from '../../ui/views-menu.tsx'
import type { AuditSearch } from './audit-queries.ts'
import { rangeIn, timeOf } from './audit-range.ts'
import { builtInViews } from './built-in-views.ts'

/** The search parameters of the page that a view sets. */
export interface AuditView extends AuditSearch {
  readonly cols?: string | undefined
  readonly view?: string | undefined
}

/** Questions that auditors ask again and again. */
export function AuditViews({ search, onOpen }: { search: AuditView; onOpen: (view: AuditView) => void }) {
  const { views, save, remove } = useSavedViews('audit')
  const { filter = '', cols = '' } = search
  return (
    <ViewsMenu
      keeps="Filter, time and columns are kept."
      builtIn={builtInViews}
      kept={views.map((view) => ({ ...view, address: shownBy(view) }))}
      currentId={search.view}
      onOpen={onOpen}
      onSave={(named) => save({ ...named, filter, columns: cols, time: timeOf(search) })}
      onDelete={remove}
    />
  )
}

function shownBy({ id, filter, columns, time }: SavedView): AuditView {
  return { ...rangeIn(time), filter: filter || undefined, cols: columns || undefined, view: id }
}
