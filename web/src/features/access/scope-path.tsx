import { ChevronRight } from 'lucide-react'
import { Fragment } from 'react'
import { CopyButton } from '../../ui/copyable.tsx'
import { visibleText } from '../../ui/visible-text.ts'
import styles from './access.module.css'
import { type ScopeStep, stepsTo } from './scope-words.ts'

/** Where a role counts, in words, with its resource ID to be copied. */
export function ScopePath({ scope }: { scope: string }) {
  const steps = stepsTo(scope)
  const last = steps.at(-1)
  const group = steps.slice(0, -1).find(({ words }) => words.startsWith('resource group '))
  return (
    <span className={styles['scope']} title={visibleText(scope)}>
      <span className={styles['name']}>
        {last?.words}
        {group !== undefined && <span className="muted"> in {group.words.replace('resource ', '')}</span>}
      </span>
      <CopyButton value={scope} label={`scope ${last?.words ?? ''}`} />
    </span>
  )
}

/** The way from where a role is given down to where it was asked about. */
export function WayDown({ steps }: { steps: readonly ScopeStep[] }) {
  return (
    <span className={styles['way']}>
      {steps.map(({ scope, words }, index) => (
        <Fragment key={scope}>
          {index > 0 && <ChevronRight size={14} role="img" aria-label="contains" />}
          <span title={visibleText(scope)}>{words}</span>
        </Fragment>
      ))}
    </span>
  )
}
