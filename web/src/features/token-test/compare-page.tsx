import type { TokenTest } from '@signet/shared/api/token-tests'
import type { ProbeStep } from '@signet/shared/wire/agent-protocol'
import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { getRouteApi, Link } from '@tanstack/react-router'
import { TriangleAlert } from 'lucide-react'
import { loadStateOf } from '../../api/load-state.ts'
import { rowsOf } from '../../api/pages.ts'
import { codeWords } from '../../api/words.ts'
import { absoluteTime } from '../../ui/absolute-time.ts'
import { Breakable } from '../../ui/breakable.tsx'
import { Card } from '../../ui/card.tsx'
import { Field, FieldRow, Select } from '../../ui/form.tsx'
import { Loadable } from '../../ui/loadable.tsx'
import { PageHeader } from '../../ui/page-header.tsx'
import { useTitle } from '../../ui/page-title.ts'
import { StatusBadge } from '../../ui/status-badge.tsx'
import { visibleLines, visibleText } from '../../ui/visible-text.ts'
import { stepTime } from '../../ui/waterfall.tsx'
import { pairClaims, pairFacts, pairSteps, type StepPair, type ValuePair } from './compare.ts'
import { TesterNav } from './tester-nav.tsx'
import styles from './token-test.module.css'
import { traceOptions, tracesOptions } from './token-test-queries.ts'

const page = getRouteApi('/signed-in/tokens/compare')

/** Two tests beside each other: cached and fresh, working and failing. */
export function ComparePage() {
  useTitle('Compare traces')
  const { left, right } = page.useSearch()
  const navigate = page.useNavigate()
  const pick = (change: { left?: string; right?: string }) =>
    void navigate({ search: (before) => ({ ...before, ...change }), replace: true })
  return (
    <>
      <PageHeader title="Compare traces" lead="Two tests side by side; what is not the same is marked." />
      <TesterNav />
      <Card title="Traces">
        <FieldRow>
          <TracePicker label="Left" value={left} onPick={(id) => pick({ left: id })} />
          <TracePicker label="Right" value={right} onPick={(id) => pick({ right: id })} />
        </FieldRow>
      </Card>
      {left !== undefined && right !== undefined && <Comparison leftId={left} rightId={right} />}
    </>
  )
}

const none = { value: '', label: 'Pick a trace…' }

function TracePicker(props: { label: string; value: string | undefined; onPick: (id: string) => void }) {
  const traces = useInfiniteQuery(tracesOptions({}))
  const choices = (traces.data === undefined ? [] : rowsOf(traces.data)).map((trace) => ({
    value: trace.id,
    label: `${absoluteTime(trace.at)} · ${visibleText(trace.instance.name)} · ${trace.outcome === 'ok' ? 'token' : codeWords(trace.code ?? 'failed')} · ${visibleText(trace.resource)}`,
  }))
  const isListed = props.value === undefined || choices.some(({ value }) => value === props.value)
  const own = isListed || props.value === undefined ? [] : [{ value: props.value, label: props.value }]
  return (
    <Field label={props.label}>
      {(control) => (
        <Select {...control} value={props.value ?? ''} choices={[none, ...own, ...choices]} onChange={props.onPick} />
      )}
    </Field>
  )
}

function Comparison({ leftId, rightId }: { leftId: string; rightId: string }) {
  const left = useQuery(traceOptions(leftId))
  const right = useQuery(traceOptions(rightId))
  return (
    <Loadable state={loadStateOf(left)}>
      {(leftTest) => (
        <Loadable state={loadStateOf(right)}>{(rightTest) => <Pairs left={leftTest} right={rightTest} />}</Loadable>
      )}
    </Loadable>
  )
}

function Pairs({ left, right }: { left: TokenTest; right: TokenTest }) {
  const steps = pairSteps(left.steps, right.steps)
  const changed = steps.filter(({ differences }) => differences.length > 0).length
  return (
    <>
      <p role="status">
        {changed === 0 ? 'All steps are alike.' : `${changed} of ${steps.length} steps differ.`}{' '}
        <Link to="/tokens/traces/$traceId" params={{ traceId: left.id }}>
          Left trace
        </Link>{' '}
        ·{' '}
        <Link to="/tokens/traces/$traceId" params={{ traceId: right.id }}>
          Right trace
        </Link>
      </p>
      <Card title="Request and outcome">
        <ValueList label="Request and outcome" pairs={pairFacts(left, right)} inWords />
      </Card>
      <Card title="Steps">
        <ul className={styles['comparison']} aria-label="Steps compared">
          {steps.map((pair, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: the place in the path is what makes a pair
            <StepRow key={`${pair.name}-${index}`} pair={pair} />
          ))}
        </ul>
      </Card>
      {left.token !== null && right.token !== null && (
        <Card title="Claims">
          <ValueList label="Claims compared" pairs={pairClaims(left, right)} />
        </Card>
      )}
    </>
  )
}

function ValueList(props: { label: string; pairs: readonly ValuePair[]; inWords?: boolean }) {
  const { label, pairs, inWords } = props
  const Value = inWords ? 'span' : 'code'
  return (
    <ul className={styles['comparison']} aria-label={label}>
      {pairs.map(({ name, left, right, differs }) => (
        <li key={name} className={styles['pair']} data-differs={differs || undefined}>
          <span>
            {visibleText(name)} {differs && <span className="sr-only">differs</span>}
          </span>
          <Value>{visibleText(left)}</Value>
          <Value>{visibleText(right)}</Value>
        </li>
      ))}
    </ul>
  )
}

function StepRow({ pair }: { pair: StepPair }) {
  const differs = pair.differences.length > 0
  return (
    <li className={styles['pair']} data-differs={differs || undefined}>
      <span className={styles['side']}>
        <strong>
          <Breakable text={visibleText((pair.left ?? pair.right)?.title ?? pair.name)} />
        </strong>
        {differs && (
          <span className={styles['difference']}>
            <TriangleAlert size={12} aria-hidden /> Differs: {pair.differences.join(', ')}
          </span>
        )}
      </span>
      <Side step={pair.left} />
      <Side step={pair.right} />
    </li>
  )
}

const statusWords = { running: 'Under way', ok: 'OK', failed: 'Failed', skipped: 'Skipped' } as const
const tones = { running: 'busy', ok: 'ok', failed: 'bad', skipped: 'off' } as const

function Side({ step }: { step: ProbeStep | undefined }) {
  if (step === undefined) return <span className="muted">Not there</span>
  return (
    <span className={styles['side']}>
      <span className="row">
        <StatusBadge tone={tones[step.status]} word={statusWords[step.status]} />
        {step.httpStatus !== null && <code>HTTP {step.httpStatus}</code>}
        {step.status !== 'skipped' && <span className="muted">{stepTime(step.durationMs)}</span>}
      </span>
      {step.detail !== '' && <span>{visibleLines(step.detail)}</span>}
    </span>
  )
}
