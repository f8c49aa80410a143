import { dayMs, hourMs, minuteMs } from '@signet/shared/vocabulary/time'

/** A duration for people, in its largest unit, rounded down: `3 d`, `5 h`, `12 min`. */
export function span(ms: number): string {
  if (ms >= dayMs) return `${Math.floor(ms / dayMs)} d`
  if (ms >= hourMs) return `${Math.floor(ms / hourMs)} h`
  return ms >= minuteMs ? `${Math.floor(ms / minuteMs)} min` : 'less than a minute'
}

/** What is still left, to the nearest unit: thirty days are that a moment later too. */
export function spanLeft(ms: number): string {
  const unit = ms >= dayMs ? dayMs : ms >= hourMs ? hourMs : minuteMs
  return span(Math.round(ms / unit) * unit)
}
