import { bareText } from '@signet/shared/query/query-text'
import { useQuery } from '@tanstack/react-query'
import { type ReactNode, useEffect, useState } from 'react'
import { principalChoicesOptions } from '../../api/principal-choices.ts'
import { Field } from '../../ui/form.tsx'
import { useSettled } from '../../ui/settled.ts'
import { SuggestInput } from '../../ui/suggest-input.tsx'
import { visibleText } from '../../ui/visible-text.ts'
import { placesOptions, principalIdIn, termsOptions } from './access-queries.ts'
import { actionWords } from './action-words.ts'
import { scopeWords, stepsTo } from './scope-words.ts'

interface AccessFieldProps {
  label?: string
  /** As the address has it. */
  value: string
  /** Told of each text; a text that is no value yet is told too. */
  onChange: (value: string) => void
  hint?: string
  error?: ReactNode
}

/** A principal of any kind, by name or by its ID. */
export function PrincipalField({ label = 'Principal', value, onChange, hint, error }: AccessFieldProps) {
  const settled = useSettled(value.trim())
  const found = useQuery({ ...principalChoicesOptions(bareText(settled)), enabled: settled !== '' || value === '' })
  const picked = found.data?.find((each) => each.value === value.trim().toLowerCase())
  const isId = principalIdIn(value) !== undefined
  return (
    <Field
      label={label}
      hint={
        picked ? visibleText(picked.label) : (hint ?? (isId ? undefined : 'Search by name, or paste a principal ID.'))
      }
      error={error}
    >
      {(control) => <SuggestInput control={control} value={value} suggestions={found.data ?? []} onChange={onChange} />}
    </Field>
  )
}

/** A place: the deployment, its subscription, a group or a resource, by its resource ID. */
export function ScopeField({ label = 'Scope', value, onChange, hint, error }: AccessFieldProps) {
  const typed = useSettled(value.trim())
  const terms = useQuery(termsOptions)
  // What is written as a path is looked for by its last part, which is a name.
  const places = useQuery(placesOptions(bareText(typed.split('/').at(-1) ?? '')))
  const subscription = terms.data?.subscription
  const ids =
    subscription === undefined
      ? []
      : [
          '/',
          subscription,
          ...(places.data?.groups.map((name) => `${subscription}/resourceGroups/${name}`) ?? []),
          ...(places.data?.resources ?? []),
        ]
  const way = stepsTo(value.trim()).slice(1)
  return (
    <Field
      label={label}
      hint={value.startsWith('/') ? way.map(({ words }) => words).join(' › ') || 'The whole deployment' : hint}
      error={error}
    >
      {(control) => (
        <SuggestInput
          control={control}
          value={value}
          suggestions={ids.map((each) => ({ value: each, label: scopeWords(each) }))}
          onChange={onChange}
        />
      )}
    </Field>
  )
}

/** What somebody wants to do, as resource manager and vault ask for it. */
export function ActionField({ label = 'Action', value, onChange, hint, error }: AccessFieldProps) {
  const terms = useQuery(termsOptions)
  const actions = terms.data?.actions ?? []
  const picked = actions.some(({ action }) => action.toLowerCase() === value.trim().toLowerCase())
  return (
    <Field label={label} hint={picked ? actionWords(value.trim()) : hint} error={error}>
      {(control) => (
        <SuggestInput
          control={control}
          value={value}
          suggestions={actions.map(({ action }) => ({ value: action, label: actionWords(action) }))}
          onChange={onChange}
        />
      )}
    </Field>
  )
}

/**
 * The text of a field whose value lives in the address: what is typed stays in the field until it is one, and the field
 * follows when the address changes.
 */
export function useAddressText(address: string | undefined, onValue: (value: string | undefined) => void) {
  const [text, setText] = useState(address ?? '')
  // biome-ignore lint/correctness/useExhaustiveDependencies: only another address takes the field's text away
  useEffect(() => {
    if (address !== undefined && address !== text.trim()) setText(address)
  }, [address])
  const change = (next: string, isValue: (text: string) => boolean) => {
    setText(next)
    const value = next.trim()
    if (value === '') onValue(undefined)
    else if (isValue(value)) onValue(value)
  }
  return [text, change] as const
}
