import { absoluteTime } from './absolute-time.ts'
import styles from './timeline.module.css'
import type { TimelineItem } from './timeline-layout.ts'

/** An item of a timeline in words, where there is no room for its bar. */
export function TimelineLine({ item, href, of }: { item: TimelineItem; href: string; of?: string }) {
  return (
    <a href={href} className={styles['line']}>
      <span className={styles['swatch']} data-kind={item.kind} aria-hidden />
      {of !== undefined && <span className="sr-only">{of}: </span>}
      <code>{item.label}</code> <span>{item.kind}</span>{' '}
      <span className={styles['when']}>
        {absoluteTime(item.from, 'minute')} to {absoluteTime(item.until, 'minute')}
      </span>
    </a>
  )
}
