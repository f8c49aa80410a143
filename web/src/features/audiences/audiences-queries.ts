import { type Audience, type AudienceSort, audiencesApi } from '@signet/shared/api/audiences'
import { AudienceId, type ObjectId } from '@signet/shared/vocabulary/identifiers'
import { infiniteQueryOptions, queryOptions, useMutation, useQueryClient } from '@tanstack/react-query'
import { idIn } from '../../api/address-id.ts'
import { call } from '../../api/client.ts'
import { useFacets, useListRows } from '../../api/list-rows.ts'
import { pagesOptions } from '../../api/pages.ts'
import type { QueryRoot } from '../../api/query-roots.ts'
import type { AudienceChange, NewAudience } from './audience-draft.ts'

const list = call(audiencesApi.list)
const facets = call(audiencesApi.facets)
const show = call(audiencesApi.show)
const assignments = call(audiencesApi.assignments)

const root: QueryRoot = 'audiences'
/** What shows audiences, their roles, or counts of them. */
const shown = [root, 'roles', 'identities', 'applications', 'targets'] as const satisfies QueryRoot[]

export function useAudienceRows(question: { filter: string; sort: AudienceSort; enabled: boolean }) {
  return useListRows({ root, list }, question)
}

export function useAudienceFacets() {
  return useFacets(root, facets)
}

export const audienceOptions = (audienceId: string) =>
  queryOptions({
    queryKey: [root, 'one', audienceId],
    queryFn: ({ signal }) =>
      show({ params: { audienceId: idIn(AudienceId, audienceId, 'ID of an audience') } }, signal),
  })

/** Audiences to choose from. */
export const audienceChoicesOptions = queryOptions({
  queryKey: [root, 'choices'],
  queryFn: ({ signal }) => list({ query: { limit: 200 } }, signal),
})

export const assignmentsOptions = (audienceId: AudienceId) =>
  infiniteQueryOptions({
    ...pagesOptions,
    queryKey: ['roles' satisfies QueryRoot, 'of-audience', audienceId],
    queryFn: ({ pageParam, signal }) => assignments({ params: { audienceId }, query: { cursor: pageParam } }, signal),
  })

function useWrite<W, R>(mutationFn: (wish: W) => Promise<R>) {
  const client = useQueryClient()
  return useMutation({
    mutationFn,
    onSettled: () => Promise.all(shown.map((each) => client.invalidateQueries({ queryKey: [each] }))),
  })
}

export function useRegisterAudience() {
  return useWrite((body: NewAudience & { reason: string }) => call(audiencesApi.register)({ body }))
}

export function useChangeAudience(audienceId: AudienceId) {
  return useWrite(({ ifMatch, ...body }: AudienceChange & { reason: string; ifMatch: number }) =>
    call(audiencesApi.change)({ params: { audienceId }, body, ifMatch }),
  )
}

export function useAudienceAct({ id: audienceId, version }: Audience) {
  return useWrite(({ act, reason }: { act: 'disable' | 'enable' | 'remove'; reason: string }): Promise<unknown> => {
    const input = { params: { audienceId }, body: { reason }, ifMatch: version }
    return act === 'remove' ? call(audiencesApi.remove)(input) : call(audiencesApi[act])(input)
  })
}

export function useAssignRole() {
  return useWrite(
    ({ audienceId, ...body }: { audienceId: AudienceId; principalId: ObjectId; role: string; reason: string }) =>
      call(audiencesApi.assign)({ params: { audienceId }, body }),
  )
}

export function useUnassignRole() {
  return useWrite(
    ({ audienceId, assignmentId, reason }: { audienceId: AudienceId; assignmentId: string; reason: string }) =>
      call(audiencesApi.unassign)({ params: { audienceId, assignmentId }, body: { reason } }),
  )
}
