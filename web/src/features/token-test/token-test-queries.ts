import { type TokenTest, tokenTestsApi } from '@signet/shared/api/token-tests'
import type { InstanceId } from '@signet/shared/vocabulary/identifiers'
import type { LocalDialect } from '@signet/shared/wire/agent-protocol'
import { queryOptions, useMutation } from '@tanstack/react-query'
import { call } from '../../api/client.ts'

const targets = call(tokenTestsApi.targets)
const keys = call(tokenTestsApi.keys)

export const targetsOptions = queryOptions({
  queryKey: ['targets'],
  queryFn: ({ signal }) => targets({}, signal),
})

/** The published keys, read afresh: the check in the browser is worth nothing against old ones. */
export const keysOptions = queryOptions({
  queryKey: ['keys'],
  queryFn: ({ signal }) => keys({}, signal),
  staleTime: 0,
})

export interface TestRequest {
  readonly instanceId: InstanceId
  readonly resource: string
  readonly dialect: LocalDialect
  readonly bypassCache: boolean
}

export function useTokenTest() {
  return useMutation({
    mutationFn: (body: TestRequest): Promise<TokenTest> => call(tokenTestsApi.run)({ body }),
  })
}

/** Reads the raw token of a test. It is kept by the caller alone, never in a cache (SEC-19). */
export function revealToken(testId: string): Promise<{ token: string }> {
  return call(tokenTestsApi.reveal)({ params: { testId }, body: {} })
}
