import type { QueryPart } from '@signet/shared/query/query'
import styles from './query-box.module.css'
import { visibleText } from './visible-text.ts'

interface QueryFaultsProps {
  id: string
  parts: readonly QueryPart[]
  onReplace: (part: QueryPart, text: string) => void
}

/** What is wrong with a filter, and what was probably meant. */
export function QueryFaults({ id, parts, onReplace }: QueryFaultsProps) {
  const faulty = parts.flatMap((part) => (part.fault === undefined ? [] : [{ part, fault: part.fault }]))
  return (
    <div id={id} aria-live="polite">
      {faulty.map(({ part, fault }) => (
        <p key={part.from} className={styles['fault']}>
          {visibleText(fault.message)}
          {fault.suggestion !== undefined && (
            <>
              {' '}
              Did you mean{' '}
              <button
                type="button"
                className={styles['meant']}
                onClick={() => onReplace(part, fault.suggestion ?? part.text)}
              >
                {visibleText(fault.suggestion)}
              </button>
              ?
            </>
          )}
        </p>
      ))}
    </div>
  )
}
