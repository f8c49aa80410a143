import type { FieldSpec } from '@signet/shared/query/fields'
import { countWords } from './count-words.ts'
import styles from './filter-line.module.css'
import { QueryBox } from './query-box.tsx'
import type { ValueCounts, ValueWords } from './query-offers.ts'

interface FilterLineProps {
  /** What is listed: one of them, and many. */
  nouns: readonly [one: string, many: string]
  fields: readonly FieldSpec[]
  filter: string
  counts?: ValueCounts
  /** Words of the values that are no words themselves. */
  words?: ValueWords
  /** How many match and how many there are; undefined while that is not known. */
  count?: { shown: number; isCapped: boolean; all: number } | undefined
  /** Undefined when the filter is empty. */
  onFilter: (filter: string | undefined) => void
}

/** What stands above a list: its filter, and how many rows that leaves. */
export function FilterLine({ nouns, fields, filter, counts, words, count, onFilter }: FilterLineProps) {
  return (
    <div className={styles['line']}>
      <QueryBox
        label={nouns[1]}
        fields={fields}
        value={filter}
        {...(counts !== undefined && { counts })}
        {...(words !== undefined && { words })}
        onChange={(next) => onFilter(next === '' ? undefined : next)}
      />
      <output className={styles['count']} aria-live="polite">
        {count !== undefined && countOf(count, filter, nouns)}
      </output>
    </div>
  )
}

function countOf(count: NonNullable<FilterLineProps['count']>, filter: string, [one, many]: FilterLineProps['nouns']) {
  const all = count.all.toLocaleString('en')
  return filter === '' ? `${all} ${count.all === 1 ? one : many}` : `${countWords(count)} of ${all}`
}
