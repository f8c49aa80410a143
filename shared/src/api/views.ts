import { z } from 'zod'
import { longestQuery } from '../query/query.ts'
import { route } from './contract.ts'

/** Lists that can be saved as views. */
export const ViewedList = z.enum([
  'instances',
  'identities',
  'applications',
  'audiences',
  'audit',
  'rotations',
  'certificates',
  'usage',
])
export type ViewedList = z.infer<typeof ViewedList>

/** How a list is looked at; the texts are those of its address. */
export const ViewContent = z.object({
  filter: z.string().max(longestQuery).default(''),
  sort: z.string().max(40).default(''),
  columns: z.string().max(400).default(''),
  /** Of a list over time: a stretch that ends now, such as `7d`, or an ISO 8601 interval with `..` for an open end. */
  time: z.string().max(80).default(''),
})
export type ViewContent = z.infer<typeof ViewContent>

/** Printable, so that nothing hides in it. */
const ViewName = z
  .string()
  .trim()
  .min(1)
  .max(60)
  .regex(/^[^\p{Cc}\p{Cf}]*$/u, 'no control characters')

export const SavedView = ViewContent.extend({
  id: z.guid(),
  list: ViewedList,
  name: z.string(),
  /** Whether everybody sees it. */
  shared: z.boolean(),
  /** Whether it belongs to the one who asks, and can be changed by them. */
  own: z.boolean(),
})
export type SavedView = z.infer<typeof SavedView>

export const viewsApi = {
  list: route({
    method: 'GET',
    path: '/views',
    summary: 'Saved views of a list: own ones and those others share, by name',
    access: 'session',
    query: z.object({ list: ViewedList }),
    response: z.object({ items: z.array(SavedView) }),
  }),
  save: route({
    method: 'POST',
    path: '/views',
    summary: 'Save a view; one of the same name is replaced',
    access: 'session',
    body: z.strictObject({
      ...ViewContent.shape,
      list: ViewedList,
      name: ViewName,
      shared: z.boolean().default(false),
    }),
    response: SavedView,
    status: 201,
  }),
  remove: route({
    method: 'DELETE',
    path: '/views/:viewId',
    summary: 'Delete a view of one’s own',
    access: 'session',
    params: z.object({ viewId: z.guid() }),
    status: 204,
  }),
}
