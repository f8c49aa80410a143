import { absoluteTime } from './absolute-time.ts'
import { useNow } from './now.ts'
import styles from './timeline.module.css'
import { drawnKind, type TimelineItem } from './timeline-layout.ts'

/** An item of a timeline in words, where there is no room for its bar. */
export function TimelineLine({ item, href, of }: { item: TimelineItem; href: string; of?: string }) {
  const kind = drawnKind(item, useNow('slow'))
  return (
    <a href={href} className={styles['line']}>
      <span className={styles['swatch']} data-kind={kind} aria-hidden />
      {of !== undefined && <span className="sr-only">{of}: </span>}
      <code>{item.label}</code> <span>{kind}</span>{' '}
      <span className={styles['when']}>
        {absoluteTime(item.from, 'minute')} to {absoluteTime(item.until, 'minute')}
      </span>
    </a>
  )
}
