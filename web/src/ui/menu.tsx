import { Menu as Base } from '@base-ui/react/menu'
import type { ReactElement, ReactNode } from 'react'
import styles from './menu.module.css'

/** A menu behind a button. */
export function Menu({ trigger, children }: { trigger: ReactElement; children: ReactNode }) {
  return (
    <Base.Root modal={false}>
      <Base.Trigger render={trigger} />
      <Base.Portal>
        <Base.Positioner sideOffset={4} align="end" className={styles['positioner']}>
          <Base.Popup className={styles['popup']}>{children}</Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  )
}

export function MenuItem({ onSelect, children }: { onSelect: () => void; children: ReactNode }) {
  return (
    <Base.Item className={styles['item']} onClick={onSelect}>
      {children}
    </Base.Item>
  )
}

/** A menu item that leads to a page. */
export function MenuLink({ href, children }: { href: string; children: ReactNode }) {
  return (
    <Base.LinkItem className={styles['item']} href={href} closeOnClick>
      {children}
    </Base.LinkItem>
  )
}

/** Choices of which one holds. */
export function MenuChoices<V extends string>(props: {
  label: string
  value: V
  choices: readonly { value: V; label: ReactNode }[]
  onChange: (value: V) => void
}) {
  return (
    <Base.RadioGroup
      value={props.value}
      onValueChange={(next) => {
        const picked = props.choices.find((choice) => choice.value === next)
        if (picked !== undefined) props.onChange(picked.value)
      }}
    >
      <div className={styles['label']}>{props.label}</div>
      {props.choices.map((choice) => (
        <Base.RadioItem key={choice.value} value={choice.value} className={styles['item']} closeOnClick>
          <span className={styles['mark']}>
            <Base.RadioItemIndicator>✓</Base.RadioItemIndicator>
          </span>
          {choice.label}
        </Base.RadioItem>
      ))}
    </Base.RadioGroup>
  )
}

/** Words in a menu that are no choice. */
export function MenuText({ children }: { children: ReactNode }) {
  return <div className={styles['text']}>{children}</div>
}

export function MenuLine() {
  return <Base.Separator className={styles['line']} />
}
