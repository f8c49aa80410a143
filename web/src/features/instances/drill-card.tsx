import type { Drill } from '@signet/shared/api/rotation-acts'
import type { ObjectId } from '@signet/shared/vocabulary/identifiers'
import { useQuery } from '@tanstack/react-query'
import { problemOf } from '../../api/api-error.ts'
import { loadStateOf } from '../../api/load-state.ts'
import { drillsOptions, useStartDrill } from '../../api/rotation-acts.ts'
import { useRefusal } from '../../api/session.ts'
import { drillStepWords, drillWords } from '../../api/words.ts'
import { Button } from '../../ui/button.tsx'
import { Card } from '../../ui/card.tsx'
import { durationWords } from '../../ui/duration.ts'
import { ErrorPanel } from '../../ui/error-panel.tsx'
import { Loadable } from '../../ui/loadable.tsx'
import { RelativeTime } from '../../ui/relative-time.tsx'
import { SimpleTable } from '../../ui/simple-table.tsx'
import { StatusBadge } from '../../ui/status-badge.tsx'
import { columnsOf } from '../../ui/table-columns.ts'
import { Untrusted } from '../../ui/untrusted.tsx'
import { visibleText } from '../../ui/visible-text.ts'
import { EmergencyButton } from './emergency-button.tsx'

/** Rehearses a rotation of an identity, with a report of the latest; and what to do when a key is out. */
export function DrillCard({ principalId }: { principalId: ObjectId }) {
  const query = useQuery(drillsOptions(principalId))
  const start = useStartDrill()
  const refusal = useRefusal('rotations.write')
  const running = query.data?.items.some(({ state }) => state === 'running') === true
  return (
    <Card
      title="Drill"
      actions={
        <>
          <Button
            busy={start.isPending}
            disabledReason={refusal ?? (running ? 'One is under way.' : undefined)}
            onClick={() => start.mutate(principalId)}
          >
            Rehearse a rotation
          </Button>
          <EmergencyButton principalId={principalId} />
        </>
      }
    >
      {start.error !== null && <ErrorPanel problem={problemOf(start.error)} />}
      <Loadable state={loadStateOf(query)}>
        {({ items }) => {
          const [latest] = items
          return latest === undefined ? (
            <p className="muted">
              Not rehearsed yet. A drill walks the whole path of a rotation with a shadow certificate that is never
              trusted for tokens, and changes nothing of the identity.
            </p>
          ) : (
            items
              .filter(({ startedAt }) => startedAt === latest.startedAt)
              .map((drill) => <Report key={drill.id} drill={drill} />)
          )
        }}
      </Loadable>
    </Card>
  )
}

type Step = Drill['steps'][number]

const columns = columnsOf<Step>([
  { id: 'step', header: 'Step', cell: ({ name }) => drillStepWords[name] },
  {
    id: 'outcome',
    header: 'Outcome',
    cell: ({ outcome }) =>
      outcome === 'ok' ? <StatusBadge tone="ok" word="OK" /> : <StatusBadge tone="bad" word="Failed" />,
  },
  { id: 'took', header: 'Took', cell: ({ durationMs }) => durationWords(durationMs) },
  { id: 'detail', header: 'Detail', cell: ({ detail }) => visibleText(detail) },
])

function Report({ drill }: { drill: Drill }) {
  return (
    <>
      <p>
        <StatusBadge {...drillWords[drill.state]} /> started <RelativeTime at={drill.startedAt} /> by{' '}
        <Untrusted text={drill.actor.label} />
        {drill.finishedAt !== null && `, over in ${durationWords(drill.finishedAt - drill.startedAt)}`}
      </p>
      {drill.steps.length > 0 ? (
        <SimpleTable label="Steps of the drill" columns={columns} rows={drill.steps} rowId={({ name }) => name} />
      ) : (
        <p className="muted">
          {drill.state === 'running' ? 'The agent is at it.' : 'The agent did not come within ten minutes.'}
        </p>
      )}
    </>
  )
}
