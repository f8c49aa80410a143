import type { RolloutDetail, RolloutWave } from '@signet/shared/api/rollouts'
import { RolloutStage, rolloutTitle } from '@signet/shared/vocabulary/rollout-states'
import { useQuery } from '@tanstack/react-query'
import { getRouteApi, Link } from '@tanstack/react-router'
import { loadStateOf } from '../../api/load-state.ts'
import { Card } from '../../ui/card.tsx'
import { Copyable } from '../../ui/copyable.tsx'
import { durationWords } from '../../ui/duration.ts'
import { Fact, Facts } from '../../ui/facts.tsx'
import { Loadable } from '../../ui/loadable.tsx'
import { Notice } from '../../ui/notice.tsx'
import { PageHeader } from '../../ui/page-header.tsx'
import { useTitle } from '../../ui/page-title.ts'
import { Progress } from '../../ui/progress.tsx'
import { ExactTime, RelativeTime } from '../../ui/relative-time.tsx'
import { SimpleTable } from '../../ui/simple-table.tsx'
import { StatusBadge, type Tone } from '../../ui/status-badge.tsx'
import { columnsOf } from '../../ui/table-columns.ts'
import { Untrusted } from '../../ui/untrusted.tsx'
import { visibleText } from '../../ui/visible-text.ts'
import { RolloutActions } from './rollout-actions.tsx'
import { RolloutItems } from './rollout-items.tsx'
import { rolloutOptions } from './rollout-queries.ts'
import { acknowledged, doneOf, rolloutWords, stageText } from './rollout-words.ts'

const page = getRouteApi('/signed-in/rotations/rollouts/$rolloutId')

/** One rollout as it runs: wave by wave, what failed and why, and what can still be done about it. */
export function RolloutPage() {
  const { rolloutId } = page.useParams()
  const query = useQuery(rolloutOptions(rolloutId))
  useTitle(query.data && rolloutTitle(query.data), 'Rollout')
  return <Loadable state={loadStateOf(query)}>{(rollout) => <Whole rollout={rollout} />}</Loadable>
}

function Whole({ rollout }: { rollout: RolloutDetail }) {
  const { wave, stage } = page.useSearch()
  const navigate = page.useNavigate()
  return (
    <>
      <PageHeader
        back={<Link to="/rotations/rollouts">Rollouts</Link>}
        title={rolloutTitle(rollout)}
        meta={<StatusBadge {...rolloutWords[rollout.state]} />}
        actions={<RolloutActions rollout={rollout} />}
      />
      {rollout.haltReason !== null && (
        <Notice tone="bad" title="Halted by itself">
          <p>
            {visibleText(rollout.haltReason)} Look at what failed, then{' '}
            {rollout.act === 'rotate' ? 'resume, roll back' : 'resume'} or cancel.
          </p>
        </Notice>
      )}
      <Card title="Progress">
        <Progress label="Certificates done" done={doneOf(rollout.counts)} total={rollout.total}>
          <span>{stageText(rollout.counts)}</span>
          {rollout.nextWaveAt !== null && (
            <span>
              next wave <RelativeTime at={rollout.nextWaveAt} />
            </span>
          )}
        </Progress>
        <RolloutFacts rollout={rollout} />
      </Card>
      <Card title="Waves">
        <SimpleTable
          label="Waves"
          columns={rollout.act === 'rotate' ? waveColumns : rollout.act === 'drill' ? drillColumns : emergencyColumns}
          rows={rollout.byWave.map((each) => ({ ...each, under: rollout }))}
          rowId={(row) => String(row.wave)}
        />
      </Card>
      <RolloutItems
        rollout={rollout}
        filter={{
          wave: wave === undefined ? undefined : Number(wave),
          stage: RolloutStage.safeParse(stage).data,
        }}
        onFilter={(next) =>
          void navigate({
            search: { wave: next.wave === undefined ? undefined : String(next.wave), stage: next.stage },
            replace: true,
          })
        }
      />
    </>
  )
}

type Wave = RolloutWave & { readonly under: RolloutDetail }

const outOf = (count: number, all: number) => `${count.toLocaleString('en')} of ${all.toLocaleString('en')}`

const waveColumns = columnsOf<Wave>([
  { id: 'wave', header: 'Wave', cell: ({ wave }) => wave },
  { id: 'state', header: 'State', cell: (wave) => <StatusBadge {...waveWord(wave)} /> },
  {
    id: 'asked',
    header: 'Agent asked',
    cell: ({ counts }) => outOf(acknowledged(counts).asked, acknowledged(counts).all),
  },
  { id: 'prepared', header: 'Delivered', cell: ({ counts }) => acknowledged(counts).prepared.toLocaleString('en') },
  { id: 'activated', header: 'In use', cell: ({ counts }) => acknowledged(counts).activated.toLocaleString('en') },
  { id: 'retired', header: 'Old one retired', cell: ({ counts }) => acknowledged(counts).retired.toLocaleString('en') },
  { id: 'failed', header: 'Failed', cell: ({ counts }) => <Failed count={acknowledged(counts).failed} /> },
  {
    id: 'back',
    header: 'Rolled back',
    cell: ({ counts }) => acknowledged(counts).rolledBack.toLocaleString('en'),
  },
])

/** Nothing overlaps and nothing comes back where everything was revoked. */
const emergencyColumns = waveColumns.filter(({ id }) => id !== 'retired' && id !== 'back')
const drillColumns = emergencyColumns.map((column) =>
  column.id === 'activated' ? { ...column, header: 'Rehearsed' } : column,
)

function Failed({ count }: { count: number }) {
  return count === 0 ? <>0</> : <strong>{count.toLocaleString('en')}</strong>
}

/** Where a wave stands, by what its certificates do. */
function waveWord({ wave, counts, under }: Wave): { word: string; tone: Tone } {
  const { all, failed } = acknowledged(counts)
  if ((counts.asked ?? 0) + (counts.prepared ?? 0) > 0) return { word: 'Under way', tone: 'busy' }
  if ((counts.returning ?? 0) > 0) return { word: 'Going back', tone: 'busy' }
  if ((counts.cancelled ?? 0) > 0) return { word: 'Cancelled', tone: 'stopped' }
  if ((counts.waiting ?? 0) > 0)
    return wave <= under.wave ? { word: 'Begun', tone: 'soft' } : { word: 'Waiting', tone: 'soft' }
  if ((counts['rolled-back'] ?? 0) > 0) return { word: 'Rolled back', tone: 'warn' }
  if (failed > 0) return failed === all ? { word: 'Failed', tone: 'bad' } : { word: 'Done, some failed', tone: 'warn' }
  return { word: 'Done', tone: 'ok' }
}

function RolloutFacts({ rollout }: { rollout: RolloutDetail }) {
  const { plan, selection } = rollout
  return (
    <Facts>
      <Fact name="Started by">
        <Untrusted text={rollout.actor.label} />, <ExactTime at={rollout.startedAt} relative />
      </Fact>
      {rollout.endedAt !== null && (
        <Fact name="Ended">
          <ExactTime at={rollout.endedAt} relative />
        </Fact>
      )}
      <Fact name="Selection">
        {selection.q === null ? (
          `Named ${selection.list}`
        ) : selection.q === '' ? (
          `All ${selection.list}`
        ) : (
          <Untrusted text={selection.q} className="mono" />
        )}
      </Fact>
      <Fact name="Plan">
        {plan.waveSize} at a time
        {plan.pauseSeconds > 0 && `, ${durationWords(plan.pauseSeconds * 1_000)} between waves`}, failed after{' '}
        {durationWords(plan.itemSeconds * 1_000)}
      </Fact>
      <Fact name="Halts">
        {rollout.haltsAfter < rollout.total
          ? `when more than ${rollout.haltsAfter.toLocaleString('en')} fail`
          : 'never'}
      </Fact>
      {rollout.reason !== null && (
        <Fact name="Reason">
          <Untrusted text={rollout.reason} />
        </Fact>
      )}
      <Fact name="Correlation ID">
        <Copyable value={rollout.correlationId} label="correlation ID" />
      </Fact>
    </Facts>
  )
}
