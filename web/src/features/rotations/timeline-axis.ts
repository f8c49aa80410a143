import { dayMs, hourMs } from '@signet/shared/vocabulary/time'
import { z } from 'zod'
import type { Axis } from '../../ui/timeline-layout.ts'

/** Stretches that are one click away: a third of each lies behind, two thirds ahead. */
export const spans = { '1d': dayMs, '7d': 7 * dayMs, '30d': 30 * dayMs, '90d': 90 * dayMs, '1y': 365 * dayMs } as const
/** `fit` is as long as what there is to see: two lifetimes of a certificate back at most, and one ahead. */
export type Span = keyof typeof spans | 'fit'
export const spanWords: Record<Span, string> = {
  fit: 'Fit',
  '1d': '1 day',
  '7d': '7 days',
  '30d': '30 days',
  '90d': '90 days',
  '1y': '1 year',
}
export const defaultSpan: Span = 'fit'
const order = Object.keys(spans) as (keyof typeof spans)[]

export const timelineSearch = {
  span: z
    .enum(['fit', ...order])
    .optional()
    .catch(undefined),
  /** Thirds of the span that the view was moved by; into the past below zero. */
  shift: z.coerce.number().int().min(-300).max(300).optional().catch(undefined),
  instance: z.string().trim().max(100).optional().catch(undefined),
  /** Whether the same stands below as a table. */
  table: z.literal('1').optional().catch(undefined),
}

interface View {
  readonly span?: Span | undefined
  readonly shift?: number | undefined
}

/**
 * The axis of a view, in whole hours so that it stays the same while nobody moves it.
 *
 * @param lifetimeMs how long certificates are valid
 */
export function axisOf(view: View, lifetimeMs: number, nowMs: number): Axis {
  const span = view.span ?? defaultSpan
  const length = lengthOf(span, lifetimeMs)
  const behind = span === 'fit' ? (2 * length) / 3 : length / 3
  const hour = Math.floor(nowMs / hourMs) * hourMs
  const from = hour - behind + ((view.shift ?? 0) * length) / 3
  // What fits is less than an hour where certificates live for minutes; now is always on it.
  const until = from + length + (span === 'fit' ? hourMs : 0)
  return { from: Math.max(0, Math.round(from)), until: Math.round(until) }
}

/** Whether the axis is cut down to what there is to see. */
export function isFitted({ span, shift }: View): boolean {
  return (span ?? defaultSpan) === 'fit' && (shift ?? 0) === 0
}

/** The part of an axis that `from` and `until` of what is shown leave, with some room; now is on it. */
export function fittedAxis(
  shown: readonly { readonly from: number; readonly until: number }[],
  lifetimeMs: number,
  nowMs: number,
): Axis {
  const first = Math.max(nowMs - 2 * lifetimeMs, Math.min(nowMs, ...shown.map(({ from }) => from)))
  const last = Math.min(nowMs + lifetimeMs, Math.max(nowMs, ...shown.map(({ until }) => until)))
  const room = Math.max(1, last - first) * 0.02
  return { from: Math.round(first - room), until: Math.round(last + room) }
}

/** The next narrower (`-1`) or wider (`1`) span, or undefined at either end. */
export function zoomed(span: Span | undefined, lifetimeMs: number, direction: -1 | 1): Span | undefined {
  const length = lengthOf(span ?? defaultSpan, lifetimeMs)
  const others = order.filter((each) => (spans[each] - length) * direction > 0)
  return direction === 1 ? others[0] : others.at(-1)
}

function lengthOf(span: Span, lifetimeMs: number): number {
  return span === 'fit' ? 3 * lifetimeMs : spans[span]
}
