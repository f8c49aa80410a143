import { z } from 'zod'
import { ActorKind, AuditAction, AuditOutcome } from '../vocabulary/audit-events.ts'
import { Instant } from '../vocabulary/time.ts'
import { route } from './contract.ts'
import { PageQuery, pageOf } from './paging.ts'

export const AuditEvent = z.object({
  id: z.guid(),
  at: Instant,
  actor: z.object({ kind: ActorKind, id: z.string().nullable(), label: z.string(), ip: z.string().nullable() }),
  action: AuditAction,
  target: z.object({ kind: z.string(), id: z.string(), label: z.string() }).nullable(),
  outcome: AuditOutcome,
  /** Catalogue code of a refusal or failure, or the reason somebody gave. */
  reason: z.string().nullable(),
  correlationId: z.string(),
  before: z.record(z.string(), z.unknown()).nullable(),
  after: z.record(z.string(), z.unknown()).nullable(),
})
export type AuditEvent = z.infer<typeof AuditEvent>

export const auditApi = {
  list: route({
    method: 'GET',
    path: '/audit',
    summary: 'Audit events, newest first',
    access: 'audit.read',
    query: PageQuery.extend({
      action: AuditAction.optional(),
      outcome: AuditOutcome.optional(),
      actorId: z.string().max(100).optional(),
      targetId: z.string().max(300).optional(),
      correlationId: z.guid().toLowerCase().optional(),
      from: z.coerce.number().int().optional(),
      to: z.coerce.number().int().optional(),
    }),
    response: pageOf(AuditEvent),
  }),
}
