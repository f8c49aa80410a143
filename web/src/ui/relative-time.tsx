import { absoluteTime, zoneName } from './absolute-time.ts'
import { relativeWords } from './duration.ts'
import { paceFor, useNow } from './now.ts'

/** An instant as distance from now; the exact local time is its title. */
export function RelativeTime({ at }: { at: number }) {
  const now = useNow(paceFor(at))
  return (
    <time className="nowrap" dateTime={new Date(at).toISOString()} title={`${absoluteTime(at)} ${zoneName(at)}`}>
      {relativeWords(at, now)}
    </time>
  )
}

/** An instant as exact local time, with the distance from now beside it when asked for. */
export function ExactTime(props: { at: number; precision?: 'minute' | 'second' | 'millisecond'; relative?: boolean }) {
  const now = useNow(paceFor(props.at))
  return (
    <time dateTime={new Date(props.at).toISOString()} title={zoneName(props.at)}>
      <span className="nowrap">{absoluteTime(props.at, props.precision)}</span>
      {props.relative === true && (
        <>
          {' '}
          <span className="muted nowrap">· {relativeWords(props.at, now)}</span>
        </>
      )}
    </time>
  )
}

/** When something is due; said in other words and colour once that has passed. */
export function DueTime({ at }: { at: number }) {
  const now = useNow(paceFor(at))
  if (at > now) return <RelativeTime at={at} />
  return (
    <time className="nowrap warn" dateTime={new Date(at).toISOString()} title={`${absoluteTime(at)} ${zoneName(at)}`}>
      due {relativeWords(at, now)}
    </time>
  )
}
