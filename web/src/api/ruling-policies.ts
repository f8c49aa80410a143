import { rotationPoliciesApi } from '@signet/shared/api/rotation-policies'
import type { ObjectId } from '@signet/shared/vocabulary/identifiers'
import { useQuery } from '@tanstack/react-query'
import { call } from './client.ts'
import type { QueryRoot } from './query-roots.ts'

/** Of an identity whose scheduled rotations have to wait now: by which policy, and until when, if that is known. */
export function useClosedPolicy(principalId: ObjectId): { label: string; opensAt: number | null } | undefined {
  const { data } = useQuery({
    queryKey: ['rotations' satisfies QueryRoot, 'ruling', principalId],
    queryFn: ({ signal }) => call(rotationPoliciesApi.ofIdentity)({ params: { principalId } }, signal),
  })
  return data?.items.find(({ isOpen }) => !isOpen)
}
