/**
 * When credentials roll, and the history of it: slots (one principal on one agent), rotation runs with every step they
 * took, and the policy that says when. The keys are made on the instance; this domain registers what comes of it and
 * never touches a private key. Owns the tables `credential_slots`, `rotation_runs`, `rotation_attempts`,
 * `rotation_drills`, `rotation_policies`, `rotation_freezes`, `rotation_replans`, and for rotations of many in waves
 * `rollouts` and `rollout_items`.
 */
export { rotationActHandlers } from './act-routes.ts'
export { rotationHandlers } from './admin-routes.ts'
export { CredentialRollover, type SlotObserver } from './credential-rollover.ts'
export type { Drills } from './drills.ts'
export { evidenceHandlers } from './evidence-routes.ts'
export type { RotationHistory } from './history.ts'
export { rotationCalendarHandlers, rotationPolicyHandlers } from './policy-routes.ts'
export { rolloutHandlers } from './rollout-routes.ts'
export type { RolloutNeighbours } from './rollout-selection.ts'
export { openRotation, type Rotation } from './rotation.ts'
export { RotationCountsStore } from './rotation-counts-store.ts'
export type { RotationScheduler } from './scheduler.ts'
export type { SlotActs } from './slot-acts.ts'
export { SlotEndsStore } from './slot-ends-store.ts'
export { SlotDirectory, type SlotStanding } from './slots.ts'
