import { type BlastRadius, resourcesApi } from '@signet/shared/api/resources'
import type { ObjectId } from '@signet/shared/vocabulary/identifiers'
import { dayMs } from '@signet/shared/vocabulary/time'
import { queryOptions, useQuery } from '@tanstack/react-query'
import { problemOf } from './api-error.ts'
import { call } from './client.ts'
import type { QueryRoot } from './query-roots.ts'

const weekMs = 7 * dayMs
/** More things than anybody keeps in mind. */
const manyThings = 10

export const blastRadiusOptions = (principalId: ObjectId) =>
  queryOptions({
    queryKey: ['instances' satisfies QueryRoot, 'blast-radius', principalId],
    queryFn: ({ signal }) => call(resourcesApi.blastRadius)({ params: { principalId } }, signal),
    retry: false,
  })

/** Whether a principal was used so lately, or so much hangs on it, that its name has to be typed. Unknown counts as both. */
export function asksForName(radius: BlastRadius | undefined, now: number): boolean {
  if (radius === undefined) return true
  const usedLately = radius.week.length > 0 || (radius.lastUsedAt !== null && now - radius.lastUsedAt < weekMs)
  return usedLately || thingsOn(radius) > manyThings
}

function thingsOn(radius: BlastRadius): number {
  const { instances, agents, grants, appRoles, secrets, federations, clientSecrets } = radius
  const lists = [instances, agents, grants, appRoles, secrets, federations]
  return lists.reduce((sum, { total }) => sum + total, clientSecrets)
}

/** What a question about a principal needs to know before it can be answered. */
export function useBlastRadius(principalId: ObjectId, name: string) {
  const { data, isPending, error } = useQuery(blastRadiusOptions(principalId))
  return {
    radius: data,
    isPending,
    problem: error === null ? null : problemOf(error),
    /** What has to be typed; undefined when nothing has. */
    typed: isPending || !asksForName(data, Date.now()) ? undefined : name,
  }
}
