import { z } from 'zod'

/** Keyset paging: `cursor` is opaque and comes from the page before; there is no offset and no total. */
export const PageQuery = z.object({
  cursor: z.string().min(1).max(512).optional(),
  limit: z.coerce.number().int().min(1).max(200).default(50),
})
export type PageQuery = z.infer<typeof PageQuery>

export const pageOf = <T extends z.ZodType>(item: T) =>
  z.object({ items: z.array(item), nextCursor: z.string().nullable() })

export interface Page<T> {
  readonly items: T[]
  readonly nextCursor: string | null
}

/** How long a list is. */
export const ListCount = z.object({
  /** How many match the filter; with `isCapped` there are more than that. */
  shown: z.int(),
  isCapped: z.boolean(),
  /** How many there are without a filter. */
  all: z.int(),
})
export type ListCount = z.infer<typeof ListCount>

/** What a list can be saved as. */
export const ExportFormat = z.enum(['csv', 'ndjson'])
export type ExportFormat = z.infer<typeof ExportFormat>
