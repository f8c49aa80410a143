import { useQuery } from '@tanstack/react-query'
import { Pause, Play } from 'lucide-react'
import { type FormEvent, useState } from 'react'
import { problemOf } from '../../api/api-error.ts'
import { freezesOptions } from '../../api/rotation-policies.ts'
import { useRefusal } from '../../api/session.ts'
import { Button } from '../../ui/button.tsx'
import { Dialog, DialogActions } from '../../ui/dialog.tsx'
import { DurationField } from '../../ui/duration-field.tsx'
import { ErrorPanel } from '../../ui/error-panel.tsx'
import { Field, TextInput } from '../../ui/form.tsx'
import { useNow } from '../../ui/now.ts'
import { notify } from '../../ui/toaster.tsx'
import styles from './policies.module.css'
import { useFreeze, useUnfreeze } from './policies-queries.ts'

const twoDays = 2 * 86_400

/** Holds scheduled rotations of a policy, or all of them, and lets them go on. */
export function FreezeButton({ policyId }: { policyId: string }) {
  const [asking, setAsking] = useState(false)
  const { data } = useQuery(freezesOptions)
  const unfreeze = useUnfreeze()
  const refusal = useRefusal('rotations.write')
  const isAll = policyId === 'all'
  if (data?.items.some((freeze) => freeze.policyId === policyId)) {
    const resume = () => {
      const done = unfreeze.mutateAsync({ policyId })
      done.then(
        () => notify('ok', isAll ? 'Rotations go on' : 'Policy no longer frozen'),
        (error: unknown) => notify('bad', problemOf(error).detail),
      )
    }
    return (
      <Button icon={<Play size={14} aria-hidden />} busy={unfreeze.isPending} disabledReason={refusal} onClick={resume}>
        {isAll ? 'Resume rotations' : 'End freeze'}
      </Button>
    )
  }
  return (
    <>
      <Button icon={<Pause size={14} aria-hidden />} disabledReason={refusal} onClick={() => setAsking(true)}>
        {isAll ? 'Pause rotations…' : 'Freeze…'}
      </Button>
      <Dialog
        open={asking}
        onClose={() => setAsking(false)}
        title={isAll ? 'Pause rotations?' : 'Freeze this policy?'}
        description="Scheduled rotations wait until the end. Those asked for by hand go on, and so does one whose certificate has less than 5 % of its life left."
      >
        <FreezeForm policyId={policyId} onClose={() => setAsking(false)} />
      </Dialog>
    </>
  )
}

function FreezeForm({ policyId, onClose }: { policyId: string; onClose: () => void }) {
  const [seconds, setSeconds] = useState(twoDays)
  const [reason, setReason] = useState('')
  const [checked, setChecked] = useState(false)
  const now = useNow('slow')
  const freeze = useFreeze()
  const faults = {
    seconds: seconds >= 60 ? undefined : 'Give a duration of a minute or more.',
    reason: reason.trim() === '' ? 'Say why; it stands on every page.' : undefined,
  }
  const submit = (event: FormEvent) => {
    event.preventDefault()
    setChecked(true)
    if (faults.seconds !== undefined || faults.reason !== undefined || freeze.isPending) return
    freeze.mutate(
      { policyId, until: now + seconds * 1_000, reason: reason.trim() },
      {
        onSuccess: () => {
          notify('ok', policyId === 'all' ? 'Rotations are paused' : 'Policy frozen')
          onClose()
        },
      },
    )
  }
  return (
    <form onSubmit={submit} className={styles['form']} noValidate>
      <DurationField label="For" error={checked ? faults.seconds : undefined} seconds={seconds} onChange={setSeconds} />
      <Field label="Reason" error={checked ? faults.reason : undefined}>
        {(control) => (
          <TextInput {...control} value={reason} maxLength={200} onChange={(event) => setReason(event.target.value)} />
        )}
      </Field>
      {freeze.error !== null && <ErrorPanel problem={problemOf(freeze.error)} />}
      <DialogActions>
        <Button onClick={onClose}>Cancel</Button>
        <Button type="submit" kind="primary" busy={freeze.isPending}>
          {policyId === 'all' ? 'Pause rotations' : 'Freeze'}
        </Button>
      </DialogActions>
    </form>
  )
}
