import { z } from 'zod'
import { Instant } from '../vocabulary/time.ts'
import { route } from './contract.ts'

/** Whether the server trusts its own clock with what cannot be undone. */
export const ClockStatus = z.object({
  now: Instant,
  steady: z.boolean(),
  /** The step that is waited out, in milliseconds (negative for a step back), and when it was found. */
  step: z.object({ byMs: z.int(), at: Instant, steadyInMs: z.int() }).nullable(),
})
export type ClockStatus = z.infer<typeof ClockStatus>

export const clockApi = {
  status: route({
    method: 'GET',
    path: '/clock',
    summary: 'Whether retiring, purging and pruning wait for the clock to be steady',
    access: 'instances.read',
    response: ClockStatus,
  }),
  confirm: route({
    method: 'POST',
    path: '/clock/confirmation',
    summary: 'Confirm that the time is right after the step that was looked at: what waited goes on',
    access: 'clock.confirm',
    body: z.strictObject({ steppedAt: Instant }),
    response: ClockStatus,
  }),
}
