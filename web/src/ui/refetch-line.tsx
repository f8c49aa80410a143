import styles from './refetch-line.module.css'

/** A thin moving line over data that is being read again; it waits a moment, so that quick answers do not flicker. */
export function RefetchLine({ active }: { active: boolean }) {
  return <div className={styles['line']} data-active={active || undefined} aria-hidden />
}
