import type { RolloutDetail, RolloutItem } from '@signet/shared/api/rollouts'
import { RolloutStage } from '@signet/shared/vocabulary/rollout-states'
import { useInfiniteQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { pagedListOf } from '../../api/pages.ts'
import { Card } from '../../ui/card.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import { Select } from '../../ui/form.tsx'
import { None } from '../../ui/none.tsx'
import { PagedTable } from '../../ui/paged-table.tsx'
import { StatusBadge } from '../../ui/status-badge.tsx'
import { columnsOf } from '../../ui/table-columns.ts'
import { Untrusted } from '../../ui/untrusted.tsx'
import { type ItemFilter, rolloutItemsOptions } from './rollout-queries.ts'
import { rolloutStageWords } from './rollout-words.ts'
import { InstanceLink } from './rotation-columns.tsx'
import styles from './rotations.module.css'

const columns = columnsOf<RolloutItem>([
  { id: 'name', header: 'Identity', cell: ({ name }) => <Untrusted text={name} /> },
  {
    id: 'instance',
    header: 'Instance',
    cell: ({ instance }) => (instance === null ? <None /> : <InstanceLink instance={instance} />),
  },
  { id: 'wave', header: 'Wave', cell: ({ wave }) => (wave === 0 ? <None /> : wave) },
  { id: 'stage', header: 'Stage', cell: ({ stage }) => <StatusBadge {...rolloutStageWords[stage]} /> },
  { id: 'why', header: 'Why', cell: ({ detail }) => (detail === null ? <None /> : <Untrusted text={detail} />) },
  {
    id: 'agent',
    header: 'Agent',
    cell: ({ agent }) => (agent === null ? <None /> : agent.connected ? 'Connected' : 'Offline'),
  },
  {
    id: 'run',
    header: 'Step by step',
    cell: ({ runId, drillId, instance, name }) =>
      drillId !== null && instance !== null ? (
        <Link to="/instances/$instanceId/{-$tab}" params={{ instanceId: instance.id, tab: 'certificates' }}>
          Report<span className="sr-only"> of {name}</span>
        </Link>
      ) : runId === null ? (
        <None />
      ) : (
        <Link to="/rotations/$runId" params={{ runId }}>
          Step by step<span className="sr-only"> of {name}</span>
        </Link>
      ),
  },
])

const stages = [
  { value: 'all', label: 'All stages' },
  ...RolloutStage.options.map((value) => ({ value, label: rolloutStageWords[value].word })),
] as const

interface RolloutItemsProps {
  rollout: RolloutDetail
  filter: ItemFilter
  onFilter: (filter: ItemFilter) => void
}

/** The certificates of a rollout: where each stands, and what went wrong. */
export function RolloutItems({ rollout, filter, onFilter }: RolloutItemsProps) {
  const query = useInfiniteQuery(rolloutItemsOptions(rollout.id, filter))
  const waves = [
    { value: 'all', label: 'All waves' },
    ...rollout.byWave.map(({ wave }) => ({ value: String(wave), label: `Wave ${wave}` })),
  ]
  return (
    <Card
      title="Certificates"
      actions={
        <span className={styles['controls']}>
          <Select
            aria-label="Wave"
            value={filter.wave === undefined ? 'all' : String(filter.wave)}
            choices={waves}
            onChange={(next) => onFilter({ ...filter, wave: next === 'all' ? undefined : Number(next) })}
          />
          <Select
            aria-label="Stage"
            value={filter.stage ?? 'all'}
            choices={stages}
            onChange={(next) => onFilter({ ...filter, stage: next === 'all' ? undefined : next })}
          />
        </span>
      }
    >
      <PagedTable
        label="Certificates of the rollout"
        columns={columns}
        list={pagedListOf(query)}
        rowId={(row) => String(row.position)}
        nouns={['certificate', 'certificates']}
        empty={<EmptyState title="None of this wave at this stage" />}
      />
    </Card>
  )
}
