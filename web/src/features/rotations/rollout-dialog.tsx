import {
  type RolloutDetail,
  RolloutPlan,
  type RolloutPreview,
  type RolloutSelection,
  type RolloutWish,
} from '@signet/shared/api/rollouts'
import { type RolloutAct, rolloutVerbs } from '@signet/shared/vocabulary/rollout-states'
import { dayMs } from '@signet/shared/vocabulary/time'
import { useQuery } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { problemOf } from '../../api/api-error.ts'
import { useRefusal } from '../../api/session.ts'
import { needsStepUp, useStepUpFor } from '../../api/step-up.ts'
import { Button } from '../../ui/button.tsx'
import { Dialog, DialogActions } from '../../ui/dialog.tsx'
import { ErrorPanel } from '../../ui/error-panel.tsx'
import { Field, TextInput } from '../../ui/form.tsx'
import { ReasonField } from '../../ui/reason-field.tsx'
import { useSettled } from '../../ui/settled.ts'
import { Skeleton } from '../../ui/skeleton.tsx'
import { StepUpDialog } from '../../ui/step-up-dialog.tsx'
import { ActField, type PlanDraft, PlanFields, SelectionFields, usualPlans } from './rollout-fields.tsx'
import { RolloutNumbers } from './rollout-numbers.tsx'
import { rolloutPreviewOptions, useStartRollout } from './rollout-queries.ts'
import styles from './rotations.module.css'

interface RolloutDialogProps {
  /** What it is about; undefined where the dialog has to ask. */
  selection: RolloutSelection | undefined
  /** The rollout that was started; undefined when it was thought better of. */
  onDone: (started: RolloutDetail | undefined) => void
}

/** What happens to many certificates and how, what that comes to in numbers, then the start. Shown while it is mounted. */
export function RolloutDialog({ selection, onDone }: RolloutDialogProps) {
  return (
    <Dialog open wide onClose={() => onDone(undefined)} title="Rotate in waves">
      <RolloutForm selection={selection} onDone={onDone} />
    </Dialog>
  )
}

function planOf({ waveSize, percent, ...times }: PlanDraft) {
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
  const [act, setAct] = useState<RolloutAct>('rotate')
  const [asked, setAsked] = useState<RolloutSelection>({ list: 'instances', q: '' })
  const [draft, setDraft] = useState(usualPlans.rotate)
  const [reason, setReason] = useState('')
  const [typed, setTyped] = useState('')
  const plan = planOf(draft)
  const wish = plan.success ? { act, selection: given ?? asked, plan: plan.data } : undefined
  const { preview, isCurrent } = usePreviewOf(wish)
  const start = useStartRollout()
  const begin = () => {
    if (wish !== undefined && !start.isPending) start.mutate({ ...wish, reason }, { onSuccess: onDone })
  }
  const stepUp = useStepUpFor(start, begin)
  const numbers = isCurrent ? preview.data : undefined
  const toType = numbers !== undefined && asksForNumber(numbers, Date.now()) ? String(numbers.credentials) : undefined
  const refusal = useRefusal('rotations.write')
  const missing = missingOf({ act, wish, numbers, reason, isTyped: toType === undefined || typed.trim() === toType })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    // An act that others will feel is confirmed by its button alone.
    if (act !== 'emergency' && (refusal ?? missing) === undefined) begin()
  }
  return (
    <>
      <form className={styles['form']} onSubmit={submit} noValidate>
        <ActField
          act={act}
          onChange={(next) => {
            setAct(next)
            setDraft(usualPlans[next])
          }}
        />
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
        {wish !== undefined && preview.data !== undefined && <RolloutNumbers act={act} preview={preview.data} />}
        {toType !== undefined && (
          <Field label={`Type ${toType} to confirm`}>
            {(control) => <TextInput {...control} value={typed} onChange={(event) => setTyped(event.target.value)} />}
          </Field>
        )}
        <ReasonField reason={reason} onChange={setReason} required={act === 'emergency'} />
        {start.error !== null && !needsStepUp(start.error) && <ErrorPanel problem={problemOf(start.error)} />}
        <DialogActions>
          <Button onClick={() => onDone(undefined)}>Cancel</Button>
          <Button
            kind={act === 'emergency' ? 'danger' : 'primary'}
            busy={start.isPending}
            disabledReason={refusal ?? missing}
            onClick={begin}
          >
            {rolloutVerbs[act]} {preview.data?.credentials.toLocaleString('en') ?? ''}
          </Button>
        </DialogActions>
      </form>
      <StepUpDialog {...stepUp} />
    </>
  )
}

/** The dry run of a wish, as soon as it has stood for a moment; the numbers of the last one until then. */
function usePreviewOf(wish: RolloutWish | undefined) {
  const settled: unknown = JSON.parse(useSettled(JSON.stringify(wish ?? null)))
  const isSettled = JSON.stringify(settled) === JSON.stringify(wish)
  const preview = useQuery(rolloutPreviewOptions(isSettled ? wish : undefined))
  return { preview, isCurrent: isSettled && !preview.isPlaceholderData }
}

const weekMs = 7 * dayMs
/** More things than anybody keeps in mind. */
const manyThings = 10

/** Whether what would be revoked was used so lately, or is so much, that its number has to be typed. */
function asksForNumber({ blast, credentials }: RolloutPreview, now: number): boolean {
  if (blast === null) return false
  return credentials > manyThings || (blast.lastUsedAt !== null && now - blast.lastUsedAt < weekMs)
}

/** What is left to do before it can start. */
function missingOf(form: {
  act: RolloutAct
  wish: RolloutWish | undefined
  numbers: RolloutPreview | undefined
  reason: string
  isTyped: boolean
}): string | undefined {
  const { act, wish, numbers, reason, isTyped } = form
  if (wish === undefined) return 'Mend the fields that are marked.'
  if (numbers === undefined) return 'The preview is not there yet.'
  if (numbers.credentials === 0) return 'Nothing would happen.'
  if (!isTyped) return 'Type the number first.'
  return act === 'emergency' && reason.trim() === '' ? 'Give a reason first.' : undefined
}
