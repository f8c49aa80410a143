import {
  type PolicyScope,
  type RotationPolicy,
  rotationPoliciesApi,
  type StoredRotationPolicy,
} from '@signet/shared/api/rotation-policies'
import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query'
import { call } from '../../api/client.ts'
import type { QueryRoot } from '../../api/query-roots.ts'

export const reachOptions = queryOptions({
  queryKey: ['policy', 'reach'],
  queryFn: ({ signal }) => call(rotationPoliciesApi.reach)({}, signal),
})

export const policyOptions = (policyId: string) =>
  queryOptions({
    queryKey: ['policy', 'one', policyId],
    queryFn: ({ signal }) => call(rotationPoliciesApi.show)({ params: { policyId } }, signal),
  })

/** What is to be saved: of a policy that is there, or of a new one. */
export interface Wanted {
  readonly of: Pick<StoredRotationPolicy, 'id' | 'version'> | undefined
  readonly scope: PolicyScope
  readonly policy: RotationPolicy
}

export function usePreview() {
  return useMutation({
    mutationFn: (body: { scope: PolicyScope; policy: RotationPolicy | null }) =>
      call(rotationPoliciesApi.preview)({ body }),
  })
}

export function useSavePolicy() {
  return useAct(({ of, scope, policy }: Wanted) =>
    of === undefined
      ? call(rotationPoliciesApi.create)({ body: { scope, policy } })
      : call(rotationPoliciesApi.change)({ params: { policyId: of.id }, body: { policy }, ifMatch: of.version }),
  )
}

export function useRemovePolicy() {
  return useAct(({ id, version }: StoredRotationPolicy) =>
    call(rotationPoliciesApi.remove)({ params: { policyId: id }, body: {}, ifMatch: version }),
  )
}

export function useFreeze() {
  return useAct(({ policyId, ...body }: { policyId: string; until: number; reason: string }) =>
    call(rotationPoliciesApi.freeze)({ params: { policyId }, body }),
  )
}

export function useUnfreeze() {
  return useAct(({ policyId }: { policyId: string }) =>
    call(rotationPoliciesApi.unfreeze)({ params: { policyId }, body: {} }),
  )
}

function useAct<Input, Output>(mutationFn: (input: Input) => Promise<Output>) {
  const client = useQueryClient()
  return useMutation({
    mutationFn,
    onSettled: () => {
      const roots: QueryRoot[] = ['policy', 'rotations']
      return Promise.all(roots.map((root) => client.invalidateQueries({ queryKey: [root] })))
    },
  })
}
