import { rotationActsApi } from '@signet/shared/api/rotation-acts'
import type { ObjectId, RunId } from '@signet/shared/vocabulary/identifiers'
import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query'
import { call } from './client.ts'
import type { QueryRoot } from './query-roots.ts'

const shown = ['instances', 'credentials', 'rotations'] as const satisfies QueryRoot[]

function useActOf<W, R>(act: (wish: W) => Promise<R>) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: act,
    onSettled: () => {
      for (const root of shown) void client.invalidateQueries({ queryKey: [root] })
    },
  })
}

const bodyOf = (reason: string) => (reason === '' ? {} : { reason })

interface ActOnRun {
  readonly runId: RunId
  readonly reason: string
}

export const useRollBack = () =>
  useActOf(({ runId, reason }: ActOnRun) => call(rotationActsApi.rollBack)({ params: { runId }, body: bodyOf(reason) }))

export const useRetireNow = () =>
  useActOf(({ runId, reason }: ActOnRun) => call(rotationActsApi.retire)({ params: { runId }, body: bodyOf(reason) }))

export const useKeepLonger = () =>
  useActOf(({ runId, reason, until }: ActOnRun & { until: number }) =>
    call(rotationActsApi.keep)({ params: { runId }, body: { until, ...bodyOf(reason) } }),
  )

export const useEmergency = () =>
  useActOf(({ principalId, reason }: { principalId: ObjectId; reason: string }) =>
    call(rotationActsApi.emergency)({ params: { principalId }, body: { reason } }),
  )

export const useStartDrill = () =>
  useActOf((principalId: ObjectId) => call(rotationActsApi.startDrill)({ params: { principalId }, body: {} }))

const runningPaceMs = 1_000

export const drillsOptions = (principalId: ObjectId) =>
  queryOptions({
    queryKey: ['credentials', 'drills', principalId],
    queryFn: ({ signal }) => call(rotationActsApi.drills)({ params: { principalId } }, signal),
    refetchInterval: ({ state: { data } }) =>
      data?.items.some(({ state }) => state === 'running') === true ? runningPaceMs : false,
  })
