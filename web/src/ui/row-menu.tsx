import { Menu as Base } from '@base-ui/react/menu'
import { Ellipsis } from 'lucide-react'
import type { ReactNode } from 'react'
import buttonStyles from './button.module.css'
import styles from './menu.module.css'

export type RowMenuHandle<T> = Base.Handle<T>

/** What ties the buttons of all rows to the one menu of a table; made once, outside of components. */
export function createRowMenu<T>(): RowMenuHandle<T> {
  return Base.createHandle<T>()
}

/** @param props.name what the row is called; the button is called `Actions of …` */
export function RowMenuButton<T>({ handle, row, name }: { handle: RowMenuHandle<T>; row: T; name: string }) {
  return (
    <Base.Trigger
      handle={handle}
      payload={row}
      className={buttonStyles['icon']}
      aria-label={`Actions of ${name}`}
      data-row-menu
    >
      <Ellipsis size={16} aria-hidden />
    </Base.Trigger>
  )
}

/** The one menu of a table; stands once beside it. */
export function RowMenu<T>({ handle, children }: { handle: RowMenuHandle<T>; children: (row: T) => ReactNode }) {
  return (
    <Base.Root handle={handle} modal={false}>
      {({ payload }) => (
        <Base.Portal>
          <Base.Positioner sideOffset={4} align="end" className={styles['positioner']}>
            <Base.Popup className={styles['popup']}>{payload !== undefined && children(payload)}</Base.Popup>
          </Base.Positioner>
        </Base.Portal>
      )}
    </Base.Root>
  )
}
