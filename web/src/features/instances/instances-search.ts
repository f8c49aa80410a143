import { InstanceSort } from '@signet/shared/api/resources'
import { instanceFields } from '@signet/shared/query/instance-fields'
import { parseQuery } from '@signet/shared/query/query'
import { type ColumnLayout, readLayout } from '../../ui/table-columns.ts'
import { instanceColumns } from './instance-columns.tsx'

/** The search parameters of the page, as they were typed or linked. */
export interface InstancesSearch {
  readonly q?: string | undefined
  readonly sort?: string | undefined
  readonly cols?: string | undefined
  readonly peek?: string | undefined
  readonly view?: string | undefined
}

interface ReadSearch {
  readonly filter: string
  /** Whether the filter can be read; one that cannot is shown with its faults and not asked. */
  readonly isReadable: boolean
  readonly sort: InstanceSort
  readonly layout: ColumnLayout
  /** What the address had that there is not, in words; what is usual stands in its place. */
  readonly complaints: readonly string[]
}

export const usualSort: InstanceSort = 'name'

export function readSearch({ q = '', sort, cols }: InstancesSearch): ReadSearch {
  const sorting = InstanceSort.safeParse(sort ?? usualSort)
  const { layout, unknown } = readLayout(cols, instanceColumns)
  const complaints = unknown.map((name) => `There is no column “${name}”.`)
  if (!sorting.success) complaints.push(`Nothing can be sorted by “${sort}”.`)
  return {
    filter: q,
    isReadable: parseQuery(q, instanceFields).faults.length === 0,
    sort: sorting.data ?? usualSort,
    layout,
    complaints,
  }
}
