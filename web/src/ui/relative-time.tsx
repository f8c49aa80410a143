import { useState } from 'react'
import { createPortal } from 'react-dom'
import { absoluteTime, zoneName } from './absolute-time.ts'
import { classNames } from './class-names.ts'
import { relativeWords } from './duration.ts'
import { paceFor, useNow } from './now.ts'
import { usePreferences } from './preferences.ts'
import styles from './relative-time.module.css'

interface TimeProps {
  at: number
  words: string
  /** What hover and focus add. */
  more: string
  className?: string | undefined
}

/**
 * One time in two forms: the second one on hover and on focus. Own code rather than the tooltip, because a list has
 * hundreds of them; and inside of a table it is no tab stop, since there a row is one.
 */
function Time({ at, words, more, className }: TimeProps) {
  const [place, setPlace] = useState<Place | null>(null)
  const show = (event: { currentTarget: Element }) => setPlace(placeAbove(event.currentTarget))
  const hide = () => setPlace(null)
  return (
    <time
      ref={leaveTablesTheirTabStops}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: the exact time must be reachable without a pointer
      tabIndex={0}
      className={classNames('nowrap', className)}
      dateTime={iso(at)}
      aria-description={more}
      onPointerEnter={show}
      onPointerLeave={hide}
      onFocus={show}
      onBlur={hide}
      onKeyDown={(event) => {
        if (event.key !== 'Escape' || place === null) return
        event.stopPropagation()
        hide()
      }}
    >
      {words}
      {place !== null &&
        createPortal(
          <span className={styles['more']} style={place} aria-hidden>
            {more}
          </span>,
          document.body,
        )}
    </time>
  )
}

interface Place {
  readonly left: number
  readonly bottom: number
}

const roomForText = 240

function placeAbove(element: Element): Place {
  const { left, top } = element.getBoundingClientRect()
  return { left: Math.max(8, Math.min(left, window.innerWidth - roomForText)), bottom: window.innerHeight - top + 4 }
}

function leaveTablesTheirTabStops(element: HTMLElement | null): void {
  if (element?.closest('[role="row"], tr')) element.tabIndex = -1
}

/**
 * An instant as distance from now, or exact where the person prefers that; the other form on hover and focus.
 *
 * @param props.besideExact the exact time stands beside it already, whatever the person prefers
 */
export function RelativeTime({ at, besideExact = false }: { at: number; besideExact?: boolean }) {
  const now = useNow(paceFor(at))
  const { times } = usePreferences()
  const relative = relativeWords(at, now)
  const exact = `${absoluteTime(at)} ${zoneName(at)}`
  return times === 'relative' || besideExact ? (
    <Time at={at} words={relative} more={exact} />
  ) : (
    <Time at={at} words={absoluteTime(at)} more={`${relative} · ${zoneName(at)}`} />
  )
}

/** An instant as exact time, with the distance from now beside it when asked for. */
export function ExactTime(props: { at: number; precision?: 'minute' | 'second' | 'millisecond'; relative?: boolean }) {
  const now = useNow(paceFor(props.at))
  usePreferences()
  return (
    <time dateTime={iso(props.at)} title={zoneName(props.at)}>
      <span className="nowrap">
        {absoluteTime(props.at, props.precision)}
        {props.relative === true && <span className="muted"> ·</span>}
      </span>
      {props.relative === true && (
        <>
          {' '}
          <span className="muted nowrap">{relativeWords(props.at, now)}</span>
        </>
      )}
    </time>
  )
}

/** When something is due; said in other words and colour once that has passed. */
export function DueTime({ at }: { at: number }) {
  const now = useNow(paceFor(at))
  usePreferences()
  if (at > now) return <RelativeTime at={at} />
  const exact = `${absoluteTime(at)} ${zoneName(at)}`
  return <Time at={at} className="warn" words={`due ${relativeWords(at, now)}`} more={exact} />
}

function iso(at: number): string {
  return new Date(at).toISOString()
}
