import type { Access } from '../authorization/index.ts'
import type { Cursors } from '../platform/database/paging.ts'
import { type ArmAnswer, type ArmCall, type ArmRoute, badContent, ok } from './arm-call.ts'

const most = 200

export interface ListParts {
  readonly access: Access
  readonly cursors: Cursors
}

/** One thing of a list: by its folded ARM ID it is found again, and seen by whoever may read it. */
export interface Listed {
  readonly id: string
  readonly readAction: string
  readonly body: Record<string, unknown>
}

/**
 * A page of what the caller may read. Its token is bound to the list and the caller; `nextLink` is left out on the last page.
 *
 * @param read the first `most` after a folded ID, in the order of folded IDs
 */
export async function armPage(
  { access, cursors }: ListParts,
  call: ArmCall,
  { list, read }: { list: string; read: (after: string | undefined, most: number) => Promise<Listed[]> },
): Promise<ArmAnswer> {
  const bound = `arm ${list} of ${call.principalId}`
  const [after] = cursors.read(bound, call.query.get('$skiptoken')) ?? []
  const limit = limitOf(call)
  const rows = await read(after, limit + 1)
  const page = cursors.page(rows, {
    ...{ list: bound, limit },
    keyOf: ({ id }) => [id.toLowerCase()],
    map: (row) => row,
  })
  const { principalId } = call
  const seen = page.items.filter(
    ({ id, readAction }) => access.authorize({ principalId, action: readAction, isData: false, scope: id }).allowed,
  )
  return ok({
    value: seen.map(({ body }) => body),
    ...(page.nextCursor !== null && { nextLink: call.nextLink(page.nextCursor) }),
  })
}

/** What the lists of a type have alike: whoever may read some of it below a place is let through, and shown that. */
export function listRoutes(
  parts: ListParts,
  type: string,
  read: (of: { below: string; after: string | undefined; most: number }) => Promise<Listed[]>,
): (below: (params: ArmCall['params']) => string) => Pick<ArmRoute, 'right' | 'run'> {
  return (below) => ({
    right: { action: `${type}/read`, at: below, within: true },
    run: (call) => {
      const place = below(call.params)
      return armPage(parts, call, {
        list: `${type} ${place}`,
        read: (after, most) => read({ below: place, after, most }),
      })
    },
  })
}

function limitOf({ query }: ArmCall): number {
  const top = query.get('$top')
  if (top === undefined) return most
  if (!/^[1-9]\d{0,5}$/.test(top)) throw badContent('$top is not a number of things.')
  return Math.min(Number(top), most)
}
