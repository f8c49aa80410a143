import { rotationApi } from '@signet/shared/api/rotation'
import type { OverlapChoice } from '@signet/shared/vocabulary/credential-states'
import type { ObjectId } from '@signet/shared/vocabulary/identifiers'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { call } from './client.ts'
import type { QueryRoot } from './query-roots.ts'

const shown = ['instances', 'credentials', 'rotations'] as const satisfies QueryRoot[]

interface RotateWish {
  readonly principalId: ObjectId
  readonly reason: string
  /** That of the policy unless it is chosen. */
  readonly overlap?: OverlapChoice
}

/** Starts a rotation, or finds the one under way. Offered on more than one screen, hence not part of a feature. */
export function useRotateNow() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: ({ principalId, reason, overlap = 'policy' }: RotateWish) =>
      call(rotationApi.rotate)({
        params: { principalId },
        body: { ...(overlap !== 'policy' && { overlap }), ...(reason !== '' && { reason }) },
      }),
    onSettled: () => {
      for (const root of shown) void client.invalidateQueries({ queryKey: [root] })
    },
  })
}
