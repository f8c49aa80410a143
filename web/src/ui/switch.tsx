import { Switch as Base } from '@base-ui/react/switch'
import styles from './switch.module.css'
import { Tooltip } from './tooltip.tsx'

interface SwitchProps {
  /** Name for assistive technology, such as `Managed identity of vm-1`. */
  label: string
  checked: boolean
  onChange: (checked: boolean) => void
  busy?: boolean
  disabledReason?: string | undefined
}

export function Switch({ label, checked, onChange, busy, disabledReason }: SwitchProps) {
  const control = (
    <Base.Root
      className={styles['switch']}
      checked={checked}
      onCheckedChange={onChange}
      // Read-only rather than disabled: it keeps the focus, and the reason can be read.
      readOnly={busy === true || disabledReason !== undefined}
      aria-label={label}
      aria-busy={busy || undefined}
      aria-disabled={disabledReason !== undefined || undefined}
    >
      <Base.Thumb className={styles['thumb']} />
    </Base.Root>
  )
  return disabledReason === undefined ? control : <Tooltip text={disabledReason}>{control}</Tooltip>
}
