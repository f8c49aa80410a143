import type { AuditAction } from '@signet/shared/vocabulary/audit-events'
import type { QuietStep } from '../crash-steps.ts'
import { agentDiskScenes } from './agent-scenes.ts'
import { keyScenes } from './key-scenes.ts'
import { rolloutScenes } from './rollout-scenes.ts'
import { rotationScenes } from './rotation-scenes.ts'
import type { Scene } from './scene.ts'

type OfRolling = Extract<
  AuditAction,
  `${'rotation' | 'credential' | 'rollout' | 'signing_key' | 'authority' | 'agent'}.${string}`
>

/** What is set, not rolled; what stands beside a step that has a scene; what is only read; and the authorities of a first start. */
type NoStep =
  | `rotation.policy_${string}`
  | 'rotation.frozen'
  | 'rotation.unfrozen'
  | 'rotation.window_overridden'
  | 'credential.registered'
  | 'credential.changed'
  | 'credential.key_refused'
  | 'agent.refused'
  | 'authority.ca_created'
  | 'authority.ca_exported'

/** Each step of what rolls, complete by its type: who adds a record to the catalogue says here how its step comes about. */
export const scenes = { ...rotationScenes, ...rolloutScenes, ...keyScenes, ...agentDiskScenes } satisfies Record<
  Exclude<OfRolling, NoStep> | QuietStep,
  Scene
>

export type SceneName = keyof typeof scenes
