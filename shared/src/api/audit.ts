import { z } from 'zod'
import { longestQuery } from '../query/query.ts'
import { ActorKind, AuditAction, AuditOutcome } from '../vocabulary/audit-events.ts'
import { Instant, QueryInstant } from '../vocabulary/time.ts'
import { route } from './contract.ts'
import { ExportFormat, PageQuery, pageOf } from './paging.ts'

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

/** Events that match, over time; `at` is where a bar begins. */
export const AuditHistogram = z.object({
  bucketMs: z.int(),
  buckets: z.array(z.object({ at: Instant, ok: z.int(), refused: z.int(), failed: z.int() })),
})
export type AuditHistogram = z.infer<typeof AuditHistogram>

/** Which events: what the filter describes, from `from` (included) to `to` (not), both epoch milliseconds. */
const AuditQuery = z.object({
  filter: z.string().max(longestQuery).optional(),
  from: QueryInstant.optional(),
  to: QueryInstant.optional(),
})

export const auditApi = {
  list: route({
    method: 'GET',
    path: '/audit',
    summary: 'Audit events, newest first',
    access: 'audit.read',
    query: PageQuery.extend(AuditQuery.shape),
    response: pageOf(AuditEvent),
  }),
  count: route({
    method: 'GET',
    path: '/audit/count',
    summary: 'How many audit events match, counted up to 1,000',
    access: 'audit.read',
    query: AuditQuery,
    response: z.object({ matching: z.int(), isCapped: z.boolean() }),
  }),
  histogram: route({
    method: 'GET',
    path: '/audit/histogram',
    summary: 'Matching audit events over time',
    access: 'audit.read',
    query: AuditQuery,
    response: AuditHistogram,
  }),
  export: route({
    method: 'GET',
    path: '/audit/export',
    summary: 'Matching audit events as a file, newest first; needs a fresh confirmation, and is audited',
    access: 'audit.read',
    query: AuditQuery.extend({ format: ExportFormat }),
    download: true,
  }),
  show: route({
    method: 'GET',
    path: '/audit/:eventId',
    summary: 'One audit event',
    access: 'audit.read',
    params: z.object({ eventId: z.guid() }),
    response: AuditEvent,
  }),
}
