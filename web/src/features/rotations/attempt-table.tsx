import type { RotationAttempt, RotationDetail } from '@signet/shared/api/rotation'
import { codeWords, runWords } from '../../api/words.ts'
import { Card } from '../../ui/card.tsx'
import { durationWords } from '../../ui/duration.ts'
import { None } from '../../ui/none.tsx'
import { ExactTime } from '../../ui/relative-time.tsx'
import { SimpleTable } from '../../ui/simple-table.tsx'
import { StatusBadge } from '../../ui/status-badge.tsx'
import { columnsOf } from '../../ui/table-columns.ts'
import { Untrusted } from '../../ui/untrusted.tsx'
import { visibleText } from '../../ui/visible-text.ts'

const outcomes = {
  ok: { tone: 'ok', word: 'OK' },
  error: { tone: 'bad', word: 'Error' },
  lost_lease: { tone: 'warn', word: 'Taken over' },
} as const

const stateWord = (state: RotationAttempt['fromState']) => (state === null ? '–' : runWords[state].word)

const columns = columnsOf<RotationAttempt>([
  { id: 'attempt', header: 'Try', cell: (row) => row.attempt },
  { id: 'time', header: 'Began', cell: (row) => <ExactTime at={row.startedAt} precision="millisecond" /> },
  {
    id: 'step',
    header: 'Step',
    cell: ({ fromState, toState }) => `${stateWord(fromState)} → ${stateWord(toState)}`,
  },
  { id: 'outcome', header: 'Outcome', cell: (row) => <StatusBadge {...outcomes[row.outcome]} /> },
  { id: 'took', header: 'Took', cell: (row) => durationWords(row.endedAt - row.startedAt) },
  { id: 'actor', header: 'By', cell: (row) => <Untrusted text={row.actor.label} /> },
  {
    id: 'detail',
    header: 'Detail',
    cell: ({ detail, errorCode }) =>
      detail === null && errorCode === null ? (
        <None />
      ) : (
        <span title={errorCode ?? undefined}>{visibleText(detail ?? codeWords(errorCode ?? ''))}</span>
      ),
  },
])

/** Every step that was taken or tried. */
export function AttemptTable({ steps }: { steps: RotationDetail['steps'] }) {
  return (
    <Card title="Steps">
      {steps.length === 0 ? (
        <p className="muted">No step has been taken yet.</p>
      ) : (
        <SimpleTable label="Steps" columns={columns} rows={steps} rowId={(row) => row.id} />
      )}
    </Card>
  )
}
