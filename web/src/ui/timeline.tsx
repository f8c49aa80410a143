import { type KeyboardEvent, useId } from 'react'
import { durationWords } from './duration.ts'
import { useNow } from './now.ts'
import styles from './timeline.module.css'
import {
  layOutTimeline,
  type TimelineBar,
  type TimelineItem,
  type TimelineLayout,
  ticksOf,
  tickWords,
} from './timeline-layout.ts'
import { useWidth } from './use-width.ts'

interface TimelineProps {
  label: string
  items: readonly TimelineItem[]
  /** When the next one is planned to take over. */
  plannedAt: number | null
  /** A full sentence about an item: the name of its bar, and what narrow screens show instead. */
  sentence: (item: TimelineItem) => string
  /** Where a bar leads, such as the row of the table below. */
  href: (item: TimelineItem) => string
}

const narrow = 480
const barHeight = 22
const laneGap = 8
const top = 22
const bottom = 24

/** Validities over time: see `timeline-legend` for what the fills mean. */
export function Timeline(props: TimelineProps) {
  const [ref, width] = useWidth<HTMLDivElement>()
  const now = useNow('second')
  const layout = layOutTimeline(props.items, now, props.plannedAt)
  return (
    <div ref={ref} className={styles['timeline']}>
      {width > 0 && width < narrow && <Sentences {...props} />}
      {width >= narrow && (
        <>
          <Chart {...props} layout={layout} width={width} nowAt={now} />
          <Legend planned={props.plannedAt !== null} overlaps={layout.overlaps.length > 0} />
        </>
      )}
    </div>
  )
}

function Sentences({ label, items, sentence, href }: TimelineProps) {
  return (
    <ul className={styles['sentences']} aria-label={label}>
      {items.map((item) => (
        <li key={item.id}>
          <a href={href(item)}>{sentence(item)}</a>
        </li>
      ))}
    </ul>
  )
}

type ChartProps = TimelineProps & { layout: TimelineLayout; width: number; nowAt: number }

function Chart({ label, layout, width, nowAt, sentence, href }: ChartProps) {
  const hatch = useId()
  const lanes = layout.laneCount * (barHeight + laneGap)
  const height = top + lanes + bottom
  const x = (share: number) => share * width
  const { step, at } = ticksOf(layout.from, layout.until, Math.max(3, Math.floor(width / 110)))
  const scale = (instant: number) => x((instant - layout.from) / (layout.until - layout.from))
  return (
    // biome-ignore lint/a11y/useSemanticElements: a group of links drawn as SVG has no element of its own
    <svg
      className={styles['chart']}
      width={width}
      height={height}
      role="group"
      aria-label={label}
      onKeyDown={moveFocus}
    >
      <defs>
        <pattern id={hatch} width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
          <rect width="3" height="6" className={styles['hatch']} />
        </pattern>
      </defs>
      {at.map((tick) => (
        <g key={tick} aria-hidden>
          <line x1={scale(tick)} x2={scale(tick)} y1={top} y2={top + lanes} className={styles['grid']} />
          <text x={scale(tick)} y={height - 6} textAnchor="middle" className={styles['tick']}>
            {tickWords(tick, step)}
          </text>
        </g>
      ))}
      {layout.overlaps.map((overlap) => (
        <g key={overlap.from} aria-hidden>
          <rect
            x={x(overlap.start)}
            y={top - 2}
            width={Math.max(2, x(overlap.end - overlap.start))}
            height={lanes}
            className={styles['overlap']}
          />
          {x(overlap.end - overlap.start) > 12 && (
            <text
              x={x((overlap.start + overlap.end) / 2)}
              y={12}
              textAnchor="middle"
              className={styles['overlap-label']}
            >
              {durationWords(overlap.until - overlap.from)} overlap
            </text>
          )}
        </g>
      ))}
      {layout.bars.map((bar) => (
        <Bar key={bar.item.id} bar={bar} width={width} hatch={hatch} name={sentence(bar.item)} href={href(bar.item)} />
      ))}
      <g aria-hidden>
        <line x1={x(layout.now)} x2={x(layout.now)} y1={top - 6} y2={top + lanes} className={styles['now']} />
        <text x={x(layout.now)} y={top + lanes + 6} textAnchor="middle" className={styles['now-label']}>
          now {tickWords(nowAt, Math.min(step, 60_000))}
        </text>
      </g>
      {layout.planned !== null && <Diamond x={x(layout.planned)} y={top + barHeight / 2} />}
    </svg>
  )
}

function Bar(props: { bar: TimelineBar; width: number; hatch: string; name: string; href: string }) {
  const { bar, width } = props
  const y = top + bar.lane * (barHeight + laneGap)
  const start = bar.start * width
  const accepted = Math.max(3, bar.end * width - start)
  const whole = Math.max(accepted, bar.validEnd * width - start)
  return (
    <a href={props.href} aria-label={props.name} className={styles['bar']} data-kind={bar.item.kind}>
      <rect x={start} y={y} width={whole} height={barHeight} rx={4} className={styles['validity']} />
      <rect x={start} y={y} width={accepted} height={barHeight} rx={4} className={styles['fill']} />
      {bar.item.kind === 'revoked' && (
        <rect x={start} y={y} width={accepted} height={barHeight} rx={4} fill={`url(#${props.hatch})`} />
      )}
      {accepted > 84 && (
        <text x={start + 8} y={y + 15} className={styles['bar-label']}>
          {bar.item.label}
        </text>
      )}
    </a>
  )
}

function Diamond({ x, y }: { x: number; y: number }) {
  return <path d={`M${x} ${y - 8}l8 8-8 8-8-8z`} className={styles['planned']} aria-hidden />
}

/** Left and right go from bar to bar; Tab works as everywhere. */
function moveFocus(event: KeyboardEvent<SVGSVGElement>) {
  const step = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0
  if (step === 0) return
  const bars = [...event.currentTarget.querySelectorAll<SVGAElement>('a')]
  const focused = document.activeElement
  const next = focused instanceof SVGAElement ? bars[bars.indexOf(focused) + step] : undefined
  if (next === undefined) return
  event.preventDefault()
  next.focus()
}

function Legend({ planned, overlaps }: { planned: boolean; overlaps: boolean }) {
  return (
    <ul className={styles['legend']} aria-label="Legend">
      {(['active', 'prepared or retiring', 'retired', 'revoked'] as const).map((word) => (
        <li key={word}>
          <span className={styles['swatch']} data-kind={word.split(' ')[0]} aria-hidden />
          {word}
        </li>
      ))}
      {overlaps && (
        <li>
          <span className={styles['swatch']} data-kind="overlap" aria-hidden />
          both accepted
        </li>
      )}
      {planned && (
        <li>
          <svg width="14" height="14" viewBox="0 0 18 18" aria-hidden>
            <Diamond x={9} y={9} />
          </svg>
          planned rotation
        </li>
      )}
    </ul>
  )
}
