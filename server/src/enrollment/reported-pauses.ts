import { ObjectId } from '@signet/shared/vocabulary/identifiers'
import type { ReportRequest } from '@signet/shared/wire/agent-protocol'
import { z } from 'zod'

/** A paused principal of which an agent says that it has dropped its tokens and refuses it; `at` is when it said so first. */
const ReportedPause = z.object({ objectId: ObjectId, version: z.int(), at: z.int() })
export type ReportedPause = z.infer<typeof ReportedPause>

const Stored = z.array(ReportedPause)

/** Dates what an agent reports. What it has reported before keeps its time; what it reports no longer is gone. */
export function mergePauses(
  before: readonly ReportedPause[],
  reported: ReportRequest['paused'],
  now: number,
): ReportedPause[] {
  return reported.map(({ objectId, version }) => {
    const earlier = before.find((one) => one.objectId === objectId && one.version === version)
    return { objectId, version, at: earlier?.at ?? now }
  })
}

/** The column of `agents`; null when there is nothing to tell. */
export function writePauses(pauses: readonly ReportedPause[]): string | null {
  return pauses.length === 0 ? null : JSON.stringify(pauses)
}

export function readPauses(column: string | null): ReportedPause[] {
  return column === null ? [] : Stored.parse(JSON.parse(column))
}
