import { z } from 'zod'
import { ActorKind } from '../vocabulary/audit-events.ts'

/** Who did something, as they were called then. */
export const Actor = z.object({ kind: ActorKind, id: z.string().nullable(), label: z.string() })
export type Actor = z.infer<typeof Actor>
