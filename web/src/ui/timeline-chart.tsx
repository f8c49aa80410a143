import { type KeyboardEvent, useId } from 'react'
import { durationWords } from './duration.ts'
import styles from './timeline.module.css'
import {
  type TimelineBar,
  type TimelineItem,
  type TimelineLayout,
  type TimelineOverlap,
  ticksOf,
  tickWords,
} from './timeline-layout.ts'

export interface TimelineWords {
  label: string
  /** A full sentence about an item: the name of its bar. */
  sentence: (item: TimelineItem) => string
  /** What two do that overlap, where it is not that both are accepted. */
  both?: string
  /** Where a bar leads, such as the row of the table below. */
  href: (item: TimelineItem) => string
}

const barHeight = 22
const laneGap = 8
/** Of the strip under the last fifth of a validity. */
const zoneHeight = 4
const top = 22
const bottom = 24
/** Pixels that the label of an overlap takes. */
const labelRoom = 100

interface TimelineChartProps extends TimelineWords {
  layout: TimelineLayout
  width: number
  nowAt: number
}

/** The drawing: its bars are links, and the arrow keys go from one to the next. */
export function TimelineChart({ label, layout, width, nowAt, sentence, both, href }: TimelineChartProps) {
  const hatch = useId()
  const lanes = lanesHeight(layout.laneCount)
  const x = (share: number) => share * width
  const { step, at } = ticksOf(layout.from, layout.until, Math.max(3, Math.floor(width / 110)))
  return (
    // biome-ignore lint/a11y/useSemanticElements: a group of links drawn as SVG has no element of its own
    <svg
      className={styles['chart']}
      width={width}
      height={top + lanes + bottom}
      role="group"
      aria-label={label}
      onKeyDown={moveFocus}
    >
      <Hatch id={hatch} />
      {at.map((tick) => (
        <Tick
          key={tick}
          x={x((tick - layout.from) / (layout.until - layout.from))}
          lanes={lanes}
          word={tickWords(tick, step)}
        />
      ))}
      {layout.overlaps.map((overlap, index) => (
        <Overlap
          key={overlap.from}
          overlap={overlap}
          width={width}
          lanes={lanes}
          both={both}
          labelled={x((layout.overlaps[index + 1]?.start ?? 2) - overlap.start) > labelRoom}
        />
      ))}
      {layout.bars.map((bar) => (
        <Bar
          key={bar.item.id}
          bar={bar}
          top={top}
          width={width}
          hatch={hatch}
          name={sentence(bar.item)}
          href={href(bar.item)}
        />
      ))}
      <NowLine x={x(layout.now)} lanes={lanes} word={`now ${tickWords(nowAt, Math.min(step, 60_000))}`} />
      {layout.planned !== null && (
        <Diamond
          x={x(layout.planned.at)}
          y={laneTop(top, layout.planned.lane) + barHeight / 2}
          overdue={layout.planned.at < layout.now}
        />
      )}
    </svg>
  )
}

function Tick({ x, lanes, word }: { x: number; lanes: number; word: string }) {
  return (
    <g aria-hidden>
      <line x1={x} x2={x} y1={top} y2={top + lanes} className={styles['grid']} />
      <text x={x} y={top + lanes + bottom - 6} textAnchor="middle" className={styles['tick']}>
        {word}
      </text>
    </g>
  )
}

function Overlap(props: {
  overlap: TimelineOverlap
  width: number
  lanes: number
  both: string | undefined
  labelled: boolean
}) {
  const { start, end, from, until } = props.overlap
  const [left, right] = [start * props.width, end * props.width]
  return (
    <g aria-hidden>
      <rect x={left} y={top - 2} width={Math.max(2, right - left)} height={props.lanes} className={styles['overlap']} />
      {props.labelled && (
        <text x={(left + right) / 2} y={12} textAnchor="middle" className={styles['overlap-label']}>
          {props.both === undefined
            ? `${durationWords(until - from)} overlap`
            : `${props.both}, ${durationWords(until - from)}`}
        </text>
      )}
    </g>
  )
}

function NowLine({ x, lanes, word }: { x: number; lanes: number; word: string }) {
  return (
    <g aria-hidden>
      <line x1={x} x2={x} y1={top - 6} y2={top + lanes} className={styles['now']} />
      <text x={x} y={top + lanes + 6} textAnchor="middle" className={styles['now-label']}>
        {word}
      </text>
    </g>
  )
}

/** @param props.top where the first lane begins */
export function Bar(props: {
  bar: TimelineBar
  top: number
  width: number
  hatch: string
  name: string
  href: string
}) {
  const { bar, width } = props
  const y = laneTop(props.top, bar.lane)
  const start = bar.start * width
  const accepted = Math.max(3, bar.end * width - start)
  const whole = Math.max(accepted, bar.validEnd * width - start)
  return (
    <a href={props.href} aria-label={props.name} className={styles['bar']} data-kind={bar.kind}>
      <rect x={start} y={y} width={whole} height={barHeight} rx={4} className={styles['validity']} />
      <rect x={start} y={y} width={accepted} height={barHeight} rx={4} className={styles['fill']} />
      {bar.kind === 'revoked' && (
        <rect x={start} y={y} width={accepted} height={barHeight} rx={4} fill={`url(#${props.hatch})`} />
      )}
      {bar.zoneStart !== null && (
        <rect
          x={bar.zoneStart * width}
          y={y + barHeight - zoneHeight}
          width={Math.max(2, (bar.validEnd - bar.zoneStart) * width)}
          height={zoneHeight}
          className={styles['hatch']}
          data-zone
        />
      )}
      {accepted > 84 && (
        <text x={start + 8} y={y + 15} className={styles['bar-label']}>
          {bar.item.label}
        </text>
      )}
    </a>
  )
}

/** A planned rotation; one that is overdue is filled. */
export function Diamond({ x, y, overdue = false }: { x: number; y: number; overdue?: boolean }) {
  return <path d={`M${x} ${y - 8}l8 8-8 8-8-8z`} className={styles['planned']} data-overdue={overdue} aria-hidden />
}

export function Hatch({ id }: { id: string }) {
  return (
    <defs>
      <pattern id={id} width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
        <rect width="3" height="6" className={styles['hatch']} />
      </pattern>
    </defs>
  )
}

const laneTop = (first: number, lane: number) => first + lane * (barHeight + laneGap)

/** Height of as many lanes. */
export function lanesHeight(count: number): number {
  return count * (barHeight + laneGap)
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
