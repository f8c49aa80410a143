import styles from './sparkline.module.css'

/** The course of a number in one line; `label` says in a sentence what can be seen in it. */
export function Sparkline({ label, values }: { label: string; values: readonly number[] }) {
  const most = Math.max(1, ...values)
  const points = values.map((value, index) => `${index},${1 - value / most}`)
  const end = Math.max(values.length - 1, 1)
  return (
    <svg
      className={styles['sparkline']}
      role="img"
      aria-label={label}
      viewBox={`0 0 ${end} 1`}
      preserveAspectRatio="none"
    >
      <polygon className={styles['area']} points={`0,1 ${points.join(' ')} ${end},1`} />
      <polyline className={styles['line']} points={points.join(' ')} vectorEffect="non-scaling-stroke" />
    </svg>
  )
}
