import { type InstanceDetail, resourcesApi } from '@signet/shared/api/resources'
import { rotationPoliciesApi, type StoredRotationPolicy } from '@signet/shared/api/rotation-policies'
import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query'
import { call } from '../../api/client.ts'
import type { QueryRoot } from '../../api/query-roots.ts'
import { policyOf } from '../../api/value-names.ts'
import { policyStanding, type Revert, type Standing, standingOf, tagChange } from './revert.ts'

/** What an event is about, as it is now, and how it stands to the event. */
interface Current {
  readonly standing: Standing
  readonly version: number
}

/** Read when the confirmation opens, so that it speaks of what is there and not of what was. */
export const currentOptions = (revert: Revert) =>
  queryOptions({
    queryKey: ['instances' satisfies QueryRoot, 'revert', revert],
    queryFn: async ({ signal }): Promise<Current> => {
      if (revert.kind === 'policy') {
        const policy = await call(rotationPoliciesApi.show)({ params: { policyId: revert.policyId } }, signal)
        return { standing: policyStanding(revert, policy), version: policy.version }
      }
      const instance = await call(resourcesApi.show)({ params: { instanceId: revert.instanceId } }, signal)
      return { standing: standingOf(revert, instance), version: instance.version }
    },
    staleTime: 0,
    gcTime: 0,
    retry: false,
  })

export function useRevert() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: async ({ revert, version, reason }: { revert: Revert; version: number; reason: string }) => {
      await perform(revert, version, reason)
    },
    onSettled: () => {
      const roots: QueryRoot[] = ['instances', 'policy', 'audit', 'rotations']
      return Promise.all(roots.map((root) => client.invalidateQueries({ queryKey: [root] })))
    },
  })
}

function perform(revert: Revert, ifMatch: number, reason: string): Promise<InstanceDetail | StoredRotationPolicy> {
  switch (revert.kind) {
    case 'policy':
      return call(rotationPoliciesApi.change)({
        params: { policyId: revert.policyId },
        body: { policy: policyOf(revert.before), reason },
        ifMatch,
      })
    case 'tags': {
      const { instanceId, before, after } = revert
      return call(resourcesApi.tag)({ params: { instanceId }, body: tagChange(before, after), ifMatch })
    }
    case 'turn-off': {
      const { instanceId } = revert
      return call(resourcesApi.setIdentity)({ params: { instanceId }, body: { enabled: false, reason }, ifMatch })
    }
    default: {
      const { principalId } = revert
      return call(resourcesApi[revert.kind])({ params: { principalId }, body: { reason }, ifMatch })
    }
  }
}
