import { preferences } from './preferences.ts'

const formats = new Map<string, Intl.DateTimeFormat>()

/** Formats are slow to make and quick to use. */
function formatOf(zone: string, kind: 'parts' | 'name'): Intl.DateTimeFormat {
  const name = `${kind} ${zone}`
  const known = formats.get(name)
  if (known !== undefined) return known
  const timeZone = zone === 'browser' ? {} : { timeZone: zone }
  const made = new Intl.DateTimeFormat(
    'en-US',
    kind === 'name'
      ? { ...timeZone, timeZoneName: 'short' }
      : {
          ...timeZone,
          year: 'numeric',
          month: '2-digit',
          day: '2-digit',
          hour: '2-digit',
          minute: '2-digit',
          second: '2-digit',
          fractionalSecondDigits: 3,
          hourCycle: 'h23',
        },
  )
  formats.set(name, made)
  return made
}

/** Time of an instant in the zone that the person chose, always in the same order: `2026-11-24 14:02:11`. */
export function absoluteTime(at: number, precision: 'minute' | 'second' | 'millisecond' = 'second'): string {
  const parts = formatOf(preferences().zone, 'parts').formatToParts(at)
  const part = (type: Intl.DateTimeFormatPartTypes) => parts.find((each) => each.type === type)?.value ?? ''
  const minutes = `${part('year')}-${part('month')}-${part('day')} ${part('hour')}:${part('minute')}`
  if (precision === 'minute') return minutes
  const seconds = `${minutes}:${part('second')}`
  return precision === 'second' ? seconds : `${seconds}.${part('fractionalSecond')}`
}

/** Short name of the zone that times are shown in, such as `GMT+1` or `UTC`. */
export function zoneName(at: number): string {
  const parts = formatOf(preferences().zone, 'name').formatToParts(at)
  return parts.find((part) => part.type === 'timeZoneName')?.value ?? 'local time'
}
