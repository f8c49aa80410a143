import { UserIdentitySort } from '@signet/shared/api/user-identities'
import { parseQuery } from '@signet/shared/query/query'
import { userIdentityFields } from '@signet/shared/query/user-identity-fields'
import { type ColumnLayout, readLayout } from '../../ui/table-columns.ts'
import { identityColumns } from './identity-columns.tsx'

/** The search parameters of the page, as they were typed or linked. */
export interface IdentitiesSearch {
  readonly q?: string | undefined
  readonly sort?: string | undefined
  readonly cols?: string | undefined
  readonly peek?: string | undefined
}

interface ReadSearch {
  readonly filter: string
  /** Whether the filter can be read; one that cannot is shown with its faults and not asked. */
  readonly isReadable: boolean
  readonly sort: UserIdentitySort
  readonly layout: ColumnLayout
  /** What the address had that there is not, in words; what is usual stands in its place. */
  readonly complaints: readonly string[]
}

export const usualSort: UserIdentitySort = 'name'

export function readSearch({ q = '', sort, cols }: IdentitiesSearch): ReadSearch {
  const sorting = UserIdentitySort.safeParse(sort ?? usualSort)
  const { layout, unknown } = readLayout(cols, identityColumns)
  const complaints = unknown.map((name) => `There is no column “${name}”.`)
  if (!sorting.success) complaints.push(`Nothing can be sorted by “${sort}”.`)
  return {
    filter: q,
    isReadable: parseQuery(q, userIdentityFields).faults.length === 0,
    sort: sorting.data ?? usualSort,
    layout,
    complaints,
  }
}
