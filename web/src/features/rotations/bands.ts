import type { CalendarBand } from '@signet/shared/api/rotation-calendar'

interface Stretch {
  readonly from: number
  readonly until: number
}

/** What of a stretch of time blackouts and freezes take: as shares of it, those that touch made one, and in words. */
export function bandsWithin(bands: readonly CalendarBand[], { from, until }: Stretch) {
  const within = bands
    .filter((band) => band.from < until && band.until > from)
    .toSorted((one, other) => one.from - other.from)
  const shares: Stretch[] = []
  for (const band of within) {
    const start = (Math.max(band.from, from) - from) / (until - from)
    const end = (Math.min(band.until, until) - from) / (until - from)
    const last = shares.at(-1)
    if (last && start <= last.until) shares[shares.length - 1] = { from: last.from, until: Math.max(last.until, end) }
    else shares.push({ from: start, until: end })
  }
  const of = [...new Set(within.map(bandWords))].join(', ')
  return { shares, words: of === '' ? '' : `; ${of}` }
}

/** What holds rotations back, and whose. */
export function bandWords({ kind, policy }: CalendarBand): string {
  const what = kind === 'freeze' ? 'freeze' : 'blackout'
  return policy === null ? `${what} of all rotations` : `${what} of ${policy}`
}

/** Those that hold the identities back that a policy rules. */
export function bandsOf(bands: readonly CalendarBand[], policy: string): CalendarBand[] {
  return bands.filter((band) => band.policy === null || band.policy === policy)
}
