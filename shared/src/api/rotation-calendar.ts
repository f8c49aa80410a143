import { z } from 'zod'
import { InstanceId, ObjectId, SlotId } from '../vocabulary/identifiers.ts'
import { Instant, QueryInstant } from '../vocabulary/time.ts'
import { route } from './contract.ts'
import { PageQuery, pageOf } from './paging.ts'

/** `day` is midnight UTC. */
export const CalendarDay = z.object({
  day: Instant,
  /** Rotations that took effect on that day. */
  done: z.int(),
  /** Certificates that are to roll on it next. */
  planned: z.int(),
  /** Of these and of what earlier days put off: how many begin on a later day, since a policy limits them by day. */
  postponed: z.int(),
})
export type CalendarDay = z.infer<typeof CalendarDay>

/** A stretch of time in which scheduled rotations of a policy wait. */
export const CalendarBand = z.object({
  kind: z.enum(['blackout', 'freeze']),
  /** What the policy rules, in words; null for a freeze of everything. */
  policy: z.string().nullable(),
  from: Instant,
  until: Instant,
})
export type CalendarBand = z.infer<typeof CalendarBand>

/** One certificate that is to roll. */
export const PlannedRotation = z.object({
  slotId: SlotId,
  principalId: ObjectId,
  principalName: z.string(),
  instance: z.object({ id: InstanceId, name: z.string() }).nullable(),
  /** When it is to roll, windows and freezes taken into account. */
  at: Instant,
  /** When it would roll without windows, blackouts and freezes. */
  dueAt: Instant,
  /** What the policy in force rules, in words. */
  policy: z.string(),
})
export type PlannedRotation = z.infer<typeof PlannedRotation>

export const rotationCalendarApi = {
  show: route({
    method: 'GET',
    path: '/rotations/calendar',
    summary:
      'What is coming within 30 days (UTC, today first): rotations by day, blackouts and freezes, how much waits',
    access: 'rotations.read',
    response: z.object({
      days: z.array(CalendarDay),
      bands: z.array(CalendarBand),
      /** Certificates that are due, and wait for a window or the end of a freeze. */
      waiting: z.int(),
    }),
  }),
  planned: route({
    method: 'GET',
    path: '/rotations/planned',
    summary: 'Certificates that are to roll within a range, the soonest first; or those that wait for a window',
    access: 'rotations.read',
    query: PageQuery.extend({
      from: QueryInstant.optional(),
      to: QueryInstant.optional(),
      only: z.literal('waiting').optional(),
    }),
    response: pageOf(PlannedRotation),
  }),
}
