import styles from './change-view.module.css'
import { CodeBlock } from './code-block.tsx'
import { DiffView } from './diff-view.tsx'
import { usePreferences } from './preferences.ts'
import { differencesOf, type ValueNames } from './value-words.ts'

interface ChangeViewProps {
  /** What changed; its name for assistive technology. */
  label: string
  before: Readonly<Record<string, unknown>> | null
  after: Readonly<Record<string, unknown>> | null
  names: ValueNames
}

/** A recorded change in plain words, and to the letter for whoever wants to see that. */
export function ChangeView({ label, before, after, names }: ChangeViewProps) {
  // Instants are said in the zone that the person chose.
  usePreferences()
  const differences = differencesOf(before, after, names)
  if (differences.length === 0) return null
  return (
    <div className={styles['change']}>
      <DiffView label={label} beforeLabel="Before" afterLabel="After" differences={differences} />
      <details>
        <summary>As it is recorded (JSON)</summary>
        <CodeBlock code={JSON.stringify({ before, after }, null, 2)} label="recorded values" />
      </details>
    </div>
  )
}
