import { Check, LoaderCircle, Minus, X } from 'lucide-react'
import type { ReactNode } from 'react'
import { Breakable } from './breakable.tsx'
import { durationWords } from './duration.ts'
import { visibleLines, visibleText } from './visible-text.ts'
import styles from './waterfall.module.css'

export interface WaterfallStep {
  readonly id: string
  readonly title: string
  readonly status: 'running' | 'ok' | 'failed' | 'skipped'
  readonly startMs: number
  readonly durationMs: number
  /** Short remark at the end of the line, such as `HTTP 200`. */
  readonly remark: string | null
  readonly detail: string
  /** The step happened inside the one before it. */
  readonly nested?: boolean
  /** What the step opens to. */
  readonly panel?: ReactNode
}

const words = { running: 'running', ok: 'succeeded', failed: 'failed', skipped: 'skipped' } as const
const icons = { running: LoaderCircle, ok: Check, failed: X, skipped: Minus } as const

/** Milliseconds with as many digits as they deserve: `<0.1 ms`, `0.4 ms`, `12 ms`, `1.2 s`. */
export function stepTime(ms: number): string {
  if (ms < 0.05) return '<0.1 ms'
  return ms < 10 ? `${Number(ms.toFixed(1))} ms` : durationWords(Math.round(ms))
}

/** Where a step stands on the axis, in percent; never thinner than can be seen. One that runs reaches to its end. */
export function stepExtent(step: { startMs: number; durationMs: number; status?: string }, totalMs: number) {
  const total = Math.max(totalMs, 0.001)
  const left = Math.min(99, Math.max(0, (step.startMs / total) * 100))
  const share = step.status === 'running' ? 100 : (step.durationMs / total) * 100
  const width = Math.min(100 - left, Math.max(1, share))
  return { left, width }
}

/** Steps one under the other, each with a bar at the time it took; more may come while it is busy. */
export function Waterfall(props: { label: string; steps: readonly WaterfallStep[]; totalMs: number; busy?: boolean }) {
  const total = Math.max(props.totalMs, ...props.steps.map((step) => step.startMs + step.durationMs))
  return (
    <ol className={styles['waterfall']} aria-label={props.label} aria-busy={props.busy || undefined}>
      {props.steps.map((step) => (
        <Step key={step.id} step={step} totalMs={total} />
      ))}
    </ol>
  )
}

function Step({ step, totalMs }: { step: WaterfallStep; totalMs: number }) {
  const Icon = icons[step.status]
  const { left, width } = stepExtent(step, totalMs)
  return (
    <li className={styles['step']} data-status={step.status} data-nested={step.nested || undefined}>
      <Icon size={14} strokeWidth={2.5} aria-hidden className={styles['icon']} />
      <div className={styles['line']}>
        <span className={styles['title']}>
          <bdi>
            <Breakable text={visibleText(step.title)} />
          </bdi>{' '}
          <span className="sr-only">{words[step.status]}</span>
        </span>
        <span className={styles['time']}>
          {step.remark !== null && <span className={styles['remark']}>{step.remark}</span>}
          {timeOf(step)}
        </span>
      </div>
      <div className={styles['track']} aria-hidden>
        {step.status !== 'skipped' && <span style={{ left: `${left}%`, width: `${width}%` }} />}
      </div>
      {step.detail !== '' && <p className={styles['detail']}>{visibleLines(step.detail)}</p>}
      {step.panel !== undefined && (
        <details className={styles['more']}>
          <summary>
            Details <span className="sr-only">of {step.title}</span>
          </summary>
          <div className={styles['panel']}>{step.panel}</div>
        </details>
      )}
    </li>
  )
}

function timeOf({ status, durationMs }: WaterfallStep): string {
  if (status === 'skipped') return 'skipped'
  return status === 'running' ? 'under way' : stepTime(durationMs)
}
