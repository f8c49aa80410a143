import { dayMs, hourMs } from '@signet/shared/vocabulary/time'
import { z } from 'zod'

/** Stretches that are one click away: a third of each lies behind, two thirds ahead. */
export const spans = { '1d': dayMs, '7d': 7 * dayMs, '30d': 30 * dayMs, '90d': 90 * dayMs, '1y': 365 * dayMs } as const
export type Span = keyof typeof spans
export const spanWords: Record<Span, string> = {
  '1d': '1 day',
  '7d': '7 days',
  '30d': '30 days',
  '90d': '90 days',
  '1y': '1 year',
}
export const defaultSpan: Span = '90d'
const order = Object.keys(spans) as Span[]

export const timelineSearch = {
  span: z
    .enum(order as [Span, ...Span[]])
    .optional()
    .catch(undefined),
  /** Thirds of the span that the view was moved by; into the past below zero. */
  shift: z.coerce.number().int().min(-300).max(300).optional().catch(undefined),
  instance: z.string().trim().max(100).optional().catch(undefined),
}

/** @returns the axis, widened to whole hours so that it stays the same while nobody moves it */
export function axisOf(search: { span?: Span | undefined; shift?: number | undefined }, nowMs: number) {
  const length = spans[search.span ?? defaultSpan]
  const hour = Math.floor(nowMs / hourMs) * hourMs
  const from = hour - length / 3 + ((search.shift ?? 0) * length) / 3
  return { from: Math.max(0, Math.round(from)), until: Math.round(from + length) }
}

/** The next narrower (`-1`) or wider (`1`) span, or undefined at either end. */
export function zoomed(span: Span | undefined, direction: -1 | 1): Span | undefined {
  return order[order.indexOf(span ?? defaultSpan) + direction]
}
