import { certificateAuthoritiesApi } from '@signet/shared/api/certificate-authorities'
import { signingKeysApi } from '@signet/shared/api/signing-keys'
import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query'
import { call } from '../../api/client.ts'
import type { QueryRoot } from '../../api/query-roots.ts'

const keys: QueryRoot = 'keys'
const authorities: QueryRoot = 'authorities'

export const signingKeysOptions = queryOptions({
  queryKey: [keys],
  queryFn: ({ signal }) => call(signingKeysApi.list)({}, signal),
})

export const authoritiesOptions = queryOptions({
  queryKey: [authorities],
  queryFn: ({ signal }) => call(certificateAuthoritiesApi.list)({}, signal),
})

function useWrite<W, R>(root: QueryRoot, mutationFn: (wish: W) => Promise<R>) {
  const client = useQueryClient()
  return useMutation({ mutationFn, onSettled: () => client.invalidateQueries({ queryKey: [root] }) })
}

export function useRotateKey(kid: string) {
  return useWrite(keys, ({ reason }: { reason: string }) =>
    call(signingKeysApi.emergency)({ params: { kid }, body: { reason } }),
  )
}

export function useRemoveKey(kid: string) {
  return useWrite(keys, (body: { reason: string; force: boolean }) =>
    call(signingKeysApi.remove)({ params: { kid }, body }),
  )
}

export function useHoldKey(kid: string) {
  return useWrite(keys, (body: { held: boolean }) => call(signingKeysApi.hold)({ params: { kid }, body }))
}

export function useRotateAuthority(id: string) {
  return useWrite(authorities, ({ reason }: { reason: string }) =>
    call(certificateAuthoritiesApi.rotate)({ params: { id }, body: { reason } }),
  )
}
