import { IdentityState } from '@signet/shared/vocabulary/credential-states'
import { useEffect, useRef, useState } from 'react'
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
  const sent = useRef(filter.q)
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined)
  // The address also changes without typing: by going back, or by clearing the filter.
  useEffect(() => {
    if (filter.q === sent.current) return
    sent.current = filter.q
    setText(filter.q ?? '')
  }, [filter.q])
  useEffect(() => () => clearTimeout(timer.current), [])

  const type = (next: string) => {
    setText(next)
    clearTimeout(timer.current)
    timer.current = setTimeout(() => {
      const q = next.trim() === '' ? undefined : next.trim()
      sent.current = q
      onChange({ ...filter, q })
    }, typingMs)
  }
  return (
    <search className={styles['filters']}>
      <TextInput
        type="search"
        aria-label="Search instances"
        placeholder="Search name or ID"
        maxLength={100}
        value={text}
        onChange={(event) => type(event.target.value)}
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
