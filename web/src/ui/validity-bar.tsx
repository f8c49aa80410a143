import { durationWords } from './duration.ts'
import { useNow } from './now.ts'
import styles from './validity-bar.module.css'

const lateShare = 0.2

/** How much of a validity is left, as a bar and in words. The last fifth of it is marked. */
export function ValidityBar({ from, until }: { from: number; until: number }) {
  const now = useNow('second')
  const left = until - now
  const share = Math.min(1, Math.max(0, (now - from) / Math.max(1, until - from)))
  const state = left <= 0 ? 'over' : share > 1 - lateShare ? 'late' : 'fine'
  return (
    <span className={styles['validity']} data-state={state}>
      <span className={styles['track']} aria-hidden>
        <span className={styles['left']} style={{ width: `${(1 - share) * 100}%` }} />
      </span>
      <span className="nowrap">{left <= 0 ? 'Expired' : `${durationWords(left)} left`}</span>
    </span>
  )
}
