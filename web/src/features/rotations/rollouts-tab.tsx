import type { Rollout } from '@signet/shared/api/rollouts'
import { rolloutTitle } from '@signet/shared/vocabulary/rollout-states'
import { useInfiniteQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { pagedListOf } from '../../api/pages.ts'
import { useRefusal } from '../../api/session.ts'
import { Button } from '../../ui/button.tsx'
import { Card } from '../../ui/card.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import { PagedTable } from '../../ui/paged-table.tsx'
import { RelativeTime } from '../../ui/relative-time.tsx'
import { StatusBadge } from '../../ui/status-badge.tsx'
import { columnsOf } from '../../ui/table-columns.ts'
import { Untrusted } from '../../ui/untrusted.tsx'
import { rolloutsOptions } from './rollout-queries.ts'
import { RolloutStarter } from './rollout-starter.tsx'
import { rolloutWords, stageText } from './rollout-words.ts'

const columns = columnsOf<Rollout>([
  {
    id: 'rollout',
    header: 'Rollout',
    cell: (row) => (
      <Link to="/rotations/rollouts/$rolloutId" params={{ rolloutId: row.id }}>
        {rolloutTitle(row)}
      </Link>
    ),
  },
  { id: 'state', header: 'State', cell: ({ state }) => <StatusBadge {...rolloutWords[state]} /> },
  { id: 'wave', header: 'Wave', cell: ({ wave, waves }) => `${wave} of ${waves}` },
  { id: 'counts', header: 'Progress', cell: ({ counts }) => stageText(counts) },
  { id: 'actor', header: 'Started by', cell: ({ actor }) => <Untrusted text={actor.label} /> },
  { id: 'started', header: 'Started', cell: ({ startedAt }) => <RelativeTime at={startedAt} /> },
  { id: 'reason', header: 'Reason', cell: ({ reason }) => <Untrusted text={reason ?? ''} /> },
])

/** Rotations of many, running and past. */
export function RolloutsTab() {
  const query = useInfiniteQuery(rolloutsOptions)
  const refusal = useRefusal('rotations.write')
  return (
    <Card
      title="Rollouts"
      actions={
        <RolloutStarter>
          {(open) => (
            <Button disabledReason={refusal} onClick={open}>
              Rotate many…
            </Button>
          )}
        </RolloutStarter>
      }
    >
      <PagedTable
        label="Rollouts"
        columns={columns}
        list={pagedListOf(query)}
        rowId={(row) => row.id}
        nouns={['rollout', 'rollouts']}
        empty={
          <EmptyState title="Nothing was rotated in waves yet">
            <p>A rollout rotates many certificates wave by wave, and halts by itself when too many fail.</p>
          </EmptyState>
        }
        lines={4}
      />
    </Card>
  )
}
