import { Tooltip as Base } from '@base-ui/react/tooltip'
import { type ReactElement, useId, useState } from 'react'
import styles from './tooltip.module.css'

interface TooltipProps {
  text: string
  /** Whether the text describes the child to assistive technology; off where it only repeats the name. */
  describes?: boolean
  children: ReactElement<Record<string, unknown>>
}

/**
 * Words on hover and focus. They are never the only place of a fact: assistive technology gets them too. What describes is
 * shown by a press as well, since a finger does not hover.
 */
export function Tooltip({ text, describes = true, children }: TooltipProps) {
  const id = useId()
  const [open, setOpen] = useState(false)
  return (
    <Base.Root open={open} onOpenChange={setOpen}>
      <Base.Trigger
        delay={300}
        render={children}
        closeOnClick={!describes}
        onClick={describes ? () => setOpen(true) : undefined}
        aria-describedby={describes ? id : undefined}
      />
      {describes && (
        <span id={id} hidden>
          {text}
        </span>
      )}
      <Base.Portal>
        <Base.Positioner sideOffset={6} className={styles['positioner']}>
          <Base.Popup className={styles['popup']}>{text}</Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  )
}
