import type { SavedView } from '@signet/shared/api/views'
import { useSavedViews } from '../../api/saved-views.ts'
import { type NamedView, ViewsMenu } from '../../ui/views-menu.tsx'
import type { InstancesSearch } from './instances-search.ts'

const usual: InstancesSearch = { q: undefined, sort: undefined }
const builtIn: readonly NamedView<InstancesSearch>[] = [
  { name: 'Needs attention', address: { q: 'state:degraded,failing', sort: 'expires' } },
  { name: 'Certificate ends within 7 days', address: { q: 'expires:<7d', sort: 'expires' } },
  { name: 'No token for 90 days', address: { q: 'last-token:>90d', sort: 'last-token' } },
  { name: 'Agent silent', address: { ...usual, q: 'agent:silent' } },
]

interface InstanceViewsProps {
  search: InstancesSearch
  onOpen: (view: InstancesSearch) => void
}

/** Views of the list of instances. */
export function InstanceViews({ search, onOpen }: InstanceViewsProps) {
  const { views, save, remove } = useSavedViews('instances')
  const { q, sort, cols } = search
  return (
    <ViewsMenu
      keeps="Filter, sorting and columns are kept."
      builtIn={builtIn}
      kept={views.map((view) => ({ ...view, address: shownBy(view) }))}
      currentId={search.view}
      onOpen={onOpen}
      onSave={(named) => save({ ...named, filter: q ?? '', sort: sort ?? '', columns: cols ?? '' })}
      onDelete={remove}
    />
  )
}

function shownBy({ id, filter, sort, columns }: SavedView): InstancesSearch {
  return { q: filter || undefined, sort: sort || undefined, cols: columns || undefined, view: id }
}
