import { classNames } from '../../ui/class-names.ts'
import styles from './demo-mark.module.css'
import { useIsDemo } from './demo-queries.ts'

/** The striped edge at the top of every page of a demo, with the word on it where no bar below says it. */
export function DemoEdge() {
  if (!useIsDemo()) return null
  return (
    <div className={styles['edge']}>
      <strong className={classNames(styles['badge'], styles['tab'])}>Demo</strong>
    </div>
  )
}

/** The word itself. Nothing where there is no demo. */
export function DemoBadge() {
  if (!useIsDemo()) return null
  return (
    <strong className={styles['badge']} title="Everything here was made to be looked at">
      Demo
    </strong>
  )
}

/** Class of a bar that is striped in a demo. */
export function useDemoStripes(): string | undefined {
  return useIsDemo() ? styles['stripes'] : undefined
}
