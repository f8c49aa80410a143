import { type FederatedCredential, type FederationTest, federationApi } from '@signet/shared/api/federation'
import type { ObjectId } from '@signet/shared/vocabulary/identifiers'
import { infiniteQueryOptions, queryOptions, useMutation, useQueryClient } from '@tanstack/react-query'
import { call } from '../../api/client.ts'
import { pagesOptions } from '../../api/pages.ts'
import type { QueryRoot } from '../../api/query-roots.ts'
import type { Rule } from './rule-draft.ts'

const list = call(federationApi.list)
const show = call(federationApi.show)
const test = call(federationApi.test)

const root: QueryRoot = 'federation'
/** Counts of federated credentials are shown there. */
const shown = [root, 'identities', 'applications'] as const satisfies QueryRoot[]

export const credentialsOptions = (principalId: ObjectId) =>
  infiniteQueryOptions({
    ...pagesOptions,
    queryKey: [root, 'list', principalId],
    queryFn: ({ pageParam, signal }) => list({ params: { principalId }, query: { cursor: pageParam } }, signal),
  })

export const credentialOptions = ({ principalId, id }: Pick<FederatedCredential, 'principalId' | 'id'>) =>
  queryOptions({
    queryKey: [root, 'one', id],
    queryFn: ({ signal }) => show({ params: { principalId, federatedCredentialId: id } }, signal),
  })

function useWrite<W, R>(mutationFn: (wish: W) => Promise<R>) {
  const client = useQueryClient()
  return useMutation({
    mutationFn,
    onSettled: () => Promise.all(shown.map((each) => client.invalidateQueries({ queryKey: [each] }))),
  })
}

/** Makes a rule, or replaces the one of which `id` and `version` are given. */
export function useSaveRule(principalId: ObjectId) {
  return useWrite(({ rule, replaces }: { rule: Rule; replaces: { id: string; version: number } | undefined }) =>
    replaces === undefined
      ? call(federationApi.create)({ params: { principalId }, body: rule })
      : call(federationApi.change)({
          params: { principalId, federatedCredentialId: replaces.id },
          body: rule,
          ifMatch: replaces.version,
        }),
  )
}

export function useRemoveRule({ principalId, id, version }: FederatedCredential) {
  return useWrite((reason: string) =>
    call(federationApi.remove)({
      params: { principalId, federatedCredentialId: id },
      body: { reason },
      ifMatch: version,
    }),
  )
}

/** Asks about a token. Neither question nor answer is kept in any cache: the token goes to Signet and nowhere else. */
export function testToken(principalId: ObjectId, token: string): Promise<FederationTest> {
  return test({ params: { principalId }, body: { token } })
}
