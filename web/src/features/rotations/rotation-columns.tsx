import type { RotationSummary } from '@signet/shared/api/rotation'
import { Link } from '@tanstack/react-router'
import { runWords, triggerWords } from '../../api/words.ts'
import { absoluteTime } from '../../ui/absolute-time.ts'
import { durationWords } from '../../ui/duration.ts'
import { None } from '../../ui/none.tsx'
import { DueTime, ExactTime, RelativeTime } from '../../ui/relative-time.tsx'
import { StatusBadge } from '../../ui/status-badge.tsx'
import { columnsOf } from '../../ui/table-columns.ts'
import { Untrusted } from '../../ui/untrusted.tsx'
import { visibleText } from '../../ui/visible-text.ts'
import styles from './rotations.module.css'
import { Waiting } from './waiting.tsx'

const thumbprintLength = 8

/** Names a rotation for assistive technology: of what, and when. */
export function rotationName(run: RotationSummary): string {
  return `${visibleText(run.principalName)}, ${absoluteTime(run.requestedAt)}`
}

const columns = columnsOf<RotationSummary>([
  {
    id: 'time',
    header: 'Time',
    width: 166,
    cell: (row) => (
      <Link to="/rotations/$runId" params={{ runId: row.id }} className={styles['time']}>
        <ExactTime at={row.requestedAt} />
      </Link>
    ),
  },
  { id: 'instance', header: 'Instance', width: 178, cell: (row) => <InstanceLink instance={row.instance} /> },
  { id: 'cause', header: 'Cause', width: 192, cell: (row) => <Cause run={row} /> },
  { id: 'change', header: 'Old → new', width: 170, cell: (row) => <Change run={row} /> },
  { id: 'state', header: 'State', width: 168, cell: (row) => <RunBadge run={row} /> },
  {
    id: 'duration',
    header: 'Until active',
    width: 88,
    cell: ({ activatedAt, requestedAt }) =>
      activatedAt === null ? <None /> : <span className="nowrap">{durationWords(activatedAt - requestedAt)}</span>,
  },
  {
    id: 'overlap',
    header: 'Overlap',
    width: 74,
    cell: ({ overlapFrom, overlapUntil }) =>
      overlapFrom === null || overlapUntil === null ? (
        <None />
      ) : (
        <span className="nowrap">{durationWords(overlapUntil - overlapFrom)}</span>
      ),
  },
  { id: 'reviewed', header: 'Reviewed', width: 86, cell: (row) => <Reviewed run={row} /> },
  { id: 'actor', header: 'Actor', width: 160, isExtra: true, cell: (row) => <Untrusted text={row.actor.label} /> },
])

/** Of what has ended and what is under way. */
export const rotationColumns = columns

/** Of what is under way: why it waits stands where the history has how long it took. */
export const queueColumns = columnsOf<RotationSummary>([
  {
    id: 'time',
    header: 'Since',
    width: 150,
    cell: (row) => (
      <Link to="/rotations/$runId" params={{ runId: row.id }} className={styles['time']}>
        <RelativeTime at={row.requestedAt} />
      </Link>
    ),
  },
  { id: 'instance', header: 'Instance', width: 170, cell: (row) => <InstanceLink instance={row.instance} /> },
  {
    id: 'policy',
    header: 'Policy',
    width: 110,
    cell: ({ waiting }) =>
      waiting === null || waiting.policy === null ? <None /> : <Untrusted text={waiting.policy} />,
  },
  { id: 'cause', header: 'Cause', width: 170, cell: (row) => <Cause run={row} /> },
  { id: 'state', header: 'Phase', width: 168, cell: (row) => <RunBadge run={row} /> },
  { id: 'waiting', header: 'Waits for', width: 396, cell: (row) => <Waiting run={row} /> },
  {
    id: 'next',
    header: 'Next try',
    width: 110,
    isExtra: true,
    cell: ({ waiting }) => (waiting === null ? <None /> : <DueTime at={waiting.nextTryAt} />),
  },
  {
    id: 'error',
    header: 'Error',
    width: 130,
    isExtra: true,
    cell: ({ errorCode }) => errorCode ?? <None />,
  },
  { id: 'agent', header: 'Agent', width: 100, isExtra: true, cell: (row) => <AgentLink run={row} /> },
  { id: 'attempts', header: 'Tries', width: 64, isExtra: true, cell: (row) => row.attempts },
  {
    id: 'failures',
    header: 'Failed before',
    width: 100,
    isExtra: true,
    cell: ({ waiting }) => {
      const failures = waiting?.failures ?? 0
      return failures === 0 ? <None /> : <span className="warn">{failures} in a row</span>
    },
  },
  ...columns
    .filter(({ id }) => ['change', 'reviewed', 'actor'].includes(id))
    .map((column) => ({ ...column, isExtra: true })),
])

function Reviewed({ run: { reviewed } }: { run: RotationSummary }) {
  if (reviewed === null) return <None />
  return <Untrusted text={reviewed.by.label} />
}

/** Who did it stands beside what people do; the rest says it by itself. */
function Cause({ run: { trigger, actor } }: { run: RotationSummary }) {
  if (trigger !== 'manual') return triggerWords[trigger]
  return (
    <>
      {triggerWords[trigger]}
      <Untrusted text={actor.label} className="muted" />
    </>
  )
}

function AgentLink({ run: { instance, waiting } }: { run: RotationSummary }) {
  if (instance === null || waiting === null || waiting.agent === null) return <span className="muted">None</span>
  return (
    <Link to="/instances/$instanceId/{-$tab}" params={{ instanceId: instance.id, tab: 'agent' }}>
      {waiting.agent.connected ? 'Connected' : 'Offline'}
      <span className="sr-only">, agent of {visibleText(instance.name)}</span>
    </Link>
  )
}

export function InstanceLink({ instance }: { instance: RotationSummary['instance'] }) {
  if (instance === null) return <span className="muted">Deleted instance</span>
  return (
    <Link to="/instances/$instanceId/{-$tab}" params={{ instanceId: instance.id }}>
      <Untrusted text={instance.name} />
    </Link>
  )
}

export function RunBadge({ run }: { run: RotationSummary }) {
  return (
    <StatusBadge {...runWords[run.state]} title={run.errorDetail === null ? undefined : visibleText(run.errorDetail)} />
  )
}

function Change({ run }: { run: RotationSummary }) {
  return (
    <span className="mono nowrap">
      <Thumbprint of={run.from} none="none" /> → <Thumbprint of={run.to} none="none yet" />
    </span>
  )
}

function Thumbprint({ of: credential, none }: { of: RotationSummary['from']; none: string }) {
  if (credential === null) return <span className="muted">{none}</span>
  return <span title={credential.thumbprint}>{credential.thumbprint.slice(0, thumbprintLength)}</span>
}
