import {
  type ApplicationDetail,
  type ApplicationSort,
  applicationsApi,
  type RegisteredCertificate,
} from '@signet/shared/api/applications'
import { ObjectId } from '@signet/shared/vocabulary/identifiers'
import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query'
import { idIn } from '../../api/address-id.ts'
import { call } from '../../api/client.ts'
import { useFacets, useListRows } from '../../api/list-rows.ts'
import type { QueryRoot } from '../../api/query-roots.ts'

const list = call(applicationsApi.list)
const facets = call(applicationsApi.facets)
const show = call(applicationsApi.show)

const root: QueryRoot = 'applications'
// Changes are announced; times of tokens are not, so what shows them is read again now and then.
const tokenPaceMs = 15_000

export function useApplicationRows(question: { filter: string; sort: ApplicationSort; enabled: boolean }) {
  return useListRows({ root, list, refetchMs: tokenPaceMs }, question)
}

export function useApplicationFacets() {
  return useFacets(root, facets)
}

export const applicationOptions = (principalId: string) =>
  queryOptions({
    queryKey: [root, 'one', principalId],
    queryFn: ({ signal }) => show({ params: { principalId: idIn(ObjectId, principalId, 'principal ID') } }, signal),
    refetchInterval: tokenPaceMs,
  })

function useWrite<W, R>(mutationFn: (wish: W) => Promise<R>) {
  const client = useQueryClient()
  return useMutation({ mutationFn, onSettled: () => client.invalidateQueries({ queryKey: [root] }) })
}

export function useCreateApplication() {
  return useWrite((body: { name: string }) => call(applicationsApi.create)({ body }))
}

export function useRenameApplication(principalId: ObjectId) {
  return useWrite(({ name, ifMatch }: { name: string; ifMatch: number }) =>
    call(applicationsApi.rename)({ params: { principalId }, body: { name }, ifMatch }),
  )
}

export type ApplicationAct = 'pause' | 'resume' | 'remove' | 'restore'

export function useApplicationAct(principalId: ObjectId) {
  return useWrite((wish: { act: ApplicationAct; reason?: string; ifMatch?: number }): Promise<unknown> => {
    const input = { params: { principalId }, body: { reason: wish.reason }, ifMatch: wish.ifMatch }
    return wish.act === 'remove' ? call(applicationsApi.remove)(input) : call(applicationsApi[wish.act])(input)
  })
}

/** Makes a secret. Its value goes to the one who asks and nowhere else: what a mutation returned would stay in a cache. */
export function useAddSecret({ principalId }: ApplicationDetail, onValue: (value: string) => void) {
  return useWrite(async (body: { description: string; lifetimeSeconds: number }): Promise<void> => {
    const { value } = await call(applicationsApi.addSecret)({ params: { principalId }, body })
    onValue(value)
  })
}

export function useRemoveSecret({ principalId }: ApplicationDetail, secretId: string) {
  return useWrite(() => call(applicationsApi.removeSecret)({ params: { principalId, secretId } }))
}

export function useAddCertificate({ principalId }: ApplicationDetail) {
  return useWrite((body: { certificate: string; longAssertions: boolean }) =>
    call(applicationsApi.addCertificate)({ params: { principalId }, body }),
  )
}

export function useChangeCertificate({ principalId }: ApplicationDetail, certificate: RegisteredCertificate) {
  const { id: credentialId, version } = certificate
  return useWrite((longAssertions: boolean) =>
    call(applicationsApi.changeCertificate)({
      params: { principalId, credentialId },
      body: { longAssertions },
      ifMatch: version,
    }),
  )
}

export function useRemoveCertificate({ principalId }: ApplicationDetail, certificate: RegisteredCertificate) {
  const { id: credentialId, version } = certificate
  return useWrite((reason: string) =>
    call(applicationsApi.removeCertificate)({
      params: { principalId, credentialId },
      body: { reason },
      ifMatch: version,
    }),
  )
}
