import { IdentityState } from '@signet/shared/vocabulary/credential-states'
import { useEffect, useState } from 'react'
import { identityWords } from '../../api/words.ts'
import { Select, TextInput } from '../../ui/form.tsx'
import styles from './instance-filters.module.css'
import type { InstanceFilter } from './instances-queries.ts'

const typingMs = 200

const stateChoices = [
  { value: 'any', label: 'Any state' },
  ...IdentityState.options.map((value) => ({ value, label: identityWords[value].word })),
] as const

/** Search and state; both live in the address. */
export function InstanceFilters(props: { filter: InstanceFilter; onChange: (filter: InstanceFilter) => void }) {
  const { filter, onChange } = props
  const [text, setText] = useState(filter.q ?? '')
  // The address also changes without typing: by going back, or by clearing the filter.
  useEffect(() => setText(filter.q ?? ''), [filter.q])
  useEffect(() => {
    const q = text.trim() === '' ? undefined : text.trim()
    if (q === filter.q) return
    const timer = setTimeout(() => onChange({ ...filter, q }), typingMs)
    return () => clearTimeout(timer)
    // biome-ignore lint/correctness/useExhaustiveDependencies: only typing starts the timer
  }, [text])
  return (
    <search className={styles['filters']}>
      <TextInput
        type="search"
        aria-label="Search instances"
        placeholder="Search name or ID"
        maxLength={100}
        value={text}
        onChange={(event) => setText(event.target.value)}
      />
      <Select
        aria-label="State"
        value={filter.state ?? 'any'}
        choices={stateChoices}
        onChange={(state) => onChange({ ...filter, state: state === 'any' ? undefined : state })}
      />
    </search>
  )
}
