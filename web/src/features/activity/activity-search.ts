import { z } from 'zod'
import type { TokenSearch } from './activity-queries.ts'

/** What the address of the tab says; instants are ISO 8601, UTC. */
export interface ActivitySearch {
  readonly result?: 'ok' | 'refused' | undefined
  readonly audience?: string | undefined
  readonly from?: string | undefined
  readonly to?: string | undefined
}

const instant = z.iso.datetime().optional().catch(undefined)

export const activitySearch = {
  result: z.enum(['ok', 'refused']).optional().catch(undefined),
  audience: z.string().trim().min(1).max(500).optional().catch(undefined),
  from: instant,
  to: instant,
}

/** What the server is asked; a stretch of time counts only with both of its ends, in order. */
export function questionOf({ result, audience, from, to }: ActivitySearch): TokenSearch {
  const [begin, end] = [Date.parse(from ?? ''), Date.parse(to ?? '')]
  return { result, audience, ...(begin < end && { from: begin, to: end }) }
}
