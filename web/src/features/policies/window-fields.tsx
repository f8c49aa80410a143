import type { RotationWindow } from '@signet/shared/api/rotation-policies'
import { Plus } from 'lucide-react'
import { Button } from '../../ui/button.tsx'
import { DurationField } from '../../ui/duration-field.tsx'
import { Field, FieldRow, TextInput } from '../../ui/form.tsx'

interface WindowFieldsProps {
  /** One of them, such as `Window`. */
  noun: string
  windows: readonly RotationWindow[]
  /** What is wrong with them, if anything is. */
  error: string | undefined
  onChange: (windows: RotationWindow[]) => void
}

/** The windows or the blackouts of a policy. */
export function WindowFields({ noun, windows, error, onChange }: WindowFieldsProps) {
  const put = (index: number, change: Partial<RotationWindow>) =>
    onChange(windows.map((each, at) => (at === index ? { ...each, ...change } : each)))
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone
  return (
    <>
      {windows.map((window, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: windows have no name, and taking one away draws the rest anew
        <FieldRow key={`${index} of ${windows.length}`}>
          <Field
            label={`${noun} ${index + 1}: opens at`}
            hint="Minute, hour, day, month, day of the week"
            error={error}
          >
            {(control) => (
              <TextInput
                {...control}
                className="mono"
                value={window.cron}
                onChange={(event) => put(index, { cron: event.target.value })}
              />
            )}
          </Field>
          <DurationField
            label={`${noun} ${index + 1}: lasts`}
            seconds={window.minutes * 60}
            onChange={(seconds) => put(index, { minutes: seconds / 60 })}
          />
          <Field label={`${noun} ${index + 1}: time zone`}>
            {(control) => (
              <TextInput
                {...control}
                value={window.zone}
                onChange={(event) => put(index, { zone: event.target.value })}
              />
            )}
          </Field>
          <div>
            <Button small onClick={() => onChange(windows.filter((_, at) => at !== index))}>
              Remove {noun.toLowerCase()} {index + 1}
            </Button>
          </div>
        </FieldRow>
      ))}
      <div>
        <Button
          small
          icon={<Plus size={14} aria-hidden />}
          onClick={() => onChange([...windows, { cron: '0 2 * * *', minutes: 120, zone }])}
        >
          Add {noun.toLowerCase()}
        </Button>
      </div>
    </>
  )
}
