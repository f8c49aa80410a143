import type { SavedView } from '@signet/shared/api/views'
import { Bookmark, Trash2 } from 'lucide-react'
import { type FormEvent, useState } from 'react'
import { problemOf } from '../../api/api-error.ts'
import { useDeleteView, useSavedViews, useSaveView } from '../../api/saved-views.ts'
import { Button, IconButton } from '../../ui/button.tsx'
import { Dialog, DialogActions } from '../../ui/dialog.tsx'
import { ErrorPanel } from '../../ui/error-panel.tsx'
import { Checkbox, Field, TextInput } from '../../ui/form.tsx'
import { Popover } from '../../ui/popover.tsx'
import { visibleText } from '../../ui/visible-text.ts'
import type { InstancesSearch } from './instances-search.ts'
import styles from './views-menu.module.css'

/** Views everybody has. */
const builtIn: readonly (InstancesSearch & { name: string })[] = [
  { name: 'Needs attention', q: 'state:degraded,failing', sort: 'expires' },
  { name: 'Certificate ends within 7 days', q: 'expires:<7d', sort: 'expires' },
  { name: 'No token for 90 days', q: 'last-token:>90d', sort: 'last-token' },
  { name: 'Agent silent', q: 'agent:silent' },
]

interface ViewsMenuProps {
  search: InstancesSearch
  onOpen: (view: InstancesSearch) => void
}

/** Ways of looking at the list that were given a name; each is an address. */
export function ViewsMenu({ search, onOpen }: ViewsMenuProps) {
  const views = useSavedViews('instances')
  const remove = useDeleteView()
  const [saving, setSaving] = useState(false)
  return (
    <>
      <Popover title="Views" trigger={<Button icon={<Bookmark size={14} aria-hidden />}>Views</Button>}>
        <ul className={styles['list']}>
          {builtIn.map(({ name, ...view }) => (
            <li key={name} className={styles['view']}>
              <button
                type="button"
                className={styles['open']}
                onClick={() => onOpen({ q: undefined, sort: undefined, ...view })}
              >
                {name}
              </button>
            </li>
          ))}
          {views.map((view) => (
            <li key={view.id} className={styles['view']} data-current={search.view === view.id || undefined}>
              <button type="button" className={styles['open']} onClick={() => onOpen(addressOfView(view))}>
                <span>{visibleText(view.name)}</span>
                {view.shared && <span className="muted">shared</span>}
              </button>
              {view.own && (
                <IconButton label={`Delete the view ${visibleText(view.name)}`} onClick={() => remove.mutate(view.id)}>
                  <Trash2 size={14} aria-hidden />
                </IconButton>
              )}
            </li>
          ))}
        </ul>
        <Button small onClick={() => setSaving(true)}>
          Save this view…
        </Button>
      </Popover>
      <SaveViewDialog open={saving} search={search} onClose={() => setSaving(false)} />
    </>
  )
}

function addressOfView(view: SavedView): InstancesSearch {
  const { id, filter, sort, columns } = view
  return { q: filter || undefined, sort: sort || undefined, cols: columns || undefined, view: id }
}

function SaveViewDialog({ open, search, onClose }: { open: boolean; search: InstancesSearch; onClose: () => void }) {
  const [name, setName] = useState('')
  const [shared, setShared] = useState(false)
  const save = useSaveView('instances')
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (name.trim() === '' || save.isPending) return
    const { q = '', sort = '', cols = '' } = search
    save.mutate({ name, shared, filter: q, sort, columns: cols }, { onSuccess: onClose })
  }
  return (
    <Dialog open={open} onClose={onClose} title="Save this view" description="Filter, sorting and columns are kept.">
      <form onSubmit={submit} className={styles['form']}>
        <Field label="Name" hint="A view of yours with this name is replaced.">
          {(control) => (
            <TextInput {...control} value={name} maxLength={60} onChange={(event) => setName(event.target.value)} />
          )}
        </Field>
        <Checkbox
          label="Share it with everybody"
          checked={shared}
          onChange={(event) => setShared(event.target.checked)}
        />
        {save.error !== null && <ErrorPanel problem={problemOf(save.error)} />}
        <DialogActions>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" kind="primary" busy={save.isPending}>
            Save
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  )
}
