import { Button } from './button.tsx'
import styles from './load-more.module.css'

interface LoadMoreProps {
  shown: number
  /** What the rows are, such as `instances`. */
  noun: string
  hasMore: boolean
  busy: boolean
  onMore: () => void
}

/** The foot of a list: how many rows are here, and the next ones on demand. */
export function LoadMore({ shown, noun, hasMore, busy, onMore }: LoadMoreProps) {
  return (
    <div className={styles['foot']} data-foot>
      <span className="muted">
        {shown} {noun}
        {hasMore ? ' shown' : ''}
      </span>
      {hasMore && (
        <Button small busy={busy} onClick={onMore}>
          Load more
        </Button>
      )}
    </div>
  )
}
