import { z } from 'zod'

/** Kinds of things whose change the dashboard's event stream announces. */
export const ChangeKind = z.enum([
  'instance',
  'principal',
  'withdrawal',
  'slot',
  'run',
  'agent',
  'policy',
  'audit',
  'resource',
  'key',
  'certificate_authority',
  'job',
  'rollout',
  'alert',
  'webhook',
  'role_assignment',
  'role_definition',
  'vault',
  'usage',
])
export type ChangeKind = z.infer<typeof ChangeKind>

/** One line of `GET /api/events` (server-sent events, event name `change`). Numbers rise and have no gaps. */
export const ChangeEvent = z.object({ seq: z.int().min(0), kind: ChangeKind, id: z.string() })
export type ChangeEvent = z.infer<typeof ChangeEvent>

/**
 * The other lines of the stream. `hello` comes when everything missed was sent; `reset` instead of what was missed when
 * that is too old or too much, so that the reader reads everything again; `beat` while nothing else happens.
 */
export const StreamMark = z.object({ seq: z.int().min(0) })
export type StreamMark = z.infer<typeof StreamMark>

/** A stream that is silent for longer than this is broken: the server beats every 15 s. */
export const silenceMs = 40_000

/**
 * The stream itself; not a contract route because it never ends. Any signed-in operator may listen. A reader that comes
 * back says the number of the last event it has, as `?after=` or in `Last-Event-ID`.
 */
export const eventsPath = '/events'

/** Query parameter of the stream: the number of the last event the reader has. */
export const afterParameter = 'after'
