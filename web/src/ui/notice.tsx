import { CircleCheck, Info, type LucideIcon, OctagonX, TriangleAlert } from 'lucide-react'
import type { ReactNode } from 'react'
import { classNames } from './class-names.ts'
import styles from './notice.module.css'

type NoticeTone = 'info' | 'ok' | 'warn' | 'bad'

const icons: Record<NoticeTone, LucideIcon> = { info: Info, ok: CircleCheck, warn: TriangleAlert, bad: OctagonX }

/** A message that stands in the page. `alert` has it read out when it appears. */
export function Notice(props: { tone: NoticeTone; title?: ReactNode; alert?: boolean; children?: ReactNode }) {
  const Icon = icons[props.tone]
  return (
    <div className={classNames(styles['notice'], styles[props.tone])} role={props.alert === true ? 'alert' : undefined}>
      <Icon size={16} aria-hidden />
      <div className={styles['body']}>
        {props.title !== undefined && <strong>{props.title}</strong>}
        {props.children}
      </div>
    </div>
  )
}
