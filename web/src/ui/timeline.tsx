import { useNow } from './now.ts'
import { usePreferences } from './preferences.ts'
import styles from './timeline.module.css'
import { Diamond, TimelineChart, type TimelineWords } from './timeline-chart.tsx'
import { layOutTimeline, type TimelineItem } from './timeline-layout.ts'
import { TimelineLine } from './timeline-line.tsx'
import { useWidth } from './use-width.ts'

interface TimelineProps extends TimelineWords {
  items: readonly TimelineItem[]
  /** When the next one is planned to take over. */
  plannedAt: number | null
}

const narrow = 480

/** Validities over time: the legend below it says what the fills mean. */
export function Timeline(props: TimelineProps) {
  const [ref, width] = useWidth<HTMLDivElement>()
  const now = useNow('second')
  usePreferences()
  const layout = layOutTimeline(props.items, now, props.plannedAt)
  return (
    <div ref={ref} className={styles['timeline']}>
      {width > 0 && width < narrow && <Lines {...props} />}
      {width >= narrow && (
        <>
          <TimelineChart {...props} layout={layout} width={width} nowAt={now} />
          <Legend
            planned={props.plannedAt !== null}
            overlap={layout.overlaps.length > 0 ? (props.both ?? 'both accepted') : undefined}
            zones={layout.bars.some(({ zoneStart }) => zoneStart !== null)}
            expired={layout.bars.some(({ kind }) => kind === 'expired')}
          />
        </>
      )}
    </div>
  )
}

function Lines({ label, items, href }: TimelineProps) {
  return (
    <ul className={styles['lines']} aria-label={label}>
      {items.map((item) => (
        <li key={item.id}>
          <TimelineLine item={item} href={href(item)} />
        </li>
      ))}
    </ul>
  )
}

interface LegendProps {
  planned: boolean
  /** What two do that overlap; undefined where none does. */
  overlap: string | undefined
  zones: boolean
  expired: boolean
}

function Legend({ planned, overlap, zones, expired }: LegendProps) {
  const kinds = ['active', 'prepared or retiring', 'retired', 'revoked', ...(expired ? ['expired'] : [])]
  return (
    <ul className={styles['legend']} aria-label="Legend">
      {kinds.map((word) => (
        <li key={word}>
          <span className={styles['swatch']} data-kind={word.split(' ')[0]} aria-hidden />
          {word}
        </li>
      ))}
      {zones && (
        <li>
          <svg width="14" height="4" aria-hidden>
            <rect width="14" height="4" className={styles['hatch']} />
          </svg>
          last fifth of its life
        </li>
      )}
      {overlap !== undefined && (
        <li>
          <span className={styles['swatch']} data-kind="overlap" aria-hidden />
          {overlap}
        </li>
      )}
      {planned && (
        <li>
          <svg width="14" height="14" viewBox="0 0 18 18" aria-hidden>
            <Diamond x={9} y={9} />
          </svg>
          planned rotation
        </li>
      )}
    </ul>
  )
}
