import { Tabs as Base } from '@base-ui/react/tabs'
import type { ReactNode } from 'react'
import styles from './tabs.module.css'

interface Tab<V extends string> {
  readonly value: V
  readonly label: string
}

interface TabsProps<V extends string> {
  label: string
  tabs: readonly Tab<V>[]
  value: V
  onChange: (value: V) => void
  /** Content of the tab that is shown. */
  children: ReactNode
}

/** Tabs whose choice is kept outside, such as in the address. Arrow keys move, Enter or Space picks. */
export function Tabs<V extends string>({ label, tabs, value, onChange, children }: TabsProps<V>) {
  return (
    <Base.Root
      value={value}
      onValueChange={(next) => {
        const picked = tabs.find((tab) => tab.value === next)
        if (picked !== undefined) onChange(picked.value)
      }}
      className={styles['root']}
    >
      <Base.List className={styles['list']} aria-label={label}>
        {tabs.map((tab) => (
          <Base.Tab key={tab.value} value={tab.value} className={styles['tab']}>
            {tab.label}
          </Base.Tab>
        ))}
      </Base.List>
      <Base.Panel value={value} className={styles['panel']}>
        {children}
      </Base.Panel>
    </Base.Root>
  )
}
