import type { RowSelection } from '../../ui/row-selection.ts'

/** What can be done with all selected instances at once. The place for the bulk dialog's buttons; there are none yet. */
export function BulkActions(_: { selection: RowSelection; onDone: () => void }) {
  return null
}
