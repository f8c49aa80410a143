import { z } from 'zod'
import { AlertKind, AlertState } from '../vocabulary/alerts.ts'
import { AlertId } from '../vocabulary/identifiers.ts'
import { Instant } from '../vocabulary/time.ts'
import { route } from './contract.ts'
import { LifeStage, PagePath, Severity } from './overview.ts'
import { PageQuery, pageOf } from './paging.ts'

/** One trouble that somebody is told of. There is at most one that is not resolved of a kind, a subject and a threshold. */
export const Alert = z.object({
  id: AlertId,
  kind: AlertKind,
  severity: Severity,
  state: AlertState,
  subject: z.object({ kind: z.string(), id: z.string(), label: z.string() }),
  /** Of an expiry: the share of its life, in percent, that is left at most. */
  threshold: LifeStage.nullable(),
  /** Why, in one sentence, as it was when it happened last. */
  reason: z.string(),
  /** The one thing to do about it: where it leads, and what that is called. */
  fix: z.object({ label: z.string(), path: PagePath }),
  openedAt: Instant,
  /** When it happened last, and how often since it was opened. */
  lastAt: Instant,
  occurrences: z.int(),
  acknowledged: z.object({ at: Instant, by: z.string(), note: z.string().nullable() }).nullable(),
  resolvedAt: Instant.nullable(),
})
export type Alert = z.infer<typeof Alert>

/** How many are not resolved: those that nobody looks after, and the worst of these. */
export const AlertCount = z.object({ open: z.int(), acknowledged: z.int(), worst: Severity.nullable() })
export type AlertCount = z.infer<typeof AlertCount>

const params = z.object({ alertId: AlertId })

export const alertsApi = {
  list: route({
    method: 'GET',
    path: '/alerts',
    summary: 'Alerts of a state, newest first',
    access: 'instances.read',
    query: PageQuery.extend({ state: AlertState.default('open'), kind: AlertKind.optional() }),
    response: pageOf(Alert),
  }),
  count: route({
    method: 'GET',
    path: '/alerts/count',
    summary: 'How many alerts are not resolved',
    access: 'instances.read',
    response: AlertCount,
  }),
  show: route({
    method: 'GET',
    path: '/alerts/:alertId',
    summary: 'One alert',
    access: 'instances.read',
    params,
    response: Alert,
  }),
  acknowledge: route({
    method: 'POST',
    path: '/alerts/:alertId/acknowledge',
    summary: 'Say that somebody looks after it; it resolves by itself when its cause is gone',
    access: 'alerts.write',
    params,
    body: z.strictObject({ note: z.string().trim().max(500).optional() }),
    response: Alert,
  }),
}
