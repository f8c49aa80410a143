import { z } from 'zod'

/**
 * What a rollout does to each credential. `emergency`: every certificate in its slot is revoked at once and a new one comes;
 * `drill`: a rotation is rehearsed with a certificate that is trusted for nothing.
 */
export const RolloutAct = z.enum(['rotate', 'emergency', 'drill'])
export type RolloutAct = z.infer<typeof RolloutAct>

/**
 * `paused`: by somebody; `halted`: by itself, too many have failed. In both the wave under way is followed to its end and
 * no other opens. One that was `completed` or `cancelled` can still be rolled back, within the overlap.
 */
export const RolloutState = z.enum(['running', 'paused', 'halted', 'completed', 'cancelled'])
export type RolloutState = z.infer<typeof RolloutState>

/**
 * Where one credential of a rollout stands. `asked`: its agent was told; `prepared`: the agent has its new certificate;
 * `activated`: the agent confirmed that the new one is in use; `retired`: the old one is out of use as well.
 * `rehearsed`: its drill has passed. `returning`: asked to go back to the old one; `rolled-back`: it did. `skipped`: there was nothing to rotate.
 */
export const RolloutStage = z.enum([
  'waiting',
  'asked',
  'prepared',
  'activated',
  'retired',
  'rehearsed',
  'failed',
  'returning',
  'rolled-back',
  'skipped',
  'cancelled',
])
export type RolloutStage = z.infer<typeof RolloutStage>

/** What is done: on the button that starts it, and in its title. */
export const rolloutVerbs: Record<RolloutAct, string> = {
  rotate: 'Rotate',
  emergency: 'Revoke and rotate',
  drill: 'Rehearse',
}

/** What people know a rollout by, such as `Rotate 412 certificates in 21 waves`. */
export function rolloutTitle({ act, total, waves }: { act: RolloutAct; total: number; waves: number }): string {
  const certificates = `${total.toLocaleString('en')} certificate${total === 1 ? '' : 's'}`
  return `${rolloutVerbs[act]} ${certificates} in ${waves.toLocaleString('en')} wave${waves === 1 ? '' : 's'}`
}
