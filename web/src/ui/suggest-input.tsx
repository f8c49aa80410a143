import { type KeyboardEvent, useId, useState } from 'react'
import type { ControlAttributes } from './form.tsx'
import { TextInput } from './form.tsx'
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
  /** The field was left. */
  onLeave?: () => void
}

/** What is offered for a text. With a value of the list in the field all is: people open it to pick another one. */
export function offersFor(text: string, suggestions: readonly Suggestion[]): readonly Suggestion[] {
  const wanted = text.trim().toLowerCase()
  if (suggestions.some((each) => each.value === text)) return suggestions
  return suggestions.filter(({ value, label }) => `${value} ${label}`.toLowerCase().includes(wanted))
}

/**
 * A text field that offers values and takes any other.
 *
 * Own code, because Base UI's Autocomplete hides the rest of the page from assistive technology while it is open.
 * @see https://www.w3.org/WAI/ARIA/apg/patterns/combobox/ editable combobox with list autocomplete
 */
export function SuggestInput({ control, value, suggestions, placeholder, onChange, onLeave }: SuggestInputProps) {
  const listId = useId()
  const [open, setOpen] = useState(false)
  const [active, setActive] = useState(-1)
  const offers = open ? offersFor(value, suggestions) : []
  const close = () => {
    setOpen(false)
    setActive(-1)
  }
  const pick = (offer: Suggestion) => {
    onChange(offer.value)
    close()
  }
  const onKeyDown = (event: KeyboardEvent) => {
    const picked = offers[active]
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      event.preventDefault()
      setOpen(true)
      setActive(nextActive(active, event.key === 'ArrowDown' ? 1 : -1, offersFor(value, suggestions).length))
    } else if (event.key === 'Escape' && offers.length > 0) {
      event.preventDefault()
      close()
    } else if (event.key === 'Enter' && picked !== undefined && !event.ctrlKey && !event.metaKey) {
      event.preventDefault()
      pick(picked)
    } else if (event.key === 'Enter') {
      close()
    }
  }
  return (
    <div className={styles['suggest']}>
      <TextInput
        {...control}
        role="combobox"
        aria-autocomplete="list"
        aria-expanded={offers.length > 0}
        aria-controls={listId}
        aria-activedescendant={offers[active] === undefined ? undefined : `${listId}-${active}`}
        placeholder={placeholder}
        value={value}
        onChange={(event) => {
          onChange(event.target.value)
          setOpen(true)
          setActive(-1)
        }}
        onClick={() => setOpen(true)}
        onBlur={() => {
          close()
          onLeave?.()
        }}
        onKeyDown={onKeyDown}
      />
      <div id={listId} role="listbox" aria-label="Suggestions" className={styles['list']} hidden={offers.length === 0}>
        {offers.map((offer, index) => (
          // biome-ignore lint/a11y/useKeyWithClickEvents: the keys are handled by the field, which keeps the focus
          // biome-ignore lint/a11y/useFocusableInteractive: the field points at it by aria-activedescendant
          <div
            key={offer.value}
            id={`${listId}-${index}`}
            role="option"
            aria-selected={index === active}
            className={styles['option']}
            // Before the field loses the focus, which would close the list.
            onMouseDown={(event) => event.preventDefault()}
            onClick={() => pick(offer)}
          >
            <span>{visibleText(offer.label)}</span> <code>{visibleText(offer.value)}</code>
          </div>
        ))}
      </div>
    </div>
  )
}

/** Goes round: from the field (-1) to the first or last offer, and from the last back to the field. */
function nextActive(active: number, step: 1 | -1, count: number): number {
  const places = count + 1
  return ((active + 1 + step + places) % places) - 1
}
