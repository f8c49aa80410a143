import { z } from 'zod'

/**
 * `paused`: by somebody; `halted`: by itself, too many have failed. In both the wave under way is followed to its end and
 * no other opens. One that was `completed` or `cancelled` can still be rolled back, within the overlap.
 */
export const RolloutState = z.enum(['running', 'paused', 'halted', 'completed', 'cancelled'])
export type RolloutState = z.infer<typeof RolloutState>

/**
 * Where one credential of a rollout stands. `asked`: its agent was told; `prepared`: the agent has its new certificate;
 * `activated`: the agent confirmed that the new one is in use; `retired`: the old one is out of use as well.
 * `returning`: asked to go back to the old one; `rolled-back`: it did. `skipped`: there was nothing to rotate.
 */
export const RolloutStage = z.enum([
  'waiting',
  'asked',
  'prepared',
  'activated',
  'retired',
  'failed',
  'returning',
  'rolled-back',
  'skipped',
  'cancelled',
])
export type RolloutStage = z.infer<typeof RolloutStage>
