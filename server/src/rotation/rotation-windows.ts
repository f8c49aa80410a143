import type { RotationWindow } from '@signet/shared/api/rotation-policies'
import { dayMs, minuteMs } from '@signet/shared/vocabulary/time'
import { Cron } from 'croner'
import { SignetError } from '../platform/signet-error.ts'

/** A stretch of time in epoch milliseconds: `from` belongs to it, `until` does not. */
export interface Span {
  readonly from: number
  readonly until: number
}

/** How far ahead open times are looked for: no credential lives longer. */
const horizonMs = 400 * dayMs
const stepMs = 32 * dayMs
const mostPerDay = 48

export interface Openings {
  readonly windows: readonly RotationWindow[]
  readonly blackouts: readonly RotationWindow[]
  /** Nothing is open before this; null without a freeze. */
  readonly frozenUntil: number | null
}

/**
 * When scheduled rotations are allowed, from a moment on: within a window, where there are any, and within no blackout.
 * Looked up by whole months as they are asked for, and kept.
 */
export class OpenTimes {
  readonly from: number
  readonly #openings: Openings
  readonly #spans: Span[] = []
  #scanned: number

  constructor(openings: Openings, from: number) {
    this.from = from
    this.#openings = openings
    this.#scanned = from
  }

  /** Whether every time is open. */
  get isAlways(): boolean {
    const { windows, blackouts, frozenUntil } = this.#openings
    return windows.length === 0 && blackouts.length === 0 && (frozenUntil === null || frozenUntil <= this.from)
  }

  /** The open stretch that `at` lies in, or the first after it; undefined when none comes within 400 days. */
  next(at: number): Span | undefined {
    if (this.isAlways) return { from: 0, until: Number.MAX_SAFE_INTEGER }
    for (;;) {
      const span = this.#firstEndingAfter(at)
      // One that reaches the end of what was looked at may go on beyond it.
      if ((span && span.until < this.#scanned) || this.#scanned >= this.from + horizonMs) return span
      this.#extend()
    }
  }

  isOpen(at: number): boolean {
    const span = this.next(at)
    return span !== undefined && span.from <= at
  }

  #extend(): void {
    const part = { from: this.#scanned, until: Math.min(this.#scanned + stepMs, this.from + horizonMs) }
    for (const span of openWithin(this.#openings, part)) {
      const last = this.#spans.at(-1)
      if (last?.until === span.from) this.#spans[this.#spans.length - 1] = { from: last.from, until: span.until }
      else this.#spans.push(span)
    }
    this.#scanned = part.until
  }

  #firstEndingAfter(at: number): Span | undefined {
    let [low, high] = [0, this.#spans.length]
    while (low < high) {
      const middle = (low + high) >> 1
      if ((this.#spans[middle]?.until ?? 0) > at) high = middle
      else low = middle + 1
    }
    return this.#spans[low]
  }
}

function openWithin({ windows, blackouts, frozenUntil }: Openings, part: Span): Span[] {
  const allowed = windows.length === 0 ? [part] : spansWithin(windows, part)
  const closed = spansWithin(blackouts, part)
  if (frozenUntil !== null && frozenUntil > part.from) closed.push({ from: part.from, until: frozenUntil })
  return without(allowed, merged(closed))
}

/** The stretches of any of the windows within another one, in order, those that touch made one. */
export function spansWithin(windows: readonly RotationWindow[], part: Span): Span[] {
  return merged(
    windows.flatMap((window) => {
      const lengthMs = window.minutes * minuteMs
      const spans: Span[] = []
      const cron = scheduleOf(window)
      let start = cron.nextRun(new Date(part.from - lengthMs))
      while (start && start.getTime() < part.until) {
        const from = Math.max(start.getTime(), part.from)
        const until = Math.min(start.getTime() + lengthMs, part.until)
        if (from < until) spans.push({ from, until })
        start = cron.nextRun(start)
      }
      return spans
    }),
  )
}

function merged(spans: readonly Span[]): Span[] {
  const result: Span[] = []
  for (const span of spans.toSorted((one, other) => one.from - other.from)) {
    const last = result.at(-1)
    if (last && span.from <= last.until) {
      result[result.length - 1] = { from: last.from, until: Math.max(last.until, span.until) }
    } else result.push(span)
  }
  return result
}

/** What of `allowed` is in none of `closed`; both in order and without overlaps. */
function without(allowed: readonly Span[], closed: readonly Span[]): Span[] {
  return allowed.flatMap((span) => {
    const open: Span[] = []
    let from = span.from
    for (const shut of closed) {
      if (shut.until <= from || shut.from >= span.until) continue
      if (shut.from > from) open.push({ from, until: shut.from })
      from = Math.max(from, shut.until)
    }
    if (from < span.until) open.push({ from, until: span.until })
    return open
  })
}

function scheduleOf({ cron, zone }: RotationWindow): Cron {
  return new Cron(cron, { timezone: zone })
}

/**
 * Refuses windows that cannot be read or never open, and a policy under which nothing ever would.
 *
 * @throws SignetError `invalid_request`, which says which one and why
 */
export function requireWindows(openings: Omit<Openings, 'frozenUntil'>, now: number): void {
  for (const [index, window] of openings.windows.entries()) requireWindow(`Window ${index + 1}`, window, now)
  for (const [index, window] of openings.blackouts.entries()) requireWindow(`Blackout ${index + 1}`, window, now)
  if (new OpenTimes({ ...openings, frozenUntil: null }, now).next(now)) return
  throw new SignetError('invalid_request', 'The blackouts leave no time open within the next 400 days.', {
    fix: 'Shorten a blackout, or add a window outside of them.',
  })
}

function requireWindow(name: string, window: RotationWindow, now: number): void {
  if (!isZone(window.zone)) {
    throw new SignetError('invalid_request', `${name}: there is no time zone called "${window.zone}".`, {
      fix: 'Give its IANA name, such as Europe/Berlin or UTC.',
    })
  }
  let runs: Date[]
  try {
    runs = scheduleOf(window).nextRuns(mostPerDay + 1, new Date(now - window.minutes * minuteMs))
  } catch (cause) {
    throw new SignetError('invalid_request', `${name}: "${window.cron}" is not a cron expression.`, {
      cause,
      fix: 'Give five fields: minute, hour, day of the month, month, day of the week; such as 0 22 * * 5.',
    })
  }
  const [first, last] = [runs[0], runs[mostPerDay]]
  if (first === undefined) throw new SignetError('invalid_request', `${name}: "${window.cron}" never comes.`)
  if (last !== undefined && last.getTime() - first.getTime() < dayMs) {
    throw new SignetError('invalid_request', `${name}: "${window.cron}" comes more than ${mostPerDay} times a day.`, {
      fix: 'Let it come less often, and last longer.',
    })
  }
}

function isZone(zone: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone })
    return !/^[+-]/.test(zone)
  } catch {
    return false
  }
}
