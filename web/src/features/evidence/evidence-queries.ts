import { type CertificateSort, evidenceApi } from '@signet/shared/api/evidence'
import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query'
import { call, download } from '../../api/client.ts'
import { useListExport } from '../../api/list-export.ts'
import { useListRows } from '../../api/list-rows.ts'
import { pagesOptions } from '../../api/pages.ts'
import type { QueryRoot } from '../../api/query-roots.ts'

const root: QueryRoot = 'credentials'
const heldPage = 50

export const useCertificateRows = (question: { filter: string; sort: CertificateSort; enabled: boolean }) =>
  useListRows({ root, list: call(evidenceApi.certificates) }, question)

/** One certificate of the list, by its ID. */
export const certificateOptions = (id: string) =>
  queryOptions({
    queryKey: [root, 'one', id],
    queryFn: async ({ signal }) => {
      const query = { filter: id, sort: '-issued', limit: 1 } as const
      return (await call(evidenceApi.certificates)({ query }, signal)).items[0] ?? null
    },
  })

export interface HeldQuestion {
  readonly instance?: string | undefined
  readonly identity?: string | undefined
  /** Epoch milliseconds. */
  readonly at: number
}

/** What was accepted at a moment never changes, but for what retention takes away. */
export const heldOptions = ({ instance, identity, at }: HeldQuestion) =>
  infiniteQueryOptions({
    ...pagesOptions,
    queryKey: [root, 'held', { instance, identity, at }],
    queryFn: ({ pageParam, signal }) => {
      const cursor = pageParam === undefined ? {} : { cursor: pageParam }
      const who = { ...(instance && { instance }), ...(identity && { identity }) }
      return call(evidenceApi.held)({ query: { ...who, at, limit: heldPage, ...cursor } }, signal)
    },
  })

export const tokenOptions = (uti: string) =>
  queryOptions({
    queryKey: ['tokens' satisfies QueryRoot, 'evidence', uti],
    queryFn: ({ signal }) => call(evidenceApi.token)({ params: { uti } }, signal),
    retry: false,
  })

export const requestedOptions = (correlationId: string) =>
  queryOptions({
    queryKey: ['tokens' satisfies QueryRoot, 'requested', correlationId],
    queryFn: ({ signal }) => call(evidenceApi.requested)({ params: { correlationId } }, signal),
    retry: false,
  })

const exportSelected = download(evidenceApi.exportSelected)

export function useCertificateExport(onFailed: (error: Error) => void) {
  return useListExport<CertificateSort>({
    permission: 'rotations.read',
    path: evidenceApi.export.path,
    named: (body) => exportSelected({ body }),
    onFailed,
  })
}
