import { preferences } from './preferences.ts'

const options = {
  parts: {
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    fractionalSecondDigits: 3,
    hourCycle: 'h23',
  },
  day: { month: 'short', day: 'numeric' },
  name: { timeZoneName: 'short' },
} as const satisfies Record<string, Intl.DateTimeFormatOptions>
const formats = new Map<string, Intl.DateTimeFormat>()

/** Formats are slow to make and quick to use. */
function formatOf(zone: string, kind: keyof typeof options): Intl.DateTimeFormat {
  const name = `${kind} ${zone}`
  const known = formats.get(name)
  if (known !== undefined) return known
  const timeZone = zone === 'browser' ? {} : { timeZone: zone }
  const made = new Intl.DateTimeFormat('en-US', { ...timeZone, ...options[kind] })
  formats.set(name, made)
  return made
}

/** Time of an instant in the zone that the person chose, always in the same order: `2026-11-24 14:02:11`. */
export function absoluteTime(at: number, precision: 'minute' | 'second' | 'millisecond' = 'second'): string {
  const parts = formatOf(preferences().zone, 'parts').formatToParts(at)
  const part = (type: Intl.DateTimeFormatPartTypes) => parts.find((each) => each.type === type)?.value ?? ''
  const minutes = `${part('year').padStart(4, '0')}-${part('month')}-${part('day')} ${part('hour')}:${part('minute')}`
  if (precision === 'minute') return minutes
  const seconds = `${minutes}:${part('second')}`
  return precision === 'second' ? seconds : `${seconds}.${part('fractionalSecond')}`
}

/** The day of an instant without its year, in the zone that the person chose: `Nov 24`. */
export function dayWords(at: number): string {
  return formatOf(preferences().zone, 'day').format(at)
}

/** How far the clock of the chosen zone is ahead of UTC at an instant, in milliseconds. */
export function zoneShiftMs(at: number): number {
  return Date.parse(`${absoluteTime(at).replace(' ', 'T')}Z`) - Math.floor(at / 1_000) * 1_000
}

/** The last second whose year has four digits in UTC, as instants are written. */
const lastMs = Date.UTC(9999, 11, 31, 23, 59, 59)

/** The instant at which a clock of the chosen zone shows a date and time such as `2026-11-24T14:02:11`, if there is one. */
export function instantOf(shown: string): number | undefined {
  const asUtc = Date.parse(`${shown}Z`)
  if (Number.isNaN(asUtc)) return undefined
  // Where the clocks change in between, the first guess is on the other side of the change.
  const at = asUtc - zoneShiftMs(asUtc - zoneShiftMs(asUtc))
  return Number.isNaN(at) || at > lastMs ? undefined : at
}

/** Short name of the zone that times are shown in, such as `GMT+1` or `UTC`. */
export function zoneName(at: number): string {
  const parts = formatOf(preferences().zone, 'name').formatToParts(at)
  return parts.find((part) => part.type === 'timeZoneName')?.value ?? 'local time'
}
