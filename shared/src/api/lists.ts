import { z } from 'zod'
import { longestQuery } from '../query/query.ts'
import type { Permission } from '../vocabulary/permissions.ts'
import { route } from './contract.ts'
import { ExportFormat, ListCount, pageOf } from './paging.ts'

/** As many things of a list as can be named one by one; more are a filter. */
export const mostNamed = 1_000

/** Things of any list by their IDs. */
export const NamedIds = z.array(z.guid().toLowerCase()).min(1).max(mostNamed)

/** Which things of a list; see `query/terms.ts`. */
export const FilterText = z.string().max(longestQuery).optional()

/** A page of a list; only the first one says how long the list is. */
export const listOf = <T extends z.ZodType>(item: T) => pageOf(item).extend({ count: ListCount.nullable() })

/** How many things of a list have each value of a field. */
export const ValueCounts = z.record(z.string(), z.int())
export type ValueCounts = z.infer<typeof ValueCounts>

/** What a list can be sorted by; `-` in front turns it round. Ties are in the order of the IDs. */
export function sortingOf<const By extends string>(words: readonly [By, ...By[]]) {
  const texts = z.enum(words.flatMap((by): (By | `-${By}`)[] => [by, `-${by}`]))
  return Object.assign(texts, {
    read(sort: By | `-${By}`): { by: By; descending: boolean } {
      const by = words.find((each) => sort === each || sort === `-${each}`) ?? words[0]
      return { by, descending: sort.startsWith('-') }
    },
  })
}

/** A list as a file, the one way for every list: what a filter shows, or what is named. Both are in the audit log. */
export function exportsOf<Sort extends z.ZodType>(
  path: string,
  things: string,
  sort: Sort,
  access: Permission = 'instances.read',
) {
  return {
    export: route({
      method: 'GET',
      path: `${path}/export`,
      summary: `The filtered list of ${things} as a file; the export is audited`,
      access,
      query: z.object({ filter: FilterText, sort, format: ExportFormat }),
      download: true,
    }),
    exportSelected: route({
      method: 'POST',
      path: `${path}/export`,
      summary: `The named ${things} as a file, those that are gone left out; the export is audited`,
      access,
      body: z.strictObject({ ids: NamedIds, sort, format: ExportFormat }),
      download: true,
      question: true,
    }),
  }
}
