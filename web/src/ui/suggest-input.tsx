import { Autocomplete } from '@base-ui/react/autocomplete'
import formStyles from './form.module.css'
import type { ControlAttributes } from './form.tsx'
import styles from './suggest-input.module.css'
import { visibleText } from './visible-text.ts'

export interface Suggestion {
  readonly value: string
  readonly label: string
}

interface SuggestInputProps {
  control: ControlAttributes
  value: string
  suggestions: readonly Suggestion[]
  placeholder?: string
  onChange: (value: string) => void
}

/** A text field that offers values and takes any other. */
export function SuggestInput({ control, value, suggestions, placeholder, onChange }: SuggestInputProps) {
  // With a value of the list in the field, all of the list is offered: people open it to pick another one.
  const known = suggestions.some((each) => each.value === value)
  return (
    <Autocomplete.Root
      items={suggestions}
      value={value}
      onValueChange={onChange}
      itemToStringValue={(item: Suggestion) => item.value}
      filter={known ? null : undefined}
      openOnInputClick
    >
      <Autocomplete.Input
        {...control}
        className={formStyles['input']}
        placeholder={placeholder}
        autoComplete="off"
        spellCheck={false}
      />
      <Autocomplete.Portal>
        <Autocomplete.Positioner sideOffset={4} className={styles['positioner']}>
          <Autocomplete.Popup className={styles['popup']}>
            <Autocomplete.List>
              {(item: Suggestion) => (
                <Autocomplete.Item key={item.value} value={item} className={styles['item']}>
                  <span>{visibleText(item.label)}</span>
                  <code>{visibleText(item.value)}</code>
                </Autocomplete.Item>
              )}
            </Autocomplete.List>
          </Autocomplete.Popup>
        </Autocomplete.Positioner>
      </Autocomplete.Portal>
    </Autocomplete.Root>
  )
}
