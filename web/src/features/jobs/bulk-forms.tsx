import { type TagChange, TagKey, TagValue } from '@signet/shared/api/resources'
import { bareText } from '@signet/shared/query/query-text'
import { ObjectId } from '@signet/shared/vocabulary/identifiers'
import { useQuery } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { identityChoicesOptions } from '../../api/choices.ts'
import { Button } from '../../ui/button.tsx'
import { DialogActions } from '../../ui/dialog.tsx'
import { Checkbox, Field, TextInput } from '../../ui/form.tsx'
import { useSettled } from '../../ui/settled.ts'
import { SuggestInput } from '../../ui/suggest-input.tsx'
import { visibleText } from '../../ui/visible-text.ts'
import styles from './bulk-preview-dialog.module.css'

/** Which tag many instances get or lose. */
export function TagForm({ onTags, onClose }: { onTags: (tags: TagChange) => void; onClose: () => void }) {
  const [name, setName] = useState('')
  const [value, setValue] = useState('')
  const [away, setAway] = useState(false)
  const [fault, setFault] = useState<string>()
  const submit = (event: FormEvent) => {
    event.preventDefault()
    const key = TagKey.safeParse(name)
    const content = TagValue.safeParse(value)
    if (!key.success) return setFault(`Use ${key.error.issues[0]?.message ?? 'another name'}.`)
    if (!content.success) return setFault('The value is too long, or has characters that cannot be seen.')
    onTags(away ? { set: {}, unset: [key.data] } : { set: { [key.data]: content.data }, unset: [] })
  }
  return (
    <form className={styles['form']} onSubmit={submit}>
      <Field label="Name" error={fault}>
        {(control) => <TextInput {...control} value={name} onChange={(event) => setName(event.target.value)} />}
      </Field>
      {!away && (
        <Field label="Value">
          {(control) => <TextInput {...control} value={value} onChange={(event) => setValue(event.target.value)} />}
        </Field>
      )}
      <Checkbox label="Take this tag away instead" checked={away} onChange={(event) => setAway(event.target.checked)} />
      <PreviewActions onClose={onClose} />
    </form>
  )
}

/** Which user-assigned identity many instances get or lose. */
export function IdentityForm({ onIdentity, onClose }: { onIdentity: (id: ObjectId) => void; onClose: () => void }) {
  const [text, setText] = useState('')
  const [checked, setChecked] = useState(false)
  const picked = ObjectId.safeParse(text)
  const settled = useSettled(text.trim())
  const found = useQuery({ ...identityChoicesOptions(bareText(settled)), enabled: !picked.success })
  const suggestions = (found.data?.items ?? []).map(({ principalId, name, resourceGroup }) => ({
    value: principalId,
    label: `${visibleText(name)} · ${visibleText(resourceGroup)}`,
  }))
  const submit = (event: FormEvent) => {
    event.preventDefault()
    setChecked(true)
    if (picked.success) onIdentity(picked.data)
  }
  return (
    <form className={styles['form']} onSubmit={submit} noValidate>
      <Field
        label="User-assigned identity"
        hint="Type a part of its name, or paste its principal ID."
        error={checked && !picked.success ? 'Pick one from the list, or give a whole principal ID.' : undefined}
      >
        {(control) => <SuggestInput control={control} value={text} suggestions={suggestions} onChange={setText} />}
      </Field>
      <PreviewActions onClose={onClose} />
    </form>
  )
}

function PreviewActions({ onClose }: { onClose: () => void }) {
  return (
    <DialogActions>
      <Button onClick={onClose}>Cancel</Button>
      <Button type="submit" kind="primary">
        Preview
      </Button>
    </DialogActions>
  )
}
