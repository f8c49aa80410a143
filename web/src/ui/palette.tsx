import { Autocomplete } from '@base-ui/react/autocomplete'
import { Dialog } from '@base-ui/react/dialog'
import { Search } from 'lucide-react'
import { type ReactNode, useId } from 'react'
import { Kbd } from './kbd.tsx'
import styles from './palette.module.css'

export interface PaletteItem {
  /** Unique in the palette. */
  readonly id: string
  readonly label: string
  /** What tells it from others of the same name. */
  readonly hint?: string | undefined
  readonly icon?: ReactNode
  readonly keys?: string | undefined
  /** Why it cannot be picked. */
  readonly refusal?: string | undefined
  readonly run: () => void
}

export interface PaletteGroup {
  readonly value: string
  readonly items: readonly PaletteItem[]
}

interface PaletteProps {
  open: boolean
  onClose: () => void
  text: string
  onText: (text: string) => void
  groups: readonly PaletteGroup[]
  /** Whether more may come. */
  busy: boolean
  placeholder: string
}

/** One field over the page that leads anywhere. The arrow keys pick, Enter goes, Escape leaves. */
export function Palette(props: PaletteProps) {
  const { open, onClose, text, onText, groups, busy, placeholder } = props
  const hintId = useId()
  const pick = (item: PaletteItem) => {
    if (item.refusal !== undefined) return
    onClose()
    item.run()
  }
  return (
    <Dialog.Root open={open} onOpenChange={(next) => !next && onClose()}>
      <Dialog.Portal>
        <Dialog.Backdrop className={styles['backdrop']} />
        <Dialog.Popup className={styles['popup']} aria-label="Command palette">
          <Autocomplete.Root
            open
            inline
            mode="none"
            items={groups}
            value={text}
            onValueChange={(next, { reason }) => reason !== 'item-press' && onText(next)}
            itemToStringValue={(item: PaletteItem) => item.label}
            autoHighlight="always"
            keepHighlight
          >
            <div className={styles['field']}>
              <Search size={16} aria-hidden />
              <Autocomplete.Input
                className={styles['input']}
                aria-label="Search or jump to"
                aria-describedby={hintId}
                placeholder={placeholder}
                spellCheck={false}
                autoComplete="off"
              />
            </div>
            <div className={styles['list']}>
              <Autocomplete.Empty>
                <p className={styles['empty']}>{busy ? 'Searching…' : 'Nothing found'}</p>
              </Autocomplete.Empty>
              <Autocomplete.List aria-label="Results">
                {(group: PaletteGroup) => (
                  <Autocomplete.Group key={group.value} items={group.items} className={styles['group']}>
                    <Autocomplete.GroupLabel className={styles['label']}>{group.value}</Autocomplete.GroupLabel>
                    <Autocomplete.Collection>
                      {(item: PaletteItem) => (
                        <Autocomplete.Item
                          key={item.id}
                          value={item}
                          className={styles['item']}
                          aria-disabled={item.refusal !== undefined || undefined}
                          onClick={() => pick(item)}
                        >
                          {item.icon}
                          <span className={styles['name']}>{item.label}</span>
                          <span className={styles['hint']}>{item.refusal ?? item.hint}</span>
                          {item.keys !== undefined && <Kbd keys={item.keys} />}
                        </Autocomplete.Item>
                      )}
                    </Autocomplete.Collection>
                  </Autocomplete.Group>
                )}
              </Autocomplete.List>
            </div>
            <p id={hintId} className={styles['foot']}>
              Paste any ID. <Kbd keys=">" /> actions, <Kbd keys="#" /> audit.
            </p>
          </Autocomplete.Root>
          <Dialog.Close className="sr-only">Close command palette</Dialog.Close>
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  )
}
