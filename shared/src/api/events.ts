import { z } from 'zod'

/** Kinds of things whose change the dashboard's event stream announces. */
export const ChangeKind = z.enum([
  'instance',
  'principal',
  'slot',
  'run',
  'agent',
  'policy',
  'audit',
  'resource',
  'key',
  'job',
])
export type ChangeKind = z.infer<typeof ChangeKind>

/** One line of `GET /api/events` (server-sent events, event name `change`). */
export const ChangeEvent = z.object({ seq: z.int(), kind: ChangeKind, id: z.string() })
export type ChangeEvent = z.infer<typeof ChangeEvent>

/** The stream itself; not a contract route because it never ends. Any signed-in operator may listen. */
export const eventsPath = '/events'
