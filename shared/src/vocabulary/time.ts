import { z } from 'zod'

/** Milliseconds since 1970-01-01T00:00:00Z, on every surface that is our own. */
export const Instant = z.int().min(0)
export type Instant = z.infer<typeof Instant>

/** An instant in a query string. */
export const QueryInstant = z.coerce.number().int().min(0).max(8_640_000_000_000_000)

export const secondMs = 1_000
export const minuteMs = 60 * secondMs
export const hourMs = 60 * minuteMs
export const dayMs = 24 * hourMs
