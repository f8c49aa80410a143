import type { ApplicationDetail } from '@signet/shared/api/applications'

/** Why nothing of an application can be changed; undefined while it can. */
export function lockedReason({ state }: Pick<ApplicationDetail, 'state'>): string | undefined {
  return state === 'deleted' ? 'It is deleted; restore it first.' : undefined
}
