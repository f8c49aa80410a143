import {
  type RolloutDetail,
  RolloutPlan,
  type RolloutPreview,
  type RolloutSelection,
} from '@signet/shared/api/rollouts'
import { useQuery } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { problemOf } from '../../api/api-error.ts'
import { useRefusal } from '../../api/session.ts'
import { Button } from '../../ui/button.tsx'
import { Dialog, DialogActions } from '../../ui/dialog.tsx'
import { durationWords } from '../../ui/duration.ts'
import { DurationField } from '../../ui/duration-field.tsx'
import { ErrorPanel } from '../../ui/error-panel.tsx'
import { Field, FieldRow, Select, TextInput } from '../../ui/form.tsx'
import { Notice } from '../../ui/notice.tsx'
import { ReasonField } from '../../ui/reason-field.tsx'
import { useSettled } from '../../ui/settled.ts'
import { Skeleton } from '../../ui/skeleton.tsx'
import { visibleText } from '../../ui/visible-text.ts'
import { rolloutPreviewOptions, useStartRollout } from './rollout-queries.ts'
import { counted } from './rollout-words.ts'
import styles from './rotations.module.css'

interface RolloutDialogProps {
  /** What is to rotate; undefined where the dialog has to ask. */
  selection: RolloutSelection | undefined
  /** The rollout that was started; undefined when it was thought better of. */
  onDone: (started: RolloutDetail | undefined) => void
}

/** How a rollout goes about it, what that comes to in numbers, then the start. Shown while it is mounted. */
export function RolloutDialog({ selection, onDone }: RolloutDialogProps) {
  return (
    <Dialog
      open
      wide
      onClose={() => onDone(undefined)}
      title="Rotate in waves"
      description="A wave begins when the one before is in use. The old certificates stay accepted through their overlap."
    >
      <RolloutForm selection={selection} onDone={onDone} />
    </Dialog>
  )
}

interface Draft {
  readonly waveSize: string
  readonly pauseSeconds: number
  readonly percent: string
  readonly itemSeconds: number
}

const usual: Draft = { waveSize: '20', pauseSeconds: 60, percent: '5', itemSeconds: 300 }

function planOf({ waveSize, percent, ...times }: Draft) {
  return RolloutPlan.safeParse({
    ...times,
    waveSize: numberOf(waveSize),
    mostFailedShare: numberOf(percent) / 100,
  })
}

function numberOf(text: string): number {
  return text.trim() === '' ? Number.NaN : Number(text)
}

function RolloutForm({ selection: given, onDone }: RolloutDialogProps) {
  const [asked, setAsked] = useState<RolloutSelection>({ list: 'instances', q: '' })
  const [draft, setDraft] = useState(usual)
  const [reason, setReason] = useState('')
  const plan = planOf(draft)
  const wish = plan.success ? { selection: given ?? asked, plan: plan.data } : undefined
  const settled: unknown = JSON.parse(useSettled(JSON.stringify(wish ?? null)))
  const preview = useQuery(rolloutPreviewOptions(JSON.stringify(settled) === JSON.stringify(wish) ? wish : undefined))
  const start = useStartRollout()
  const refusal = useRefusal('rotations.write')
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (wish !== undefined && !start.isPending) start.mutate({ ...wish, reason }, { onSuccess: onDone })
  }
  const incomplete = wish === undefined ? 'Mend the fields that are marked.' : undefined
  const nothing = preview.data?.credentials === 0 ? 'Nothing would rotate.' : undefined
  const waiting = preview.data === undefined ? 'The preview is not there yet.' : undefined
  return (
    <form className={styles['form']} onSubmit={submit} noValidate>
      {given === undefined && <SelectionFields selection={asked} onChange={setAsked} />}
      <PlanFields
        draft={draft}
        faults={plan.success ? [] : plan.error.issues.map(({ path }) => path[0])}
        onChange={setDraft}
      />
      {wish !== undefined && preview.isPending && <Skeleton lines={2} />}
      {preview.error !== null && (
        <ErrorPanel problem={problemOf(preview.error)} onRetry={() => void preview.refetch()} />
      )}
      {wish !== undefined && preview.data !== undefined && <Numbers preview={preview.data} />}
      <ReasonField reason={reason} onChange={setReason} />
      {start.error !== null && <ErrorPanel problem={problemOf(start.error)} />}
      <DialogActions>
        <Button onClick={() => onDone(undefined)}>Cancel</Button>
        <Button
          type="submit"
          kind="primary"
          busy={start.isPending}
          disabledReason={refusal ?? incomplete ?? waiting ?? nothing}
        >
          Rotate {preview.data?.credentials.toLocaleString('en') ?? ''}
        </Button>
      </DialogActions>
    </form>
  )
}

const lists = [
  { value: 'instances', label: 'Instances' },
  { value: 'identities', label: 'User-assigned identities' },
] as const

interface SelectionFieldsProps {
  selection: RolloutSelection
  onChange: (selection: RolloutSelection) => void
}

function SelectionFields({ selection: { list, q = '' }, onChange }: SelectionFieldsProps) {
  return (
    <FieldRow>
      <Field label="Certificates of">
        {(control) => (
          <Select {...control} value={list} choices={lists} onChange={(next) => onChange({ list: next, q })} />
        )}
      </Field>
      <Field
        label="Filter"
        hint={
          list === 'instances'
            ? 'As in the list: tag:env=prod. Empty for all.'
            : 'As in the list: group:payments. Empty for all.'
        }
      >
        {(control) => (
          <TextInput {...control} value={q} onChange={(event) => onChange({ list, q: event.target.value })} />
        )}
      </Field>
    </FieldRow>
  )
}

interface PlanFieldsProps {
  draft: Draft
  faults: readonly unknown[]
  onChange: (draft: Draft) => void
}

function PlanFields({ draft, faults, onChange }: PlanFieldsProps) {
  const faultOf = (field: keyof RolloutPlan, words: string) => (faults.includes(field) ? words : undefined)
  return (
    <>
      <FieldRow>
        <Field label="Wave size" error={faultOf('waveSize', 'A whole number from 1 to 10,000.')}>
          {(control) => (
            <TextInput
              {...control}
              inputMode="numeric"
              value={draft.waveSize}
              onChange={(event) => onChange({ ...draft, waveSize: event.target.value })}
            />
          )}
        </Field>
        <Field label="Halt when more than … % fail" error={faultOf('mostFailedShare', 'A number from 0 to 100.')}>
          {(control) => (
            <TextInput
              {...control}
              inputMode="decimal"
              value={draft.percent}
              onChange={(event) => onChange({ ...draft, percent: event.target.value })}
            />
          )}
        </Field>
      </FieldRow>
      <FieldRow>
        <DurationField
          label="Pause between waves"
          error={faultOf('pauseSeconds', 'None, or up to one day.')}
          seconds={draft.pauseSeconds}
          onChange={(pauseSeconds) => onChange({ ...draft, pauseSeconds })}
        />
        <DurationField
          label="Failed when not in use after"
          error={faultOf('itemSeconds', 'Ten seconds to one day.')}
          seconds={draft.itemSeconds}
          onChange={(itemSeconds) => onChange({ ...draft, itemSeconds })}
        />
      </FieldRow>
    </>
  )
}

function Numbers({ preview }: { preview: RolloutPreview }) {
  const { credentials, identities, agents, waves, offline, haltsAfter, pausesSeconds, skipped } = preview
  return (
    <>
      <p>
        <strong>
          {counted(credentials, 'certificate')} in {counted(waves, 'wave')}
        </strong>
        {` · ${identities.toLocaleString('en')} ${identities === 1 ? 'identity' : 'identities'} on ${counted(agents, 'agent')}`}
        {pausesSeconds > 0 && ` · ${durationWords(pausesSeconds * 1_000)} of pauses`}
        {` · halts when more than ${haltsAfter.toLocaleString('en')} fail`}
      </p>
      {offline > 0 && (
        <Notice tone="warn" title={`${counted(offline, 'agent')} not connected`}>
          <p>What they hold fails unless they are back in time; the old certificates stay in use.</p>
        </Notice>
      )}
      {skipped.length > 0 && (
        <details>
          <summary>{skipped.reduce((sum, { count }) => sum + count, 0).toLocaleString('en')} left out</summary>
          <ul>
            {skipped.map(({ reason, count, examples }) => (
              <li key={reason}>
                {count.toLocaleString('en')}: {reason}{' '}
                <span className="muted">{examples.map(visibleText).join(', ')}</span>
              </li>
            ))}
          </ul>
        </details>
      )}
    </>
  )
}
