import type { AttentionKind } from '@signet/shared/api/overview'
import { dayMs, hourMs } from '@signet/shared/vocabulary/time'
import { stuckMs } from '../resources/index.ts'
import { pagePaths } from './page-paths.ts'

interface AttentionList {
  /** In the language of the page's filter box. */
  readonly filter: string
  readonly path: string
  /** Of what happened no longer ago than this. */
  readonly withinMs?: number
}

/**
 * What is counted as one kind of trouble. The number and the page it leads to are the same question, word for word, so they
 * have the same rows.
 */
export const attentionLists = {
  identity_failing: instances('state:failing'),
  identity_degraded: instances('state:degraded'),
  identity_waiting: instances('state:enabling agent:none,silent'),
  // Of the others, one that is on is degraded once its agent is late, and one that is off has nothing with the agent.
  agent_silent: instances('agent:silent state:paused,disabling'),
  // Whatever its state is called, it is the agent that is away.
  agents_away: instances('agent:silent -state:off'),
  rotation_stuck: rotations(pagePaths.rotationQueue, `state:requested,prepared requested:>${stuckMs / hourMs}h`),
  rotation_failed: rotations(pagePaths.rotationHistory, 'last-failure:yes'),
  client_credential_expiring: applications('state:enabled expiring:yes'),
  broad_applications: applications('state:enabled broad:yes'),
  broad_identities: identities('state:on broad:yes'),
  integrity_failed: {
    filter: 'action:integrity.failure',
    withinMs: 7 * dayMs,
    path: pagePaths.audit('action:integrity.failure', '7d'),
  },
} as const satisfies Partial<
  Record<AttentionKind | 'agents_away' | 'broad_applications' | 'broad_identities', AttentionList>
>

function instances(filter: string): AttentionList {
  return { filter, path: pagePaths.instances(filter) }
}

function applications(filter: string): AttentionList {
  return { filter, path: pagePaths.applications(filter) }
}

function identities(filter: string): AttentionList {
  return { filter, path: pagePaths.identities(filter) }
}

function rotations(pathOf: (filter: string) => string, filter: string): AttentionList {
  return { filter, path: pathOf(filter) }
}
