import { useEffect, useState } from 'react'
import styles from './skeleton.module.css'

const quietMs = 150

/** Placeholder lines; nothing for the first moment, so that fast answers do not flicker. */
export function Skeleton({ lines = 6 }: { lines?: number }) {
  const [shown, setShown] = useState(false)
  useEffect(() => {
    const timer = setTimeout(() => setShown(true), quietMs)
    return () => clearTimeout(timer)
  }, [])
  return (
    <div className={styles['skeleton']} aria-busy="true">
      <span className="sr-only">Loading…</span>
      {shown && Array.from({ length: lines }, (_, line) => `line-${line}`).map((key) => <span key={key} aria-hidden />)}
    </div>
  )
}
