import { type ComponentProps, type ReactNode, useId } from 'react'
import { classNames } from './class-names.ts'
import styles from './form.module.css'

interface FieldProps {
  label: ReactNode
  hint?: ReactNode
  error?: ReactNode
  /** Draws the control; it must put the attributes on the element that takes the input. */
  children: (control: ControlAttributes) => ReactNode
}

export interface ControlAttributes {
  id: string
  'aria-describedby': string | undefined
  'aria-invalid': true | undefined
}

/** A label, a control, and below it a hint or what is wrong. */
export function Field({ label, hint, error, children }: FieldProps) {
  const id = useId()
  const noteId = `${id}-note`
  const note = error ?? hint
  return (
    <div className={styles['field']}>
      <label htmlFor={id} className={styles['label']}>
        {label}
      </label>
      {children({
        id,
        'aria-describedby': note === undefined ? undefined : noteId,
        'aria-invalid': error === undefined ? undefined : true,
      })}
      {note !== undefined && (
        <p id={noteId} className={error === undefined ? styles['hint'] : styles['error']}>
          {note}
        </p>
      )}
    </div>
  )
}

export function TextInput(props: ComponentProps<'input'>) {
  return (
    <input
      type="text"
      autoComplete="off"
      spellCheck={false}
      {...props}
      className={classNames(styles['input'], props.className)}
    />
  )
}

/** For what is pasted whole: several lines, in monospace. */
export function TextArea(props: ComponentProps<'textarea'>) {
  return (
    <textarea
      rows={6}
      // Browsers bring the line of the caret into sight, not the field.
      onFocus={(event) => event.currentTarget.scrollIntoView({ block: 'nearest' })}
      autoComplete="off"
      spellCheck={false}
      {...props}
      className={classNames(styles['input'], styles['area'], props.className)}
    />
  )
}

interface Choice<V extends string> {
  readonly value: V
  readonly label: string
  readonly disabled?: boolean
}

interface SelectProps<V extends string> extends Omit<ComponentProps<'select'>, 'value' | 'onChange'> {
  value: V
  choices: readonly Choice<V>[]
  onChange: (value: V) => void
}

/** The browser's own select: it works with every keyboard, screen reader and phone. */
export function Select<V extends string>({ value, choices, onChange, ...rest }: SelectProps<V>) {
  return (
    <select
      {...rest}
      className={classNames(styles['input'], styles['select'], rest.className)}
      value={value}
      onChange={(event) => {
        const picked = choices.find((choice) => choice.value === event.target.value)
        if (picked !== undefined) onChange(picked.value)
      }}
    >
      {choices.map((choice) => (
        <option key={choice.value} value={choice.value} disabled={choice.disabled ?? false}>
          {choice.label}
        </option>
      ))}
    </select>
  )
}

export function Checkbox({ label, ...rest }: ComponentProps<'input'> & { label: ReactNode }) {
  return (
    <label className={styles['checkbox']}>
      <input type="checkbox" {...rest} />
      {label}
    </label>
  )
}

/** The form's columns; children flow beside each other while there is room. */
export function FieldRow({ children }: { children: ReactNode }) {
  return <div className={styles['fields']}>{children}</div>
}
