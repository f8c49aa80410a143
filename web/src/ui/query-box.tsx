import type { FieldSpec } from '@signet/shared/query/fields'
import { parseQuery, type QueryPart } from '@signet/shared/query/query'
import { ListFilter, TextCursorInput, X } from 'lucide-react'
import { type ChangeEvent, type KeyboardEvent, useId, useRef } from 'react'
import { IconButton } from './button.tsx'
import { classNames } from './class-names.ts'
import { useRegisterCommands } from './commands.ts'
import styles from './query-box.module.css'
import { QueryFaults } from './query-faults.tsx'
import type { ValueCounts, ValueWords } from './query-offers.ts'
import { type Offers, useOffers } from './use-query-offers.ts'
import { type QueryText, useQueryText } from './use-query-text.ts'
import { visibleText } from './visible-text.ts'

interface QueryBoxProps {
  /** What is filtered; the field is called `Filter …`. */
  label: string
  fields: readonly FieldSpec[]
  /** The filter as it stands in the address. */
  value: string
  onChange: (value: string) => void
  counts?: ValueCounts
  words?: ValueWords
}

const nothingKnown = {}

/**
 * A filter as chips or as text, two views of the same thing. What is typed takes effect after a moment; what cannot be
 * read stays, in red, with what was probably meant.
 *
 * @see https://www.w3.org/WAI/ARIA/apg/patterns/combobox/ editable combobox with list autocomplete
 */
export function QueryBox({
  label,
  fields,
  value,
  onChange,
  counts = nothingKnown,
  words = nothingKnown,
}: QueryBoxProps) {
  const input = useRef<HTMLInputElement>(null)
  const text = useQueryText({ value, fields, onChange })
  const offers = useOffers({ text: text.draft, fields, counts, words, onPick: text.pick })
  const listId = useId()
  const faultsId = useId()
  const { parts, faults } = parseQuery(text.chips, fields)
  const isFaulty = faults.length > 0
  const toField = () => input.current?.focus()
  useRegisterCommands([{ id: 'add-filter', label: 'Add a filter', group: 'In a list', keys: 'f', run: toField }])
  return (
    <search className={styles['search']}>
      {/* biome-ignore lint/a11y/noStaticElementInteractions: a click beside the chips goes to the field, as in any field */}
      {/* biome-ignore lint/a11y/useKeyWithClickEvents: the field itself is reached by Tab */}
      <div
        className={classNames(styles['box'], isFaulty && styles['faulty'])}
        onClick={(event) => event.target === event.currentTarget && toField()}
      >
        <ListFilter size={14} aria-hidden className={styles['icon']} />
        <Chips parts={parts} text={text} toField={toField} />
        <input
          ref={input}
          type="text"
          role="combobox"
          className={styles['input']}
          aria-label={`Filter ${label}`}
          aria-autocomplete="list"
          aria-expanded={offers.offers.length > 0}
          aria-controls={listId}
          aria-activedescendant={offers.active === undefined ? undefined : `${listId}-${offers.active}`}
          aria-invalid={isFaulty || undefined}
          aria-describedby={isFaulty ? faultsId : undefined}
          placeholder={parts.length === 0 ? 'Filter, or search names and IDs' : 'Add a filter'}
          autoComplete="off"
          spellCheck={false}
          maxLength={1_000}
          value={text.draft}
          {...fieldEvents(text, offers)}
        />
        <Tools text={text} />
      </div>
      <Suggestions id={listId} offers={offers} />
      <QueryFaults id={faultsId} parts={parts} onReplace={text.replace} />
    </search>
  )
}

/** What the field does with what happens to it. */
function fieldEvents(text: QueryText, offers: Offers) {
  const onKeyDown = (event: KeyboardEvent<HTMLInputElement>) => {
    if (event.nativeEvent.isComposing) return
    if (offers.onKey(event.key)) return event.preventDefault()
    const { selectionStart, selectionEnd } = event.currentTarget
    const isAtStart = selectionStart === 0 && selectionEnd === 0
    if (event.key === 'Enter') {
      text.commit()
      offers.close()
    } else if (event.key === ' ' && text.commitsOnSpace()) event.preventDefault()
    else if (event.key === 'Backspace' && text.draft === '' && text.takeBack()) event.preventDefault()
    else if (event.key === 'ArrowLeft' && isAtStart) chipsOf(event.currentTarget).at(-1)?.focus()
    else if (event.key === 'Escape') event.currentTarget.blur()
  }
  return {
    onKeyDown,
    onChange: (event: ChangeEvent<HTMLInputElement>) => {
      text.type(event.target.value)
      offers.open()
    },
    onClick: offers.open,
    onCompositionStart: text.holdBack,
    onCompositionEnd: text.letGo,
    onBlur: () => {
      offers.close()
      text.commit()
    },
  }
}

function Tools({ text }: { text: QueryText }) {
  return (
    <span className={styles['tools']}>
      {(text.chips !== '' || text.draft !== '') && (
        <IconButton label="Clear filters" onClick={text.clear}>
          <X size={14} aria-hidden />
        </IconButton>
      )}
      <IconButton
        label={text.isText ? 'Show filters as chips' : 'Edit filters as text'}
        aria-pressed={text.isText}
        // Before the field loses the focus, which would commit what is typed.
        onMouseDown={(event) => event.preventDefault()}
        onClick={text.turn}
      >
        <TextCursorInput size={14} aria-hidden />
      </IconButton>
    </span>
  )
}

function Suggestions({ id, offers }: { id: string; offers: Offers }) {
  return (
    <div id={id} role="listbox" aria-label="Suggestions" className={styles['list']} hidden={offers.offers.length === 0}>
      {offers.offers.map((offer, index) => (
        // biome-ignore lint/a11y/useKeyWithClickEvents: the keys are handled by the field, which keeps the focus
        // biome-ignore lint/a11y/useFocusableInteractive: the field points at it by aria-activedescendant
        <div
          key={offer.insert}
          id={`${id}-${index}`}
          role="option"
          aria-selected={index === offers.active}
          className={styles['option']}
          onMouseDown={(event) => event.preventDefault()}
          onClick={() => offers.pick(offer)}
        >
          {offer.isLiteral ? <code>{visibleText(offer.label)}</code> : <span>{offer.label}</span>}
          <span className={styles['hint']}>{offer.hint}</span>
          {offer.count !== undefined && <span className={styles['count']}>{offer.count.toLocaleString('en')}</span>}
        </div>
      ))}
    </div>
  )
}

function Chips({ parts, text, toField }: { parts: readonly QueryPart[]; text: QueryText; toField: () => void }) {
  const then = (act: (part: QueryPart) => void, part: QueryPart) => () => {
    act(part)
    toField()
  }
  return parts.map((part) => (
    <Chip
      key={part.from}
      part={part}
      onEdit={then(text.edit, part)}
      onRemove={then(text.remove, part)}
      onLeave={toField}
    />
  ))
}

interface ChipProps {
  part: QueryPart
  onEdit: () => void
  onRemove: () => void
  /** The focus goes back to the field. */
  onLeave: () => void
}

/** One term; reached from the field by the arrow keys, so that the box is one stop. */
function Chip({ part, onEdit, onRemove, onLeave }: ChipProps) {
  const shown = visibleText(part.text)
  const onKeyDown = (event: KeyboardEvent<HTMLButtonElement>) => {
    const all = chipsOf(event.currentTarget)
    const at = all.indexOf(event.currentTarget)
    if (event.key === 'ArrowLeft') all[at - 1]?.focus()
    else if (event.key === 'ArrowRight') (all[at + 1] ?? { focus: onLeave }).focus()
    else if (event.key === 'Delete' || event.key === 'Backspace') onRemove()
    else if (event.key === 'Escape') onLeave()
    else return
    event.preventDefault()
  }
  return (
    <span className={classNames(styles['chip'], part.fault !== undefined && styles['wrong'])}>
      <button
        type="button"
        tabIndex={-1}
        className={styles['term']}
        data-chip
        aria-label={`Edit ${shown}${part.fault === undefined ? '' : ', faulty'}`}
        onClick={onEdit}
        onKeyDown={onKeyDown}
      >
        <bdi>{shown}</bdi>
      </button>
      <button type="button" tabIndex={-1} className={styles['drop']} aria-label={`Remove ${shown}`} onClick={onRemove}>
        <X size={12} aria-hidden />
      </button>
    </span>
  )
}

function chipsOf(inside: HTMLElement | null): HTMLElement[] {
  return [...(inside?.closest('search')?.querySelectorAll<HTMLElement>('[data-chip]') ?? [])]
}
