import type { RotationPolicy } from '@signet/shared/api/rotation-policies'
import { KeyAlgorithm } from '@signet/shared/vocabulary/credential-states'
import { useState } from 'react'
import { keyAlgorithmWords } from '../../api/words.ts'
import { Card } from '../../ui/card.tsx'
import { DurationField } from '../../ui/duration-field.tsx'
import { Field, Select, TextInput } from '../../ui/form.tsx'
import { SideBySide } from '../../ui/side-by-side.tsx'
import styles from './policies.module.css'
import type { policyFaults } from './policy-faults.ts'
import { WindowFields } from './window-fields.tsx'

const algorithms = KeyAlgorithm.options.map((value) => ({ value, label: keyAlgorithmWords[value] }))

interface PolicyFieldsProps {
  draft: RotationPolicy
  faults: ReturnType<typeof policyFaults>
  onChange: (draft: RotationPolicy) => void
}

/** Every rule of a policy. */
export function PolicyFields({ draft, faults, onChange }: PolicyFieldsProps) {
  const put = (change: Partial<RotationPolicy>) => onChange({ ...draft, ...change })
  return (
    <SideBySide>
      <Card title="Certificates">
        <div className={styles['form']}>
          <DurationField
            label="Lifetime"
            hint="How long a certificate is valid: one minute to 400 days."
            error={faults['lifetimeSeconds']}
            seconds={draft.lifetimeSeconds}
            onChange={(lifetimeSeconds) => put({ lifetimeSeconds })}
          />
          <PercentField
            label="Rotate at (% of lifetime)"
            hint="20 to 90."
            error={faults['rotateAt']}
            share={draft.rotateAt}
            onChange={(rotateAt) => put({ rotateAt })}
          />
          <PercentField
            label="Jitter (% of lifetime)"
            hint="20 to 50. Each rolls earlier by a part of it that it has drawn once, so that not all come at once."
            error={faults['jitter']}
            share={draft.jitter}
            onChange={(jitter) => put({ jitter })}
          />
          <DurationField
            label="Overlap"
            hint="How long the old certificate is accepted beside the new one: up to 30 days."
            error={faults['overlapSeconds']}
            seconds={draft.overlapSeconds}
            onChange={(overlapSeconds) => put({ overlapSeconds })}
          />
          <Field label="Key type">
            {(control) => (
              <Select
                {...control}
                value={draft.keyAlgorithm}
                choices={algorithms}
                onChange={(keyAlgorithm) => put({ keyAlgorithm })}
              />
            )}
          </Field>
        </div>
      </Card>
      <Card title="Windows, blackouts and limit">
        <div className={styles['form']}>
          <p className="muted">
            Scheduled rotations happen within a window, where there is one, and never within a blackout. What is due at
            another time waits, at most until 5 % of a certificate’s life are left.
          </p>
          <LimitField
            error={faults['perDayLimit']}
            limit={draft.perDayLimit}
            onChange={(perDayLimit) => put({ perDayLimit })}
          />
          <WindowFields
            noun="Window"
            windows={draft.windows}
            error={faults['windows']}
            onChange={(windows) => put({ windows })}
          />
          <WindowFields
            noun="Blackout"
            windows={draft.blackouts}
            error={faults['blackouts']}
            onChange={(blackouts) => put({ blackouts })}
          />
        </div>
      </Card>
    </SideBySide>
  )
}

interface LimitFieldProps {
  error: string | undefined
  limit: number | null
  onChange: (limit: number | null) => void
}

function LimitField({ error, limit, onChange }: LimitFieldProps) {
  const [text, setText] = useState(limit === null ? '' : String(limit))
  return (
    <Field
      label="Most rotations in a day"
      hint="Of UTC. What is due beyond it waits for the next day. Empty for no limit."
      error={error}
    >
      {(control) => (
        <TextInput
          {...control}
          inputMode="numeric"
          value={text}
          onChange={(event) => {
            setText(event.target.value)
            onChange(event.target.value.trim() === '' ? null : Number(event.target.value))
          }}
        />
      )}
    </Field>
  )
}

interface PercentFieldProps {
  label: string
  hint: string
  error: string | undefined
  share: number
  onChange: (share: number) => void
}

function PercentField({ label, hint, error, share, onChange }: PercentFieldProps) {
  const [percent, setPercent] = useState(String(Number((share * 100).toFixed(2))))
  return (
    <Field label={label} hint={hint} error={error}>
      {(control) => (
        <TextInput
          {...control}
          inputMode="decimal"
          value={percent}
          onChange={(event) => {
            setPercent(event.target.value)
            onChange(Number(event.target.value) / 100)
          }}
        />
      )}
    </Field>
  )
}
