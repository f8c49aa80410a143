import { dayMs, hourMs } from '@signet/shared/vocabulary/time'
import { z } from 'zod'

/** The stretches of time that are one click away; each ends now. */
export const presets = {
  '1h': { words: 'Last hour', ms: hourMs },
  '24h': { words: 'Last 24 hours', ms: dayMs },
  '7d': { words: 'Last 7 days', ms: 7 * dayMs },
  '30d': { words: 'Last 30 days', ms: 30 * dayMs },
  all: { words: 'All time', ms: undefined },
} as const
export type Preset = keyof typeof presets

export const defaultPreset: Preset = '24h'

/** What the address says about time: a preset, or an own stretch of which an end may be open. Instants are ISO 8601, UTC. */
export interface RangeSearch {
  readonly range?: Preset | undefined
  readonly from?: string | undefined
  readonly to?: string | undefined
}

const openEnd = '..'
const instantText = z.iso.datetime().optional().catch(undefined)

export const rangeSearch = {
  range: z
    .enum(Object.keys(presets) as [Preset, ...Preset[]])
    .optional()
    .catch(undefined),
  from: instantText,
  to: instantText,
}

/** Epoch milliseconds; an end that is missing is open. */
export interface Range {
  readonly from?: number
  readonly to?: number
}

export function isOwn(search: RangeSearch): boolean {
  return search.from !== undefined || search.to !== undefined
}

export function presetOf(search: RangeSearch): Preset | undefined {
  return isOwn(search) ? undefined : (search.range ?? defaultPreset)
}

/** The stretch as it is at this moment. */
export function rangeOf(search: RangeSearch, nowMs: number): Range {
  const preset = presetOf(search)
  if (preset !== undefined) {
    const { ms } = presets[preset]
    return ms === undefined ? {} : { from: nowMs - ms }
  }
  return {
    ...(search.from !== undefined && { from: Date.parse(search.from) }),
    ...(search.to !== undefined && { to: Date.parse(search.to) }),
  }
}

export function ownRange(from: number, to: number): RangeSearch {
  return { range: undefined, from: new Date(from).toISOString(), to: new Date(to).toISOString() }
}

/** The stretch before (`-1`) or after (`1`) this one, of the same length; undefined when it has no length to go by. */
export function shifted(search: RangeSearch, direction: -1 | 1, nowMs: number): RangeSearch | undefined {
  const { from, to = nowMs } = rangeOf(search, nowMs)
  if (from === undefined || to <= from) return undefined
  const length = to - from
  return ownRange(from + direction * length, to + direction * length)
}

/** The range in one text, as a saved view keeps it: a preset, or an ISO 8601 interval with `..` for an open end. */
export function timeOf(search: RangeSearch): string {
  return presetOf(search) ?? `${search.from ?? openEnd}/${search.to ?? openEnd}`
}

/** What `timeOf` made of it; anything else is the usual range. */
export function rangeIn(time: string): Required<RangeSearch> {
  const [from, to] = time.split('/').map((end) => instantText.parse(end))
  return { range: rangeSearch.range.parse(time), from, to }
}
