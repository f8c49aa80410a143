import { TokenLifetime } from '@signet/shared/api/audiences'
import type { ObjectId } from '@signet/shared/vocabulary/identifiers'
import { useQuery } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { problemOf } from '../../api/api-error.ts'
import { useRefusal } from '../../api/session.ts'
import { Button } from '../../ui/button.tsx'
import { Dialog, DialogActions } from '../../ui/dialog.tsx'
import { durationWords } from '../../ui/duration.ts'
import { DurationField } from '../../ui/duration-field.tsx'
import { ErrorPanel } from '../../ui/error-panel.tsx'
import { Checkbox } from '../../ui/form.tsx'
import { ReasonField } from '../../ui/reason-field.tsx'
import { lifetimeOptions, useSetLifetime } from './identities-queries.ts'

const hourSeconds = 3_600

/** How long tokens of an identity live, whatever its kind, and the way to change it. */
export function LifetimeFact({ principalId }: { principalId: ObjectId }) {
  const query = useQuery(lifetimeOptions(principalId))
  const [editing, setEditing] = useState(false)
  const refusal = useRefusal('identities.write')
  if (query.data === undefined) {
    return <span className="muted">{query.error === null ? 'Loading…' : problemOf(query.error).detail}</span>
  }
  const { seconds } = query.data
  return (
    <span className="row">
      {seconds === null ? 'Audience default' : durationWords(seconds * 1_000)}
      <Button small disabledReason={refusal} aria-label="Change the token lifetime" onClick={() => setEditing(true)}>
        Change
      </Button>
      <Dialog
        open={editing}
        onClose={() => setEditing(false)}
        title="Token lifetime"
        description="Tokens that are out keep theirs. An identity’s own lifetime wins over that of the audience."
      >
        <LifetimeForm principalId={principalId} seconds={seconds} onClose={() => setEditing(false)} />
      </Dialog>
    </span>
  )
}

interface LifetimeFormProps {
  principalId: ObjectId
  seconds: number | null
  onClose: () => void
}

function LifetimeForm({ principalId, seconds, onClose }: LifetimeFormProps) {
  const [isOwn, setOwn] = useState(seconds !== null)
  const [own, setSeconds] = useState(seconds ?? hourSeconds)
  const [reason, setReason] = useState('')
  const [checked, setChecked] = useState(false)
  const save = useSetLifetime(principalId)
  const refusal = useRefusal('identities.write')
  const isGood = !isOwn || TokenLifetime.safeParse(own).success
  const submit = (event: FormEvent) => {
    event.preventDefault()
    setChecked(true)
    if (!isGood || save.isPending) return
    save.mutate({ seconds: isOwn ? own : null, reason: reason.trim() }, { onSuccess: onClose })
  }
  return (
    <form onSubmit={submit} className="stack" noValidate>
      <Checkbox
        label="It has a lifetime of its own"
        checked={isOwn}
        onChange={(event) => setOwn(event.target.checked)}
      />
      {isOwn && (
        <DurationField
          label="Lifetime of its tokens"
          hint="10 minutes to 24 hours."
          error={checked && !isGood ? 'Give a lifetime from 10 minutes to 24 hours.' : undefined}
          seconds={own}
          onChange={setSeconds}
        />
      )}
      <ReasonField reason={reason} onChange={setReason} />
      {save.error !== null && <ErrorPanel problem={problemOf(save.error)} />}
      <DialogActions>
        <Button onClick={onClose}>Cancel</Button>
        <Button type="submit" kind="primary" busy={save.isPending} disabledReason={refusal}>
          Save
        </Button>
      </DialogActions>
    </form>
  )
}
