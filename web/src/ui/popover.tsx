import { Popover as Base } from '@base-ui/react/popover'
import { type ReactElement, type ReactNode, useState } from 'react'
import styles from './popover.module.css'

interface PopoverProps {
  trigger: ReactElement
  title: string
  /** Told how to close it, for controls that lead on. */
  children: ReactNode | ((close: () => void) => ReactNode)
}

/** Controls behind a button that do not block the page. */
export function Popover({ trigger, title, children }: PopoverProps) {
  const [open, setOpen] = useState(false)
  return (
    <Base.Root open={open} onOpenChange={setOpen}>
      <Base.Trigger render={trigger} />
      <Base.Portal>
        <Base.Positioner sideOffset={4} align="end" className={styles['positioner']}>
          <Base.Popup className={styles['popup']}>
            <Base.Title className={styles['title']}>{title}</Base.Title>
            {typeof children === 'function' ? children(() => setOpen(false)) : children}
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  )
}
