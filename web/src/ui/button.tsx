import type { ComponentProps, ReactNode } from 'react'
import styles from './button.module.css'
import { classNames } from './class-names.ts'
import { Tooltip } from './tooltip.tsx'

type Kind = 'default' | 'primary' | 'danger' | 'quiet'

/** Look of a button, for links that stand in a row of buttons. */
export function buttonClass(kind: Kind = 'default', small = false): string {
  return classNames(styles['button'], styles[kind], small && styles['small'])
}

interface ButtonProps extends Omit<ComponentProps<'button'>, 'disabled'> {
  kind?: Kind
  small?: boolean
  /** Work is under way: the button stays focusable and does nothing. */
  busy?: boolean
  /** Why it cannot be used; the button stays focusable, so that the reason can be read. */
  disabledReason?: string | undefined
  icon?: ReactNode
}

/** A menu opens when the mouse is pressed or by an arrow key, before there is a click. */
const inert: ComponentProps<'button'> = {
  onClick: (event) => event.preventDefault(),
  onPointerDown: undefined,
  onMouseDown: undefined,
  onKeyDown: undefined,
  onKeyUp: undefined,
}

export function Button({ kind, small, busy, disabledReason, icon, children, className, ...rest }: ButtonProps) {
  const off = busy === true || disabledReason !== undefined
  const button = (
    <button
      type="button"
      {...rest}
      {...(off && inert)}
      className={classNames(buttonClass(kind, small), className)}
      aria-disabled={off || undefined}
      aria-busy={busy || undefined}
    >
      {busy ? <span className={styles['spinner']} aria-hidden /> : icon}
      {children}
    </button>
  )
  return disabledReason === undefined ? button : <Tooltip text={disabledReason}>{button}</Tooltip>
}

/** A button that shows an icon only; `label` is its name and its tooltip. */
export function IconButton({ label, children, ...rest }: ComponentProps<'button'> & { label: string }) {
  return (
    <Tooltip text={label} describes={false}>
      <button type="button" {...rest} className={classNames(styles['icon'], rest.className)} aria-label={label}>
        {children}
      </button>
    </Tooltip>
  )
}
