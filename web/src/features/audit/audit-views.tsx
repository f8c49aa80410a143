import { BookmarkCheck } from 'lucide-react'
import { Button } from '../../ui/button.tsx'
import { Menu, MenuItem } from '../../ui/menu.tsx'
import type { AuditSearch } from './audit-queries.ts'
import { builtInViews } from './built-in-views.ts'

/** Questions that auditors ask again and again. */
export function AuditViews({ onPick }: { onPick: (view: AuditSearch) => void }) {
  return (
    <Menu trigger={<Button icon={<BookmarkCheck size={14} aria-hidden />}>Views</Button>}>
      {builtInViews.map(({ name, search }) => (
        <MenuItem key={name} onSelect={() => onPick({ from: undefined, to: undefined, ...search })}>
          {name}
        </MenuItem>
      ))}
    </Menu>
  )
}
