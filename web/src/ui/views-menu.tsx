import { Bookmark, Trash2 } from 'lucide-react'
import { type FormEvent, useState } from 'react'
import { Button, IconButton } from './button.tsx'
import { Dialog, DialogActions } from './dialog.tsx'
import { ErrorPanel } from './error-panel.tsx'
import { Checkbox, Field, TextInput } from './form.tsx'
import { Popover } from './popover.tsx'
import type { ProblemView } from './problem.ts'
import { notify } from './toaster.tsx'
import styles from './views-menu.module.css'
import { visibleText } from './visible-text.ts'

/** A way of looking at a list that was given a name. */
export interface NamedView<A> {
  readonly name: string
  /** The search parameters that show it. */
  readonly address: A
}

/** One that somebody keeps on the server. */
interface KeptView<A> extends NamedView<A> {
  readonly id: string
  readonly shared: boolean
  readonly own: boolean
}

interface ViewsMenuProps<A> {
  /** Views everybody has. */
  builtIn: readonly NamedView<A>[]
  kept: readonly KeptView<A>[]
  currentId: string | undefined
  /** What a view has of the list, as a sentence. */
  keeps: string
  onOpen: (address: A) => void
  /** Keeps what is shown. @returns why it could not */
  onSave: (view: { name: string; shared: boolean }) => Promise<ProblemView | undefined>
  /** @returns why it could not be deleted */
  onDelete: (id: string) => Promise<ProblemView | undefined>
}

/** Views of a list; each is an address. */
export function ViewsMenu<A>({ keeps, onSave, ...list }: ViewsMenuProps<A>) {
  const [saving, setSaving] = useState(false)
  const close = () => setSaving(false)
  return (
    <>
      <Popover title="Views" trigger={<Button icon={<Bookmark size={14} aria-hidden />}>Views</Button>}>
        {(leave) => (
          <>
            <ViewList {...list} onOpen={andThen(leave, list.onOpen)} />
            <Button small onClick={andThen(leave, () => setSaving(true))}>
              Save this view…
            </Button>
          </>
        )}
      </Popover>
      <Dialog open={saving} onClose={close} title="Save this view" description={keeps}>
        <SaveForm onSave={onSave} onClose={close} />
      </Dialog>
    </>
  )
}

function andThen<T extends unknown[]>(first: () => void, then: (...given: T) => void) {
  return (...given: T) => {
    first()
    then(...given)
  }
}

function ViewList<A>(props: Omit<ViewsMenuProps<A>, 'keeps' | 'onSave'>) {
  const { builtIn, kept, currentId, onOpen } = props
  const remove = async ({ id, name }: KeptView<A>) => {
    const problem = await props.onDelete(id)
    if (problem !== undefined) notify('bad', `The view ${visibleText(name)} was not deleted`, problem.detail)
  }
  return (
    <ul className={styles['list']}>
      {builtIn.map(({ name, address }) => (
        <li key={name} className={styles['view']}>
          <button type="button" className={styles['open']} onClick={() => onOpen(address)}>
            {name}
          </button>
        </li>
      ))}
      {kept.map((view) => (
        <li key={view.id} className={styles['view']} data-current={currentId === view.id || undefined}>
          <button
            type="button"
            className={styles['open']}
            aria-current={currentId === view.id || undefined}
            onClick={() => onOpen(view.address)}
          >
            <span>{visibleText(view.name)}</span>
            {view.shared && <span className="muted">shared</span>}
          </button>
          {view.own && (
            <IconButton label={`Delete the view ${visibleText(view.name)}`} onClick={() => void remove(view)}>
              <Trash2 size={14} aria-hidden />
            </IconButton>
          )}
        </li>
      ))}
    </ul>
  )
}

/** Lives only while the dialog is open, so that it begins empty each time. */
function SaveForm<A>({ onSave, onClose }: Pick<ViewsMenuProps<A>, 'onSave'> & { onClose: () => void }) {
  const [name, setName] = useState('')
  const [shared, setShared] = useState(false)
  const [state, setState] = useState<{ busy: boolean; problem?: ProblemView | undefined }>({ busy: false })
  const submit = async (event: FormEvent) => {
    event.preventDefault()
    if (name.trim() === '' || state.busy) return
    setState({ busy: true })
    const problem = await onSave({ name, shared })
    setState({ busy: false, problem })
    if (problem === undefined) onClose()
  }
  return (
    <form onSubmit={(event) => void submit(event)} className={styles['form']}>
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
      {state.problem !== undefined && <ErrorPanel problem={state.problem} />}
      <DialogActions>
        <Button onClick={onClose}>Cancel</Button>
        <Button type="submit" kind="primary" busy={state.busy}>
          Save
        </Button>
      </DialogActions>
    </form>
  )
}
