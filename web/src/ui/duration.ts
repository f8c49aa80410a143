const second = 1_000
const minute = 60 * second
const hour = 60 * minute
const day = 24 * hour

/** A span in one or two units, rounded: `41 s`, `5 min`, `3 h 20 min`, `72 d`. Days stand alone from ten on. */
export function durationWords(ms: number): string {
  const exact = Math.abs(ms)
  const resolution = resolutionOf(exact)
  const span = Math.round(exact / resolution) * resolution
  if (span < second) return `${span} ms`
  if (span < minute) return `${Number((span / second).toFixed(1))} s`
  if (span < hour) return pair(span, minute, 'min', second, 's', 5)
  if (span < day) return pair(span, hour, 'h', minute, 'min', 24)
  return pair(span, day, 'd', hour, 'h', 10)
}

const units = [
  [day, 'd'],
  [hour, 'h'],
  [minute, 'min'],
  [second, 's'],
  [1, 'ms'],
] as const

/** A span to the letter, in as many units as it has: `90 d`, `1 d 30 min`. Nothing is rounded, so two that differ read so. */
export function exactDurationWords(ms: number): string {
  let rest = Math.abs(ms)
  const parts: string[] = []
  for (const [unit, name] of units) {
    const count = unit === 1 ? rest : Math.floor(rest / unit)
    if (count > 0) parts.push(`${count} ${name}`)
    rest -= count * unit
  }
  if (parts.length === 0) return '0 s'
  return `${ms < 0 ? '−' : ''}${parts.join(' ')}`
}

/** The smallest unit worth saying; rounding to it first keeps `23 h 60 min` from appearing. */
function resolutionOf(span: number): number {
  if (span < second) return 1
  if (span < 10 * second) return second / 10
  if (span < hour) return second
  return span < day ? minute : hour
}

/** How far an instant lies from now: `just now`, `5 min ago`, `in 27 d`. */
export function relativeWords(at: number, now: number): string {
  const distance = at - now
  if (Math.abs(distance) < 2 * second) return 'just now'
  const span = coarse(Math.abs(distance))
  return distance < 0 ? `${span} ago` : `in ${span}`
}

function coarse(span: number): string {
  if (span < minute) return `${Math.floor(span / second)} s`
  if (span < hour) return `${Math.floor(span / minute)} min`
  if (span < 2 * day) return `${Math.floor(span / hour)} h`
  return `${Math.round(span / day)} d`
}

/** The small unit is left out when it is zero, or when the big one reaches `alone`. */
function pair(span: number, big: number, bigName: string, small: number, smallName: string, alone: number): string {
  const bigs = Math.floor(span / big)
  const smalls = Math.floor((span % big) / small)
  return smalls === 0 || bigs >= alone ? `${bigs} ${bigName}` : `${bigs} ${bigName} ${smalls} ${smallName}`
}
