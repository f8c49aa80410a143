import { X } from 'lucide-react'
import { type KeyboardEvent, type ReactNode, useId } from 'react'
import { IconButton } from './button.tsx'
import styles from './peek-panel.module.css'
import { isFromPortal } from './portal-event.ts'

interface PeekPanelProps {
  title: ReactNode
  /** Beside the title: where the whole thing is. */
  actions?: ReactNode
  onClose: () => void
  children: ReactNode
}

/**
 * A panel at the right edge about one thing of the list beside it. It blocks nothing and takes no focus: the list stays
 * where it is, and its arrow keys change what the panel is about.
 */
export function PeekPanel({ title, actions, onClose, children }: PeekPanelProps) {
  const id = useId()
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== 'Escape' || event.defaultPrevented || isFromPortal(event)) return
    event.preventDefault()
    onClose()
  }
  return (
    <aside className={styles['panel']} aria-labelledby={id} onKeyDown={onKeyDown}>
      <header className={styles['header']}>
        <h2 id={id} className={styles['title']}>
          {title}
        </h2>
        <span className={styles['actions']}>
          {actions}
          <IconButton label="Close" onClick={onClose}>
            <X size={16} aria-hidden />
          </IconButton>
        </span>
      </header>
      <div className={styles['body']}>{children}</div>
    </aside>
  )
}
