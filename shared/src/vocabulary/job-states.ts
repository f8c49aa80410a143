import { z } from 'zod'

/** `selecting`: finding out what the filter matches. */
export const JobState = z.enum(['selecting', 'running', 'paused', 'cancelled', 'finished'])
export type JobState = z.infer<typeof JobState>

/** `refused`: its state does not allow it; `failed`: it did not work; `cancelled`: the job ended before its turn. */
export const JobItemState = z.enum(['waiting', 'changed', 'already', 'refused', 'failed', 'cancelled'])
export type JobItemState = z.infer<typeof JobItemState>
