import { rotationPoliciesApi } from '@signet/shared/api/rotation-policies'
import { queryOptions } from '@tanstack/react-query'
import { call } from './client.ts'
import type { QueryRoot } from './query-roots.ts'

const policy = 'policy' satisfies QueryRoot

/** Every rotation policy, the default first. */
export const policiesOptions = queryOptions({
  queryKey: [policy, 'list'],
  queryFn: ({ signal }) => call(rotationPoliciesApi.list)({}, signal),
})

/** Freezes of rotations in force. */
export const freezesOptions = queryOptions({
  queryKey: [policy, 'freezes'],
  queryFn: ({ signal }) => call(rotationPoliciesApi.freezes)({}, signal),
})
