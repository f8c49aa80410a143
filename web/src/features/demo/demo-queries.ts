import { deploymentApi } from '@signet/shared/api/deployment'
import { queryOptions, useMutation, useQuery } from '@tanstack/react-query'
import { call } from '../../api/client.ts'
import type { QueryRoot } from '../../api/query-roots.ts'

const readDemo = call(deploymentApi.demo)

/** Whether the server runs a demo; answered to anybody, and the same for as long as the server runs. */
export const demoOptions = queryOptions({
  queryKey: ['demo' satisfies QueryRoot],
  queryFn: ({ signal }) => readDemo({}, signal),
  staleTime: Number.POSITIVE_INFINITY,
})

export function useIsDemo(): boolean {
  return useQuery(demoOptions).data?.demo === true
}

export function useRemoveDemo() {
  return useMutation({ mutationFn: () => call(deploymentApi.removeDemo)() })
}
