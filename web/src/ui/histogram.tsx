import { type KeyboardEvent, useState } from 'react'
import styles from './histogram.module.css'

export interface HistogramBar {
  readonly key: string
  /** A full sentence: when, and how many of what. */
  readonly name: string
  /** From the bottom up. */
  readonly parts: readonly { readonly tone: 'accent' | 'warn' | 'bad'; readonly value: number }[]
  /** What stands below it; either every bar has one or none. */
  readonly tick?: string
  /** Stretches of its time that are marked, as shares of it; its name says what they are. */
  readonly marked?: readonly { readonly from: number; readonly until: number }[]
}

interface HistogramProps {
  label: string
  /** Writes the count above each bar that has one, which needs room. */
  counted?: boolean
  bars: readonly HistogramBar[]
  /** What stands below the first and the last bar. */
  ends: readonly [string, string]
  /** Told which bar was chosen, by its place. */
  onPick: (index: number) => void
}

/**
 * Counts over time as bars. One stop of the Tab key; arrows, Home and End go from bar to bar and Enter picks one, so
 * nothing needs dragging.
 */
export function Histogram({ label, counted = false, bars, ends, onPick }: HistogramProps) {
  const [at, setAt] = useState(0)
  const tallest = Math.max(1, ...bars.map(totalOf))
  const stop = Math.min(at, bars.length - 1)
  return (
    <div className={styles['histogram']}>
      {/* biome-ignore lint/a11y/useSemanticElements: a fieldset would be a group of fields, and these are bars */}
      <div
        className={styles['bars']}
        data-counted={counted || undefined}
        role="group"
        aria-label={label}
        onKeyDown={(event) => moveFocus(event, stop, bars.length, setAt)}
      >
        {bars.map((bar, index) => (
          <button
            key={bar.key}
            type="button"
            className={styles['bar']}
            aria-label={bar.name}
            title={bar.name}
            tabIndex={index === stop ? 0 : -1}
            onFocus={() => setAt(index)}
            onClick={() => onPick(index)}
          >
            {bar.marked?.map(({ from, until }) => (
              <span
                key={from}
                className={styles['mark']}
                style={{ left: `${100 * from}%`, width: `${100 * (until - from)}%` }}
              />
            ))}
            {bar.parts.map(({ tone, value }) => (
              <span
                key={tone}
                className={styles['part']}
                data-tone={tone}
                style={{ height: value === 0 ? 0 : `max(2px, ${(100 * value) / tallest}%)` }}
              />
            ))}
            {counted && totalOf(bar) > 0 && <span className={styles['count']}>{totalOf(bar)}</span>}
          </button>
        ))}
      </div>
      {bars.some(({ tick }) => tick !== undefined) && (
        <div className={styles['ticks']} aria-hidden>
          {bars.map(({ key, tick }) => (
            <span key={key}>{tick}</span>
          ))}
        </div>
      )}
      <div className={styles['ends']} aria-hidden>
        <span>{ends[0]}</span>
        <span>{label}</span>
        <span>{ends[1]}</span>
      </div>
    </div>
  )
}

function totalOf(bar: HistogramBar): number {
  return bar.parts.reduce((sum, { value }) => sum + value, 0)
}

function moveFocus(event: KeyboardEvent<HTMLDivElement>, at: number, count: number, setAt: (index: number) => void) {
  const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: count - 1 }[event.key]
  if (to === undefined || to < 0 || to >= count) return
  event.preventDefault()
  setAt(to)
  event.currentTarget.querySelectorAll('button')[to]?.focus()
}
