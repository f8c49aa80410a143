import { type KeyboardEvent, type ReactNode, useId } from 'react'
import { durationWords } from './duration.ts'
import styles from './lane-timeline.module.css'
import { useNow } from './now.ts'
import { usePreferences } from './preferences.ts'
import { Bar, Diamond, Hatch, lanesHeight } from './timeline-chart.tsx'
import { type Axis, layOutTimeline, type TimelineItem, ticksOf, tickWords } from './timeline-layout.ts'
import { TimelineLine } from './timeline-line.tsx'
import { useWidth } from './use-width.ts'

/** One subject over time. */
export interface Lane {
  readonly id: string
  /** Its name in plain words. */
  readonly words: string
  /** What stands before the lane. */
  readonly name: ReactNode
  /** In words, where the lane has anything to say: "rotates in 27 d". */
  readonly note: ReactNode
  readonly items: readonly TimelineItem[]
  readonly plannedAt: number | null
  readonly isOverdue: boolean
  /** Stretches in which nothing that is planned begins, each with what it is. */
  readonly bands: readonly { readonly from: number; readonly until: number; readonly words: string }[]
}

/** How much happens in a stretch of time, drawn below the lanes. */
export interface Load {
  readonly from: number
  readonly until: number
  readonly value: number
  /** Has not happened yet. */
  readonly planned: boolean
  readonly words: string
}

interface LaneTimelineProps {
  label: string
  lanes: readonly Lane[]
  axis: Axis
  load: readonly Load[]
  /** A sentence about an item, which does not name its lane: in the name of its bar. */
  sentence: (lane: Lane, item: TimelineItem) => string
  href: (lane: Lane, item: TimelineItem) => string
}

const narrow = 480
const edge = 4
/** Pixels between two words above the lanes. */
const tickRoom = 60

/** Many subjects over one time. Left and right go from bar to bar, up and down from lane to lane. */
export function LaneTimeline(props: LaneTimelineProps) {
  const [ref, width] = useWidth<HTMLDivElement>()
  const now = useNow('slow')
  usePreferences()
  return (
    <div ref={ref} className={styles['timeline']}>
      {width > 0 && width < narrow && <Lines {...props} />}
      {width >= narrow && <Drawing {...props} width={width - nameWidth(width)} now={now} />}
    </div>
  )
}

/** Kept in step with the style sheet, which gives the names the same room. */
function nameWidth(width: number): number {
  return Math.min(200, Math.round(width * 0.26))
}

function Drawing({ width, now, ...props }: LaneTimelineProps & { width: number; now: number }) {
  const hatch = useId()
  const { axis } = props
  const share = (at: number) => (at - axis.from) / (axis.until - axis.from)
  const nowX = now > axis.from && now < axis.until ? share(now) * width : undefined
  const { step, at } = ticksOf(axis.from, axis.until, Math.max(3, Math.floor(width / 110)))
  const ticks = at.map((tick) => ({ x: share(tick) * width, words: tickWords(tick, step), tick }))
  return (
    <>
      <div className={styles['axis']} aria-hidden>
        <svg width={width} height={20} className={styles['svg']} aria-hidden>
          {ticks
            .filter(({ x }) => nowX === undefined || Math.abs(x - nowX) > tickRoom)
            .map(({ x, words, tick }) => (
              <text key={tick} x={x} y={14} textAnchor="middle" className={styles['tick']}>
                {words}
              </text>
            ))}
          {nowX !== undefined && (
            <text x={nowX} y={14} textAnchor="middle" className={styles['now-word']}>
              {`now ${tickWords(now, 60_000)}`}
            </text>
          )}
        </svg>
      </div>
      <ul className={styles['lanes']} aria-label={props.label} onKeyDown={moveFocus}>
        {props.lanes.map((lane) => (
          <li key={lane.id} className={styles['lane']}>
            <div className={styles['name']}>
              {lane.name}
              <span className={styles['note']} data-overdue={lane.isOverdue}>
                {lane.note}
              </span>
            </div>
            <LaneDrawing {...props} {...{ lane, width, now, nowX, hatch, share, ticks }} />
          </li>
        ))}
      </ul>
      <LoadStrip
        load={props.load.filter(({ from, until }) => until > axis.from && from < axis.until)}
        width={width}
        share={share}
      />
    </>
  )
}

interface LaneDrawingProps extends LaneTimelineProps {
  lane: Lane
  width: number
  now: number
  nowX: number | undefined
  hatch: string
  share: (at: number) => number
  ticks: readonly { x: number; tick: number }[]
}

function LaneDrawing(props: LaneDrawingProps) {
  const { lane, width, nowX } = props
  const layout = layOutTimeline(lane.items, props.now, lane.plannedAt, props.axis)
  const height = lanesHeight(layout.laneCount) + edge
  const { planned } = layout
  const showsPlanned = planned !== null && planned.at > 0 && planned.at < 1
  return (
    // biome-ignore lint/a11y/useSemanticElements: a group of links drawn as SVG has no element of its own
    <svg
      width={width}
      height={height}
      className={styles['svg']}
      role="group"
      aria-label={`Certificates of ${lane.words}`}
      data-lane
    >
      <Hatch id={props.hatch} />
      {props.ticks.map(({ x, tick }) => (
        <line key={tick} x1={x} x2={x} y1={0} y2={height} className={styles['grid']} />
      ))}
      {lane.bands
        .filter(({ from, until }) => from < props.axis.until && until > props.axis.from)
        .map(({ from, until, words }) => {
          const [left, right] = [Math.max(0, props.share(from)) * width, Math.min(1, props.share(until)) * width]
          return (
            <rect
              key={`${words} ${from}`}
              x={left}
              y={0}
              width={Math.max(1, right - left)}
              height={height}
              className={styles['band']}
            >
              <title>{words}</title>
            </rect>
          )
        })}
      {layout.overlaps.map(({ from, until, start, end }) => (
        <rect
          key={from}
          x={start * width}
          y={0}
          width={Math.max(2, (end - start) * width)}
          height={height}
          className={styles['overlap']}
        >
          <title>{`${durationWords(until - from)} overlap`}</title>
        </rect>
      ))}
      {layout.bars.map((bar) => (
        <Bar
          key={bar.item.id}
          bar={bar}
          top={edge}
          width={width}
          hatch={props.hatch}
          name={`${lane.words}: ${props.sentence(lane, bar.item)}`}
          href={props.href(lane, bar.item)}
        />
      ))}
      {nowX !== undefined && <line x1={nowX} x2={nowX} y1={0} y2={height} className={styles['now']} />}
      {showsPlanned && (
        <Diamond x={planned.at * width} y={edge + lanesHeight(planned.lane) + 11} overdue={lane.isOverdue} />
      )}
    </svg>
  )
}

const loadHeight = 36

function LoadStrip(props: { load: readonly Load[]; width: number; share: (at: number) => number }) {
  if (props.load.length === 0) return null
  const tallest = Math.max(1, ...props.load.map((each) => each.value))
  return (
    <div className={styles['load']}>
      <span className={styles['load-name']}>Rotations a day</span>
      <svg
        width={props.width}
        height={loadHeight}
        className={styles['svg']}
        role="img"
        aria-label={loadWords(props.load)}
      >
        {props.load.map((each) => {
          const x = Math.max(0, props.share(each.from)) * props.width
          const height = Math.max(2, (each.value / tallest) * loadHeight)
          const width = Math.max(2, Math.min(1, props.share(each.until)) * props.width - x - 1)
          return (
            <rect
              key={each.from}
              x={x}
              y={loadHeight - height}
              width={width}
              height={height}
              className={styles['load-bar']}
              data-planned={each.planned}
            >
              <title>{each.words}</title>
            </rect>
          )
        })}
      </svg>
    </div>
  )
}

function loadWords(load: readonly Load[]): string {
  const busiest = load.reduce((most, each) => (each.value > most.value ? each : most))
  return `Rotations a day; the most is ${busiest.words}`
}

function Lines({ label, lanes, href }: LaneTimelineProps) {
  return (
    <ul className={styles['lines']} aria-label={label}>
      {lanes.map((lane) => (
        <li key={lane.id}>
          <strong>{lane.name}</strong>{' '}
          <span className={styles['note']} data-overdue={lane.isOverdue}>
            {lane.note}
          </span>
          <ul>
            {lane.items.map((item) => (
              <li key={item.id}>
                <TimelineLine item={item} href={href(lane, item)} of={lane.words} />
              </li>
            ))}
          </ul>
        </li>
      ))}
    </ul>
  )
}

function moveFocus(event: KeyboardEvent<HTMLUListElement>) {
  const lanes = [...event.currentTarget.querySelectorAll('svg[data-lane]')].map((svg) => [
    ...svg.querySelectorAll<SVGAElement>('a'),
  ])
  const focused = document.activeElement
  if (!(focused instanceof SVGAElement)) return
  const row = lanes.findIndex((bars) => bars.some((bar) => bar === focused))
  if (row === -1) return
  const column = lanes[row]?.indexOf(focused) ?? 0
  const next = nextBar(lanes, row, column, event.key)
  if (next === undefined) return
  event.preventDefault()
  next.focus()
}

/** Up and down skip lanes without bars and stay as near to the column as the lane allows. */
function nextBar(lanes: SVGAElement[][], row: number, column: number, key: string): SVGAElement | undefined {
  if (key === 'ArrowRight') return lanes[row]?.[column + 1]
  if (key === 'ArrowLeft') return lanes[row]?.[column - 1]
  const others = key === 'ArrowDown' ? lanes.slice(row + 1) : key === 'ArrowUp' ? lanes.slice(0, row).reverse() : []
  const lane = others.find((bars) => bars.length > 0)
  return lane?.[Math.min(column, lane.length - 1)]
}
