import type { RolloutPlan, RolloutSelection } from '@signet/shared/api/rollouts'
import type { RolloutAct } from '@signet/shared/vocabulary/rollout-states'
import { DurationField } from '../../ui/duration-field.tsx'
import { Field, FieldRow, Select, TextInput } from '../../ui/form.tsx'
import { rolloutActWords } from './rollout-words.ts'

/** A plan as it is being typed. */
export interface PlanDraft {
  readonly waveSize: string
  readonly pauseSeconds: number
  readonly percent: string
  readonly itemSeconds: number
}

/** What each act is usually done with: an emergency does not wait, and does not stop at an agent that is away. */
export const usualPlans: Record<RolloutAct, PlanDraft> = {
  rotate: { waveSize: '20', pauseSeconds: 60, percent: '5', itemSeconds: 300 },
  emergency: { waveSize: '10000', pauseSeconds: 0, percent: '100', itemSeconds: 300 },
  drill: { waveSize: '50', pauseSeconds: 0, percent: '100', itemSeconds: 300 },
}

const acts = [
  { value: 'rotate', label: rolloutActWords.rotate },
  { value: 'emergency', label: rolloutActWords.emergency },
  { value: 'drill', label: rolloutActWords.drill },
] as const

/** What happens to each certificate. */
export function ActField({ act, onChange }: { act: RolloutAct; onChange: (act: RolloutAct) => void }) {
  return (
    <Field label="What happens" hint={consequences[act]}>
      {(control) => <Select {...control} value={act} choices={acts} onChange={onChange} />}
    </Field>
  )
}

const consequences: Record<RolloutAct, string> = {
  rotate: 'A wave begins when the one before is in use. The old certificates stay accepted through their overlap.',
  emergency:
    'Every certificate there is refused at once, without overlap. Each agent fetches a new one before any other rotation and drops its cached tokens.',
  drill: 'Each agent walks the whole path with a certificate that is trusted for nothing. No certificate changes.',
}

const lists = [
  { value: 'instances', label: 'Instances' },
  { value: 'identities', label: 'User-assigned identities' },
] as const

interface SelectionFieldsProps {
  selection: RolloutSelection
  onChange: (selection: RolloutSelection) => void
}

export function SelectionFields({ selection: { list, q = '' }, onChange }: SelectionFieldsProps) {
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
  draft: PlanDraft
  faults: readonly unknown[]
  onChange: (draft: PlanDraft) => void
}

export function PlanFields({ draft, faults, onChange }: PlanFieldsProps) {
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
