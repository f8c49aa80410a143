import { Globe } from 'lucide-react'
import { useState } from 'react'
import { zoneName } from '../ui/absolute-time.ts'
import { Button } from '../ui/button.tsx'
import { useLater } from '../ui/later.ts'
import { Menu, MenuChoices, MenuItem, MenuLine } from '../ui/menu.tsx'
import { setPreferences, usePreferences } from '../ui/preferences.ts'
import styles from './top-bar.module.css'

const times = [
  { value: 'relative', label: 'As distance from now' },
  { value: 'absolute', label: 'Exact' },
] as const

/** Zone and form of every time on the page. */
export function ZoneMenu() {
  const { zone, times: form } = usePreferences()
  const [asking, setAsking] = useState(false)
  const dialog = useLater(() => import('./zone-dialog.tsx'))
  const own = Intl.DateTimeFormat().resolvedOptions().timeZone
  const isCustom = zone !== 'browser' && zone !== 'UTC'
  const zones = [
    { value: 'UTC', label: 'UTC' },
    { value: 'browser', label: `This computer (${own})` },
    ...(isCustom ? [{ value: zone, label: zone }] : []),
  ]
  const name = zoneName(Date.now())
  return (
    <>
      <Menu
        trigger={
          <Button
            kind="quiet"
            small
            className={styles['zone']}
            aria-label={`Time zone: ${name}`}
            icon={<Globe size={14} aria-hidden />}
          >
            <span>{name}</span>
          </Button>
        }
      >
        <MenuChoices
          label="Time zone"
          value={zone}
          choices={zones}
          onChange={(next) => setPreferences({ zone: next })}
        />
        <MenuItem onSelect={() => setAsking(true)}>Another zone…</MenuItem>
        <MenuLine />
        <MenuChoices
          label="Times in lists"
          value={form}
          choices={times}
          onChange={(next) => setPreferences({ times: next })}
        />
      </Menu>
      {dialog && <dialog.ZoneDialog open={asking} onClose={() => setAsking(false)} />}
    </>
  )
}
