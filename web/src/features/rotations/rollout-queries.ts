import { type Rollout, type RolloutDetail, type RolloutWish, rolloutsApi } from '@signet/shared/api/rollouts'
import { RolloutId } from '@signet/shared/vocabulary/identifiers'
import type { RolloutStage } from '@signet/shared/vocabulary/rollout-states'
import {
  infiniteQueryOptions,
  keepPreviousData,
  queryOptions,
  useMutation,
  useQueryClient,
} from '@tanstack/react-query'
import { ApiError } from '../../api/api-error.ts'
import { call } from '../../api/client.ts'
import { pagesOptions } from '../../api/pages.ts'

const list = call(rolloutsApi.list)
const show = call(rolloutsApi.show)
const items = call(rolloutsApi.items)
const preview = call(rolloutsApi.preview)

/** Every step is announced by the event stream; this is for a stream that is broken. */
const runningPaceMs = 3_000

export function isOpen({ state }: Pick<Rollout, 'state'>): boolean {
  return state !== 'completed' && state !== 'cancelled'
}

export const rolloutsOptions = infiniteQueryOptions({
  ...pagesOptions,
  queryKey: ['rollouts', 'list'],
  queryFn: ({ pageParam, signal }) => list({ query: { cursor: pageParam } }, signal),
})

export const rolloutOptions = (rolloutId: string) =>
  queryOptions({
    queryKey: ['rollouts', 'one', rolloutId],
    queryFn: ({ signal }) => {
      const id = RolloutId.safeParse(rolloutId)
      if (!id.success) throw new ApiError({ code: 'not_found', detail: 'The address holds no rollout ID.' })
      return show({ params: { rolloutId: id.data } }, signal)
    },
    refetchInterval: ({ state: { data } }) => (data !== undefined && isOpen(data) ? runningPaceMs : false),
  })

export interface ItemFilter {
  readonly wave?: number | undefined
  readonly stage?: RolloutStage | undefined
}

export const rolloutItemsOptions = (rolloutId: RolloutId, filter: ItemFilter) =>
  infiniteQueryOptions({
    ...pagesOptions,
    queryKey: ['rollouts', 'items', rolloutId, filter],
    queryFn: ({ pageParam, signal }) =>
      items({ params: { rolloutId }, query: { cursor: pageParam, ...filter } }, signal),
    placeholderData: keepPreviousData,
  })

export const rolloutPreviewOptions = (wish: RolloutWish | undefined) =>
  queryOptions({
    queryKey: ['rollout-preview', wish],
    queryFn: ({ signal }) => {
      if (wish === undefined) throw new ApiError({ code: 'invalid_request', detail: 'The plan is not complete.' })
      return preview({ body: wish }, signal)
    },
    enabled: wish !== undefined,
    // What it says holds for the moment it is asked for.
    staleTime: 0,
    gcTime: 0,
    placeholderData: keepPreviousData,
  })

export function useStartRollout() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (wish: RolloutWish) => call(rolloutsApi.start)({ body: wish }),
    onSuccess: () => client.invalidateQueries({ queryKey: ['rollouts'] }),
  })
}

export type RolloutWishOf =
  | { readonly command: 'pause' | 'cancel'; readonly reason: string }
  | { readonly command: 'resume'; readonly reason: string; readonly retry: boolean }
  | { readonly command: 'rollBack'; readonly reason: string; readonly wave: number | undefined }

/** Pauses, resumes, cancels a rollout or rolls it back. */
export function useRolloutCommand() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: ({ id, wish }: { id: RolloutId; wish: RolloutWishOf }): Promise<RolloutDetail> => {
      const params = { rolloutId: id }
      const { reason } = wish
      switch (wish.command) {
        case 'resume':
          return call(rolloutsApi.resume)({ params, body: { reason, retry: wish.retry } })
        case 'rollBack':
          return call(rolloutsApi.rollBack)({ params, body: { reason, wave: wish.wave } })
        default:
          return call(rolloutsApi[wish.command])({ params, body: { reason } })
      }
    },
    onSettled: () => client.invalidateQueries({ queryKey: ['rollouts'] }),
  })
}
