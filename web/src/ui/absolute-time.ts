/** Local time of an instant, always in the same order: `2026-11-24 14:02:11`. */
export function absoluteTime(at: number, precision: 'minute' | 'second' | 'millisecond' = 'second'): string {
  const date = new Date(at)
  const pad = (value: number, width = 2) => String(value).padStart(width, '0')
  const day = `${date.getFullYear()}-${pad(date.getMonth() + 1)}-${pad(date.getDate())}`
  const clock = `${pad(date.getHours())}:${pad(date.getMinutes())}`
  if (precision === 'minute') return `${day} ${clock}`
  const seconds = `${day} ${clock}:${pad(date.getSeconds())}`
  return precision === 'second' ? seconds : `${seconds}.${pad(date.getMilliseconds(), 3)}`
}

/** Short name of the zone that local times are in, such as `GMT+1` or `UTC`. */
export function zoneName(at: number): string {
  const parts = new Intl.DateTimeFormat('en', { timeZoneName: 'short' }).formatToParts(at)
  return parts.find((part) => part.type === 'timeZoneName')?.value ?? 'local time'
}
