import styles from './diff-view.module.css'
import { None } from './none.tsx'
import { visibleText } from './visible-text.ts'

/** One value in two states; null where there is none. */
export interface Difference {
  readonly name: string
  readonly before: string | null
  readonly after: string | null
}

interface DiffViewProps {
  /** What is compared; its name for assistive technology. */
  label: string
  beforeLabel: string
  afterLabel: string
  differences: readonly Difference[]
}

/** Values side by side; those that differ are marked by words and colour. */
export function DiffView({ label, beforeLabel, afterLabel, differences }: DiffViewProps) {
  return (
    <div className={styles['scroll']}>
      <table className={styles['diff']} aria-label={label}>
        <thead>
          <tr>
            <th scope="col">Value</th>
            <th scope="col">{beforeLabel}</th>
            <th scope="col">{afterLabel}</th>
          </tr>
        </thead>
        <tbody>
          {differences.map(({ name, before, after }) => (
            <tr key={name} data-changed={before !== after}>
              <th scope="row">
                {visibleText(name)}
                {before !== after && <span className="sr-only"> (differs)</span>}
              </th>
              <td>{before === null ? <None /> : visibleText(before)}</td>
              <td>{after === null ? <None /> : visibleText(after)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}
