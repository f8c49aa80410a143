import { useEffect, useState } from 'react'
import { Field, TextInput } from '../../ui/form.tsx'
import { useSettled } from '../../ui/settled.ts'
import styles from './vaults.module.css'

interface NameFilterProps {
  /** A part of the name, as the address has it. */
  name: string | undefined
  onName: (name: string | undefined) => void
}

/** Narrows a list to names that have a part; what is typed goes to the address once the typing stops. */
export function NameFilter({ name, onName }: NameFilterProps) {
  const [text, setText] = useState(name ?? '')
  const settled = useSettled(text.trim())
  // Going back and forth changes the address under the field.
  useEffect(() => setText(name ?? ''), [name])
  useEffect(() => {
    if (settled !== (name ?? '') && settled === text.trim()) onName(settled === '' ? undefined : settled)
  }, [settled, text, name, onName])
  return (
    <search className={styles['filter']}>
      <Field label="Name has">
        {(control) => (
          <TextInput
            {...control}
            type="search"
            maxLength={127}
            value={text}
            onChange={(event) => setText(event.target.value)}
          />
        )}
      </Field>
    </search>
  )
}
