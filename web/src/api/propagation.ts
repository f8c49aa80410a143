import { bulkApi } from '@signet/shared/api/bulk'
import { resourceGroupsApi } from '@signet/shared/api/resource-groups'
import { revocationsApi } from '@signet/shared/api/revocations'
import type { JobId, ObjectId } from '@signet/shared/vocabulary/identifiers'
import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query'
import { call } from './client.ts'
import type { QueryRoot } from './query-roots.ts'

const root: QueryRoot = 'propagation'
/** Agents that confirm, come and go are announced; this is for a stream that is broken, and for tokens that end. */
const runningPaceMs = 5_000

type Standing = Awaited<ReturnType<ReturnType<typeof call<(typeof revocationsApi)['propagation']>>>>

const paceOf = ({ state: { data } }: { state: { data: Standing | undefined } }) =>
  data?.propagation?.state === 'running' ? runningPaceMs : false

/** How far the last act has come that took tokens from a principal. */
export const propagationOptions = (principalId: ObjectId) =>
  queryOptions({
    queryKey: [root, 'of', principalId],
    queryFn: ({ signal }) => call(revocationsApi.propagation)({ params: { principalId } }, signal),
    refetchInterval: paceOf,
  })

/** How far what a bulk job has stopped has come. */
export const propagationOfJobOptions = (jobId: JobId) =>
  queryOptions({
    queryKey: [root, 'of-job', jobId],
    queryFn: ({ signal }) => call(bulkApi.propagation)({ params: { jobId } }, signal),
    refetchInterval: paceOf,
  })

export const groupOptions = (name: string) =>
  queryOptions({
    queryKey: ['identities' satisfies QueryRoot, 'group', name],
    queryFn: ({ signal }) => call(resourceGroupsApi.show)({ params: { name } }, signal),
    refetchInterval: ({ state: { data } }) => (data?.propagation?.state === 'running' ? runningPaceMs : false),
  })

function useStop<W, R>(mutationFn: (wish: W) => Promise<R>) {
  const client = useQueryClient()
  return useMutation({
    mutationFn,
    onSettled: () => {
      for (const shown of [root, 'instances', 'identities', 'applications', 'tokens'] satisfies QueryRoot[]) {
        void client.invalidateQueries({ queryKey: [shown] })
      }
    },
  })
}

export const useRevokeTokens = (principalId: ObjectId) =>
  useStop((reason: string) => call(revocationsApi.revokeAll)({ params: { principalId }, body: { reason } }))

export const useRevokeToken = (uti: string) =>
  useStop((reason: string) => call(revocationsApi.revokeToken)({ params: { uti }, body: { reason } }))

export const useGroupAct = (name: string, act: 'pause' | 'resume') =>
  useStop((reason: string) => call(resourceGroupsApi[act])({ params: { name }, body: { reason } }))
